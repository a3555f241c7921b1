"""A county that fits on a sheet of paper, and a valid plan of it with the arithmetic.

    A --1000 m-- B --1000 m-- C --1000 m-- D --1000 m-- E        and a one-way street of 500 m from E to A
    V1           V2           V3           V4           V5, V7   V6 is 22 km from every road
    C1           S2           C3           S4, (C8)     C5, C7

Everything stands on its node, so no leg is travelled (C8 is 76 m from D, inside the red line). Cars drive 1000 m a
minute and keep to the one-way street; walkers do not. A 元 is the base unit, 万元 the money unit.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

TOML = """
format = 1
running_budget_per_year = 4                 # 40,000

[county]
id = "tiny"
name = "Tiny"
year = 2026

[network]
snap_limit_m = { value = 1000, source = "X" }
allow_unserved = true
[network.modes.drive]
speeds_kmh = { road = 60 }
access_kmh = 10
[network.modes.walk]
speeds_kmh = { road = 6 }
access_kmh = 3.6
oneway = false

[sources.X]
title = "made up"
status = "SYNTHETIC"

[demand.people]
column = "population_persons"
name = "everybody"
[demand.pupils]
column = "pupils_persons"
name = "pupils"

[services.clinic]
family = "coverage"
name = "clinic"
demand = "people"
weight = 2
hosts = ["county_town", "village"]
may_close = true
[[services.clinic.access]]
mode = "drive"
limit_min = { value = 1, source = "X", note = "inclusive" }
[[services.clinic.access]]
mode = "walk"
limit_m = 500
[[services.clinic.sizes]]
id = "standard"
capital = 10
running_per_year = 1

[services.school]
family = "catchment"
name = "school"
demand = "pupils"
weight = 3
hosts = ["village"]
may_expand = true
[[services.school.access]]
mode = "drive"
limit_min = 1
limit_by_level = { hamlet = 0.5 }
[[services.school.sizes]]
id = "small"
capacity_persons = 40
capital = 20
running_per_year = 2
[[services.school.sizes]]
id = "large"
capacity_persons = 80
capital = 30
running_per_year = 3

[[funds]]
id = "county"
name = "county"
funding_class = "government"
capital = 10
pays = ["clinic", "school"]
[[funds]]
id = "edu"
name = "schools"
funding_class = "government"
capital = 5.0
pays = ["school"]

[[targets]]
id = "T1"
service = "clinic"
indicator = "served_share"
threshold_pct = 90
[[targets]]
id = "T2"
service = "school"
indicator = "settlements_share"
threshold_pct = 50
tier = 2
[[targets]]
id = "T3"
service = "clinic"
indicator = "open_count"
threshold_count = 2
"""

FILES = {
    "settlements.csv": """id,name,level,urban,lon,lat,population_persons,pupils_persons
V1,one,county_town,1,100.00,25.0,100,30
V2,two,village,0,100.01,25.0,50,20
V3,three,village,0,100.02,25.0,40,10
V4,four,village,0,100.03,25.0,60,15
V5,five,village,,100.04,25.0,30,5
V6,six,village,0,100.02,25.2,20,4
V7,seven,hamlet,0,100.04,25.0,0,3
""",
    "sites.csv": """id,service,name,settlement,lon,lat,status,size,capacity_persons
C1,clinic,c1,V1,100.00,25.0,existing,standard,
C3,clinic,c3,V3,100.02,25.0,candidate,,
C5,clinic,c5,V5,100.04,25.0,candidate,,
C7,clinic,c7,V7,100.04,25.0,candidate,,
C8,clinic,c8,V4,100.0305,25.0005,candidate,,
S2,school,s2,V2,100.01,25.0,existing,small,30
S4,school,s4,V4,100.03,25.0,candidate,,
""",
    "nodes.csv": "id,lon,lat\nA,100.00,25.0\nB,100.01,25.0\nC,100.02,25.0\nD,100.03,25.0\nE,100.04,25.0\n",
    "edges.csv": """from_node,to_node,length_m,road_class,oneway,speed_kmh
