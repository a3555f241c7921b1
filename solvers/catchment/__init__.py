"""Catchment services by themselves: a Lagrangean bound with nested knapsacks, exchanges, HiGHS on the kernel."""
