"""A joint county of any size from a seed: a generated county with one scenario in which everything is shared.

    python benchmarks/county.py FOLDER --seed 1 --villages 300 --hamlets 2000

Eight services (``--services 1``, 2, 4 or 10 of them) under the scenario ``joint``: funds of several classes in two
phases, a running budget that binds, a land quota, shared plots, limits on numbers, demonstration villages, health
centres that clinics borrow and refer to, and bus lines that pupils of both kinds of schools ride.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from siting.instances.synthetic.county import generate

SCENARIO = "joint"
SERVICES = (
    "clinic_village", "health_township", "fitness", "culture_station", "elderly_care", "school_primary",
    "school_junior", "bus", "kindergarten", "school_senior",
)  # fmt: skip
#: How many of them a county may have, in this order: schools need the buses.
COUNTS = (1, 2, 4, 8, 10)
#: Share of the running budget of all twelve services that these get, so that it is scarce for eight.
RUNNING_FACTOR = 0.62
#: Scenarios of the generator whose changes are put together.
PARTS = ("policy-2025-land", "public-buses")


def make(folder: Path, *, seed: int, villages: int = 300, hamlets: int | None = None, services: int = 8) -> None:
    """Write the county folder; it must not exist yet, or be empty."""
    generate(folder, seed=seed, villages=villages, hamlets=hamlets)
    path = folder / "county.toml"
    text = path.read_text(encoding="utf-8")
    head = f'[scenarios.{SCENARIO}]\nname = "{services}项服务同筹"\nname_en = "{services} services share everything"\n'
    head += f"services = {json.dumps(SERVICES[:services])}\nrunning_factor = {RUNNING_FACTOR}\n"
    head += f"[scenarios.{SCENARIO}.changes]\n"
    joint = head + "\n".join(_changes(text, part) for part in PARTS)
    sources = text.index("\n[sources.")
    path.write_text(f"{text[:sources]}\n{joint}\n{text[sources:]}", encoding="utf-8")


def _changes(text: str, scenario: str) -> str:
    """The lines of a scenario's changes."""
    start = f"[scenarios.{scenario}.changes]\n"
    after = text[text.index(start) + len(start) :]
    return after[: after.index("\n[")].strip()


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--villages", type=int, default=300)
    parser.add_argument("--hamlets", type=int)
    parser.add_argument("--services", type=int, choices=COUNTS, default=8)
    ask = parser.parse_args()
    make(ask.folder, seed=ask.seed, villages=ask.villages, hamlets=ask.hamlets, services=ask.services)


if __name__ == "__main__":
    main()