A,B,1000,road,0,
B,C,1000.0,road,,
C,D,1000,road,0,
D,E,1000,road,0,
E,A,500,road,1,
A,A,5,road,0,
A,C,1,ferry,0,
""",
    "red_lines.geojson": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": "spring", "kind": "water"},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [
                            [[100.0304, 25.0004], [100.0306, 25.0004], [100.0306, 25.0006], [100.0304, 25.0006]]
                        ],
                    },
                }
            ],
        }
    ),
}


def write(folder: Path) -> Path:
    """Write the county folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "county.toml").write_text(TOML, encoding="utf-8")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def hashes(folder: Path) -> dict[str, str]:
    """The inputs as a plan names them."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def plan(folder: Path) -> dict[str, Any]:
    """A valid plan of the county in ``folder``."""

    def go(settlement: str, site: str, persons: int, travel: int) -> dict[str, Any]:
        row = {"settlement": settlement, "site": site, "access": 0, "line": "", "since": ""}
        return row | {"persons": persons, "travel": travel}

    def left(settlement: str, persons: int, reason: str) -> dict[str, Any]:
        return {"settlement": settlement, "persons": persons, "reason": reason}

    return {
        "format": 2,
        "county": "tiny",
        "scenario": "base",
        "variation": {
            "services": ["clinic", "school"],
            "capital_factor": "1",
            "running_factor": "1.0",
            "aims": ["worth", "travel"],
        },
        "inputs": hashes(folder),
        "services": {
            "clinic": {
                "open": [
                    {"site": "C1", "size": "standard", "action": "keep", "phase": ""},
                    {"site": "C3", "size": "standard", "action": "new", "phase": ""},  # 10 万元 = 100,000
                ],
                "closed": [],
                "assignments": [
                    go("V1", "C1", 100, 0),
                    go("V2", "C1", 50, 60),  # 60 s to C1 and to C3: the smaller id; 60 s is the limit itself
                    go("V3", "C3", 40, 0),
                    go("V4", "C3", 60, 60),
                    go("V5", "C1", 30, 30),  # by the one-way street
                ],
                "transfers": [],
                "unserved": [left("V6", 20, "unreachable")],
            },
            "school": {
                # 30 places today, 40 then: 200,000 * 10 / 40 = 50,000
                "open": [{"site": "S2", "size": "small", "action": "expand", "phase": ""}],
                "closed": [],
                "assignments": [go("V1", "S2", 10, 60), go("V2", "S2", 20, 0), go("V3", "S2", 10, 60)],  # 40 of 40
                "transfers": [],
                "unserved": [
                    left("V1", 20, "full"),
                    left("V4", 15, "not_built"),  # S4 next door is not built; S2 is 120 s away
                    left("V5", 5, "not_built"),  # S4 is 60 s away, S2 30 + 60 s
                    left("V6", 4, "unreachable"),
                    left("V7", 3, "no_site_in_reach"),  # a hamlet: 30 s
                ],
            },
        },
        "spending": [
            {"fund": "county", "service": "clinic", "phase": "", "amount": 100_000},
            {"fund": "edu", "service": "school", "phase": "", "amount": 50_000},
        ],
        "claims": {
            "served": {"clinic": 280, "school": 40},
            "capital": 150_000,
            "running": 40_000,  # 10,000 + 10,000 + 20,000: the whole budget
            "objective": 680,  # 2 * 280 + 3 * 40
            "cost": 550_000,  # 150,000 + 10 * 40,000
            "travel": 1200,  # 10 and 10 pupils for 60 s
            "targets": [
                {"id": "T1", "value": 280, "whole": 300, "need": 270, "met": True},
                {"id": "T2", "value": 2, "whole": 7, "need": 4, "met": False},  # V2, V3 of seven; 3.5 rounds up
                {"id": "T3", "value": 2, "whole": 0, "need": 2, "met": True},
            ],
        },
    }
