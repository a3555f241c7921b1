"""Readers of the classic instance files of location science, so that the optimizer can be held against published
optima."""
