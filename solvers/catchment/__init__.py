"""Catchment services by themselves: a Lagrangean bound with nested knapsacks, exchanges, parts, a tree over counts."""
