"""The solver of a county: group by group, stage by stage, a first plan at once and a bound for everything."""

from .parts import solve

__all__ = ["solve"]
