"""Campaign `certify`: random p-medians, maximal covers and warehouses with capacities, each solved with a certificate.

A problem counts as certified if the checker, which knows no solver, proves every bound of the run to within the gap
that was asked for: none for medians and covers, 1 % for capacities.
"""

from __future__ import annotations

import csv
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siting.instances.classic.make import Numbers, make_classic
from siting.verify import verify_run

from . import campaign, lasting

#: Sites and demand points at most: of medians and covers, of capacities. The short form has the smallest alone.
FEWEST = (12, 40), (6, 15)
MOST = (150, 1000), (60, 150)
GAPS = {"median": 0.0, "cover": 0.0, "capacity": 0.01}
#: What is to be certified in a long campaign.
SHARES = {"median": 0.95, "cover": 0.95, "capacity": 0.9}


def size(chance: random.Random, which: int) -> tuple[int, int]:
    """How many sites and demand points; the smallest of all in the short form."""
    (sites, points), (most_sites, most_points) = FEWEST[which], MOST[which] if campaign.is_long() else FEWEST[which]
    count = chance.randint(points, most_points)
    return chance.randint(sites, min(most_sites, count)), count


def keep(file: Path, column: str, kept: set[str]) -> None:
    """Leave only the rows whose column names a kept id."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    at = rows[0].index(column)
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([rows[0], *(row for row in rows[1:] if row[at] in kept)])


def plane(folder: Path, chance: random.Random, radius: bool) -> dict[str, int]:
    """Points with people, some of them sites: a p-median, or with a radius a maximal cover."""
    sites, points = size(chance, 0)
    places = [f"{chance.randrange(10_000)} {chance.randrange(10_000)} {chance.randint(1, 900)}" for _ in range(points)]
    file = folder.with_suffix(".txt")
    file.write_text("\n".join([f"{points} 0 0", *places]) + "\n", encoding="utf-8")
    p = chance.randint(3, max(3, sites // 5))
    make_classic(folder, file, Numbers(p, chance.randint(600, 2500) if radius else None), "covering")
    with (folder / "sites.csv").open(encoding="utf-8-sig", newline="") as stream:
        kept = set(chance.sample([row["id"] for row in csv.DictReader(stream)], sites))
    keep(folder / "sites.csv", "id", kept)
    if radius:
        keep(folder / "times.csv", "site", kept)
    return {"sites": sites, "points": points, "p": p}


def warehouses(folder: Path, chance: random.Random) -> dict[str, int]:
    """Warehouses with room and opening costs that grow with the root of the room, after Cornuejols et al. (1991)."""
    sites, points = size(chance, 1)
    demand = [chance.randint(5, 36) for _ in range(points)]
    room = [chance.uniform(10, 160) for _ in range(sites)]
    scale = chance.choice((1.5, 3, 5)) * sum(demand) / sum(room)  # room for so many times the demand
    room = [max(1, round(r * scale)) for r in room]
    at = [[(chance.random(), chance.random()) for _ in range(count)] for count in (sites, points)]
    rows = [f"{sites} {points}"]
    rows += [f"{r} {round(chance.uniform(0, 90) + chance.uniform(100, 110) * r**0.5)}" for r in room]
    for amount, (x, y) in zip(demand, at[1], strict=True):
        ways = (10 * amount * ((x - a) ** 2 + (y - b) ** 2) ** 0.5 for a, b in at[0])
        rows += [str(amount), " ".join(f"{way:.2f}" for way in ways)]
    file = folder.with_suffix(".txt")
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    make_classic(folder, file, Numbers(), "warehouses")
    return {"sites": sites, "points": points}


KINDS: dict[str, Callable[[Path, random.Random], dict[str, int]]] = {
    "median": lambda folder, chance: plane(folder, chance, radius=False),
    "cover": lambda folder, chance: plane(folder, chance, radius=True),
    "capacity": warehouses,
}


def within(stages: list[dict[str, Any]], bounds: dict[str, int], gap: float) -> bool:
    """Whether the bounds that the checker proved lie within the gap of what the plan reaches, stage by stage."""
    return all(
        abs(bounds[stage["name"]] - stage["objective"]) <= gap * abs(stage["objective"])
        for stage in stages
        if stage["bound"] is not None
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_checker_proves_what_a_certificate_says_of_random_problems(
    kind: str, cache_folder: Path, tmp_path: Path
) -> None:
    chance, certified = random.Random(f"{kind} 1"), 0
    solving: list[float] = []
    checking: list[float] = []
    rounds = campaign.count(1)
    for k in range(rounds):
        folder, run = tmp_path / f"{kind}{k}", tmp_path / f"run{k}"
        sizes = KINDS[kind](folder, chance)
        given = ("--gap", GAPS[kind], "--certify", "--prove-travel", "--time-limit", 600, "--quiet")
        begun = time.monotonic()
        process = lasting.start(cache_folder, "solve", folder, "--out", run, *given)
        _, said = process.communicate(timeout=1800)
        solving.append(time.monotonic() - begun)
        assert process.returncode in (0, 5), said.decode()
        begun_cpu = time.process_time()
        verdict = verify_run(run)
        checking.append(time.process_time() - begun_cpu)
        assert verdict.word == "valid", verdict.breaches[:2]
        result = json.loads((run / "result.json").read_text(encoding="utf-8"))
        assert verdict.trust == result["trust"]
        proven = verdict.trust == "proven" and within(result["stages"], verdict.bounds, GAPS[kind])
        certified += proven
        told = {"proven": proven, "solve_s": round(solving[-1], 1), "check_cpu_s": round(checking[-1], 1)}
        campaign.tell(f"certify {kind}", **sizes, **told)
    campaign.tell(f"certify {kind}", problems=rounds, certified=certified, solve=campaign.seconds(solving),
                  check_cpu=campaign.seconds(checking))  # fmt: skip
    assert certified >= SHARES[kind] * rounds
