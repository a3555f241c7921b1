r"""One service by itself, with prices: what the methods of a single family solve, and what they answer.

.. math::
    \max \sum_i w_i s_i - \sum_o p_o y_o , \qquad \sum_o a_{ko} y_o \le b_k ,

with :math:`s_i` the persons of demand point :math:`i` that are served when the options :math:`y` are open, at most one
at each site and exactly one where the site may not be shut. Rows :math:`k` hold money, running budget and rules that
the service has for itself; what it shares with others comes as prices (Lagrange multipliers), so that the same methods
serve a service with its own fund and the block of a decomposition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from siting.problems.problem import Block, RuleRow


@dataclass(frozen=True, eq=False)
class Task:
    """``worth`` (n,) of one served person of each demand point, 0 or more; ``price`` (o,) of each option, which may be
    a gain; ``use`` (k, o) and ``limit`` (k,) whole numbers."""

    block: Block
    worth: np.ndarray
    price: np.ndarray
    use: np.ndarray
    limit: np.ndarray


@dataclass(frozen=True)
class Way:
    """How hard to try: until ``deadline`` (`time.monotonic`), or until bound and value are ``gap`` (a share of the
    value) or ``slack`` (units) apart.

    ``on_chosen`` hears of better choices of options while the search goes on.
    """

    deadline: float
    gap: float = 0.0
    slack: float = 0.0
    seed: int = 0
    threads: int = 1
    memory_mb: int | None = None
    stopped: Callable[[], bool] = field(default=lambda: False, repr=False)
    on_chosen: Callable[[tuple[int, ...]], None] = field(default=lambda chosen: None, repr=False)

    def near(self, value: float, bound: float) -> bool:
        """Whether bound and value are close enough."""
        return bound - value <= max(self.slack, self.gap * abs(value)) + 1e-9 * max(1.0, abs(value))


@dataclass(frozen=True, eq=False)
class Answer:
    """The best options found (None: none keep the rows), the ``value`` that they have, and what no choice exceeds.

    ``served`` (n,) persons of each demand point, where the options alone do not say it; ``counts`` says what the
    reductions left out, by name.
    """

    chosen: tuple[int, ...] | None
    value: float
    bound: float
    served: np.ndarray | None = None
    counts: dict[str, int] = field(default_factory=dict)


#: A bound is raised by this share of it, for what sums in floating point may have lost.
SAFE = 1e-10


def raised(bound: float) -> float:
    """A bound with room for rounding."""
    return bound + SAFE * max(1.0, abs(bound))


def net_of_closing(block: Block, capital: np.ndarray) -> tuple[np.ndarray, int]:
    """(o,) whole ``capital`` of each option and a constant: together what the service pays for the sites that it opens,
    keeps and shuts.

    Closing costs and brings money; with :math:`e` the cost less what it brings, the constant is :math:`e` for every
    site that may be shut, and each option of such a site costs :math:`e` less.
    """
    can_close = block.stands & ~block.must_open
    net = block.closing - block.resale
    return capital - net * can_close[block.option_site], net * int(can_close.sum())


def counted(block: Block, rule: RuleRow) -> np.ndarray:
    """(o,) whole: 1 for each option that a rule on numbers counts."""
    return np.isin(np.arange(len(block.options)), rule.options).astype(np.int64)
