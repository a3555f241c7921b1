"""Coverage services by themselves: reductions, exchanges, a Lagrangean bound, what is left to HiGHS."""

from __future__ import annotations

from siting.problems.problem import Block


def fits(block: Block) -> bool:
    """Whether a block, seen by itself, is a coverage problem over its own sites."""
    return block.served_in_full_only
