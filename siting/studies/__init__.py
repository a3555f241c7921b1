"""Finished runs: what they show, what would help, how they compare."""
