"""Certificates: prices from a linear program, which the independent checker turns into a proven bound."""
