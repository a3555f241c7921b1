"""Campaign `brute`: random problems, plain and rich in turn, against brute force, all in one process.

The number of the command is how many; `SITING_SEED` is the first of their seeds, so that another run tries others.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from . import campaign, test_brute_force, test_brute_force_rich

FIRST = int(os.environ.get("SITING_SEED", "10000"))
KINDS: tuple[Callable[[int], None], ...] = (test_brute_force.is_the_best, test_brute_force_rich.is_the_best)


@pytest.mark.skipif(not campaign.is_long(), reason="the short forms stand with the tests of brute force")
@pytest.mark.usefixtures("in_process")
def test_no_random_problem_is_solved_wrongly() -> None:
    wrong: list[str] = []
    begun, many, impossible = time.process_time(), campaign.count(0), 0
    for k in range(many):
        seed = FIRST + k
        try:
            if k % 2 and not test_brute_force_rich.can_be(seed):
                test_brute_force_rich.is_called_impossible(seed)
                impossible += 1
            else:
                KINDS[k % 2](seed)
        except Exception as fault:  # noqa: BLE001
            wrong.append(f"{KINDS[k % 2].__module__} {seed}: {type(fault).__name__} {fault}"[:2000])
        if k % 100 == 99 or k + 1 == many:
            cpu_s = round(time.process_time() - begun)
            campaign.tell("brute", problems=k + 1, impossible=impossible, wrong=wrong, cpu_s=cpu_s)
    assert wrong == []
