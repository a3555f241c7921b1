"""Coverage services by themselves: reductions, exchanges, a Lagrangean bound, what is left to HiGHS."""
