"""What the campaigns share: how long they are, and where their figures go.

Each campaign is a test with a short form; `nox -s campaign-NAME -- 200` sets `SITING_CAMPAIGN` and runs as many, and
prints its figures. What a campaign found stays as a smallest case in `tests/escaped/`.
"""

from __future__ import annotations

import json
import os
import sys


def count(short: int) -> int:
    """How many rounds: the number of the command, else the short form."""
    return int(os.environ.get("SITING_CAMPAIGN") or short)


def is_long() -> bool:
    """Whether the command was given a number."""
    return bool(os.environ.get("SITING_CAMPAIGN"))


def tell(name: str, **figures: object) -> None:
    """Print the figures of a campaign, as one line (seen with `pytest -s`)."""
    print(json.dumps({"campaign": name, **figures}), file=sys.stderr)


def seconds(times: list[float]) -> dict[str, float]:
    """Median and longest of some times."""
    ordered = sorted(times)
    return {"median_s": round(ordered[len(ordered) // 2], 2), "longest_s": round(ordered[-1], 2)} if ordered else {}
