"""How far bound and plan of an aim may stay apart."""

from __future__ import annotations

#: A group of services may use this share of the gap on its own value; the rest of the gap on the whole is shared out
#: evenly.
OWN_SHARE = 0.7


def allowed(gap: float, value: int, slack: float) -> float:
    """Units that bound and plan of an aim may differ by: the gap on its value, with ``slack`` on a share of it."""
    return gap * (OWN_SHARE * abs(value) if slack else abs(value)) + slack
