"""A street of six settlements, on which each rule of a plan can be tried with numbers that a head can compute.

    N0 --1000 m-- N1 --1000 m-- N2 --1000 m-- N3 --1000 m-- N4 --1000 m-- N5
    V0            V1            V2            V3            V4            V5 (nobody)

Everything stands on its node, so no leg is travelled. From node to node a car takes 60 s, a bus 120 s, a walker 600 s.
The money unit is the base unit.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from siting.verify import Auditor
from siting.verify.check import Verdict

Plan = dict[str, Any]
#: Columns of an assignment.
GO = ["settlement", "site", "access", "line", "persons", "travel", "since"]

HEAD = """
format = 1
[county]
id = "street"
name = "Street"
year = 2026
[money]
base_per_unit = 1
[network]
snap_limit_m = 1000
[network.modes.drive]
speeds_kmh = { road = 60 }
access_kmh = 10
[network.modes.walk]
speeds_kmh = { road = 6 }
access_kmh = 3.6
[network.modes.bus]
speeds_kmh = { road = 30 }
access_kmh = 10
[demand.people]
column = "population_persons"
name = "people"
[demand.pupils]
column = "pupils_persons"
name = "pupils"
[demand.boarders]
column = "boarders_persons"
name = "older pupils"
[demand.waste]
column = "waste_kgpd"
name = "waste"
[demand.villages]
each_settlement_of = ["village"]
name = "villages"
"""

SETTLEMENTS = """id,name,level,township,urban,lon,lat,population_persons,pupils_persons,boarders_persons,waste_kgpd
V0,v0,county_town,T1,1,100.00,25.0,100,40,10,100
V1,v1,village,T1,0,100.01,25.0,50,20,8,50
V2,v2,village,T1,0,100.02,25.0,40,10,4,40
V3,v3,village,T2,0,100.03,25.0,60,30,6,60
V4,v4,village,T2,0,100.04,25.0,30,5,2,30
V5,v5,hamlet,,0,100.05,25.0,0,0,0,0
"""

SITES = "id,service,name,settlement,lon,lat,status,size,capacity_persons,beds_persons,capacity_tpd,outside,plot\n"


def site(id_: str, service: str, node: int, status: str = "candidate", **cells: Any) -> str:
    """A row of sites.csv at a node."""
    names = ("size", "capacity_persons", "beds_persons", "capacity_tpd", "outside", "plot")
    last = ",".join(str(cells.get(name, "")) for name in names)
    return f"{id_},{service},{id_},{cells.get('host', f'V{node}')},{100 + node / 100:.2f},25.0,{status},{last}\n"


def write(folder: Path, toml: str, sites: str, **tables: str) -> Path:
    """Write the county folder; keys before its first section go to the top. ``tables``: lines, disposal, red_lines."""
    top, opening, rest = toml.partition("[")
    files = {
        "county.toml": top + HEAD + opening + rest,
        "settlements.csv": SETTLEMENTS,
        "sites.csv": SITES + sites,
        "nodes.csv": "id,lon,lat\n" + "".join(f"N{k},{100 + k / 100:.2f},25.0\n" for k in range(6)),
        "edges.csv": "from_node,to_node,length_m,road_class\n"
        + "".join(f"N{k},N{k + 1},1000,road\n" for k in range(5)),
    }
    files |= {{"red_lines": "red_lines.geojson"}.get(name, f"{name}.csv"): text for name, text in tables.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rows(keys: str, items: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Tuples as rows, in the order of a plan; who goes somewhere goes from the beginning if nothing else is said."""
    names = keys.split()
    return [
        dict(zip(names, (*item, *[""] * (names == GO and len(item) < len(GO))), strict=True)) for item in sorted(items)
    ]


def part(
    open_: list[tuple[str, str, str, str]],
    go: list[tuple[Any, ...]],
    left: list[tuple[str, int, str]] | None = None,
    closed: list[str] | None = None,
    transfers: list[tuple[str, str, int, int]] | None = None,
) -> dict[str, Any]:
    """What a plan decides for one service, from tuples."""
    return {
        "open": rows("site size action phase", open_),
        "closed": sorted(closed or []),
        "assignments": rows(" ".join(GO), go),
        "transfers": rows("station disposal persons travel", transfers or []),
        "unserved": rows("settlement persons reason", left or []),
    }


def plan(
    folder: Path,
    services: dict[str, Any],
    spending: list[tuple[str, str, str, int]] | None = None,
    scenario: str = "base",
    capital_factor: str = "1",
) -> Plan:
    """A plan without claims."""
    return {
        "format": 2,
        "county": "street",
        "scenario": scenario,
        "variation": {
            "services": list(services),
            "capital_factor": capital_factor,
            "running_factor": "1",
            "aims": ["worth", "travel"],
        },
        "inputs": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())},
        "services": services,
        "spending": rows("fund service phase amount", spending or []),
        "claims": {"served": {}, "capital": 0, "running": 0, "objective": 0, "cost": 0, "travel": 0, "targets": []},
    }


def claiming(auditor: Auditor, plan: Plan) -> Plan:
    """The plan with claims of what the checker finds."""
    figures = auditor.check(plan).figures
    keys = ("served", "capital", "running", "objective", "cost", "travel", "targets")
    claims = {key: figures[key] for key in keys} if figures else plan["claims"]
    return {**plan, "claims": claims}


def audit(auditor: Auditor, plan: Plan) -> Verdict:
    """The verdict on a plan that claims what the checker finds: the tests say what that must be."""
    return auditor.check(claiming(auditor, plan))


def codes(auditor: Auditor, plan: Plan, *changes: Callable[[Plan], None]) -> set[str]:
    """The codes of all breaches of a plan after changes."""
    changed = copy.deepcopy(plan)
    for change in changes:
        change(changed)
    return {breach.code for breach in audit(auditor, changed).breaches}


def put(path: str, value: Any) -> Callable[[Plan], None]:
    """A change: put a value at a path such as ``services.school.open.0.size``."""

    def change(plan: Plan) -> None:
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        at: Any = plan
        for step in steps:
            at = at[step]
        at[last] = value

    return change
