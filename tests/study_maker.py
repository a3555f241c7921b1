"""Makes a finished `Study` without a solver: villages on a grid, roads between neighbours, plans by nearest site.

Not a test: `tests/test_reports.py` and `tests/test_page_in_browser.py` run it by path. Nothing here is a real place.
"""

from __future__ import annotations

import math
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from siting import measure
from siting.county import County, Provenance, RedLine, Roads
from siting.plan import Assignment, Opening, Plan, ServicePlan, Spending, Unserved
from siting.rows import Settlement, Site
from siting.scenario import Scenario
from siting.sections import CountyFile
from siting.study import Study

KM_PER_DEGREE = 111.195
HOSTILE = (
    "</script><script>alert(1)</script>",
    '=HYPERLINK("http://evil.test","x")',
    "<img src=x onerror=alert(2)>",
    "\u202eevil\u202c village",
    "@SUM(A1)",
    "-2+3",
    "{oops} %s ${x}",
    "line\nbreak\x1b[2J\x07",
)

FILE: dict[str, Any] = {
    "format": 1,
    "county": {
        "id": "qinghe",
        "name": "青禾县",
        "name_en": "Qinghe County",
        "year": 2030,
        "synthetic": True,
        "note": "地名、人口与道路均由程序生成。",
        "note_en": "Names, people and roads are generated.",
        "attribution": "程序生成 / generated",
    },
    "network": {
        "snap_limit_m": 2000,
        "modes": {
            "walk": {"speeds_kmh": {"county": "5", "village": "5"}, "access_kmh": "4"},
            "drive": {"speeds_kmh": {"county": "50", "village": "25"}, "access_kmh": "10"},
        },
    },
    "demand": {
        "everybody": {"column": "population_persons", "name": "常住人口", "name_en": "residents", "source": "census"},
        "pupils": {
            "column": "pupils_persons",
            "name": "小学适龄儿童",
            "name_en": "children of primary age",
            "estimated": True,
            "source": "guess",
        },
        "old": {
            "column": "old_persons",
            "name": "60 岁及以上人口",
            "name_en": "people of 60 and over",
            "estimated": True,
            "source": "guess",
        },
    },
    "services": {
        "clinic": {
            "family": "coverage",
            "name": "村卫生室",
            "name_en": "Village clinic",
            "demand": "everybody",
            "hosts": ["village", "central_village"],
            "department": "县卫生健康局",
            "department_en": "Health Bureau",
            "access": [{"mode": "walk", "limit_min": "30"}],
            "sizes": [
                {"id": "standard", "name": "标准", "name_en": "standard", "capital": "24", "running_per_year": "3.2"}
            ],
        },
        "primary": {
            "family": "catchment",
            "name": "小学",
            "name_en": "Primary school",
            "demand": "pupils",
            "weight": 1,
            "hosts": ["village", "central_village", "township_seat"],
            "department": "县教育体育局",
            "department_en": "Education Bureau",
            "may_close": True,
            "may_expand": True,
            "access": [{"mode": "walk", "limit_min": "45"}],
            "sizes": [
                {
                    "id": "6-classes",
                    "name": "6 班",
                    "name_en": "6 classes",
                    "capacity_persons": 270,
                    "capital": "620",
                    "running_per_year": "95",
                },
                {
                    "id": "12-classes",
                    "name": "12 班",
                    "name_en": "12 classes",
                    "capacity_persons": 540,
                    "capital": "1150",
                    "running_per_year": "170",
                },
            ],
        },
        "eldercare": {
            "family": "coverage",
            "name": "农村养老互助站",
            "name_en": "Elder care station",
            "demand": "old",
            "hosts": ["village", "central_village", "township_seat"],
            "department": "县民政局",
            "department_en": "Civil Affairs Bureau",
            "access": [{"mode": "walk", "limit_m": "3000"}],
            "sizes": [
                {"id": "standard", "name": "标准", "name_en": "standard", "capital": "38.5", "running_per_year": "6"}
            ],
        },
        "waste": {
            "family": "haul",
            "name": "生活垃圾收运",
            "name_en": "Household waste",
            "demand": "everybody",
            "department": "县住房城乡建设局",
            "department_en": "Housing Bureau",
            "figures": {"waste_kg_per_person_day": "0.8"},
        },
    },
    "funds": [
        {
            "id": "county",
            "name": "县级财政资金",
            "name_en": "County budget",
            "funding_class": "government",
            "capital": "42000",
            "pays": ["clinic", "primary", "eldercare"],
        },
        {
            "id": "social",
            "name": "社会资本",
            "name_en": "Social capital",
            "funding_class": "government+social",
            "capital": "900",
            "pays": ["eldercare"],
        },
    ],
    "running_budget_per_year": "26000",
    "targets": [
        {
            "id": "T1",
            "name": "卫生室 30 分钟步行覆盖人口",
            "name_en": "people within 30 minutes of a clinic",
            "service": "clinic",
            "indicator": "served_share",
            "threshold_pct": "85",
            "policy": "P-07",
            "year": 2030,
        },
        {
            "id": "T2",
            "name": "行政村小学全服务",
            "name_en": "villages with a school for every child",
            "service": "primary",
            "indicator": "settlements_share",
            "threshold_pct": "97",
            "tier": 1,
            "policy": "P-11",
        },
        {
            "id": "T3",
            "name": "新建养老互助站数",
            "name_en": "elder care stations",
            "service": "eldercare",
            "indicator": "open_count",
            "threshold_count": 20,
            "tier": 2,
        },
    ],
    "sources": {
        "census": {"title": "第七次全国人口普查公报", "status": "CENSUS", "date": "2021"},
        "guess": {"title": "按全县年龄结构推算", "status": "ASSUMPTION"},
        "std": {"title": "村卫生室建设标准", "status": "RECALLED", "clause": "第 8 条"},
        "cost": {
            "title": "县级近三年中标价均值",
            "status": "VERIFIED",
            "url": "https://example.org/doc?id=1",
            "date": "2025-03",
        },
    },
}

PROVENANCE = (
    Provenance("services.clinic.access[0].limit_min", "30", "std"),
    Provenance("services.clinic.sizes[0].capital", "24", "cost"),
    Provenance("services.primary.sizes[0].capital", "620", "cost", "含操场"),
    Provenance("services.eldercare.access[0].limit_m", "3000", "guess", "暂按 3 公里"),
    Provenance("network.modes.drive.speeds_kmh.village", "25", "nowhere"),
)


def make(villages: int = 40, *, hostile: bool = False, run: Path = Path("runs/sample"), seed: int = 7) -> Study:
    """A study of about ``villages`` villages; with ``hostile`` names that try to break out of every format."""
    chance = random.Random(seed)
    settlements, roads = _land(villages, chance, hostile)
    sites = _sites(settlements, chance, hostile)
    county = County(
        folder=Path("qinghe"),
        file=CountyFile.model_validate(FILE),
        settlements=settlements,
        sites=sites,
        lines=(),
        disposal=(),
        red_lines=(_red_line(settlements),),
        roads=roads,
        provenance=PROVENANCE,
        files={"county.toml": "ab" * 32, "settlements.csv": "cd" * 32},
    )
    scenario = Scenario("base", ("clinic", "primary", "eldercare"))
    before = Scenario("baseline", scenario.services, capital_factor=Decimal(0))
    plan, before_plan = _plan(county, chance, build=True), _plan(county, chance, build=False)
    measures = measure.of(plan, county, scenario)
    return Study(
        run=run,
        county=county,
        scenario=scenario,
        plan=plan,
        measures=measures,
        before_plan=before_plan,
        before=measure.of(before_plan, county, before),
        result=_result(measures.objective, settlements, sites),
    )


def _result(objective: int, settlements: tuple[Settlement, ...], sites: tuple[Site, ...]) -> dict[str, Any]:
    bound = objective + objective // 130
    return {
        "status": "gap_reached",
        "verdict": "valid",
        "objective": objective,
        "bound": bound,
        "gap": (bound - objective) / objective,
        "gap_asked": 0.01,
        "elapsed_s": 12.4,
        "solver": "highs",
        "solver_version": "1.11.0",
        "versions": {"siting": "0.1.0", "python": "3.11.9"},
        "stages": [
            {"name": "tier 1", "objective": 4120, "bound": 4120, "gap": 0.0, "seconds": 3.1, "stop": "optimal"},
            {
                "name": "worth",
                "objective": objective,
                "bound": bound,
                "gap": 0.0077,
                "seconds": 8.0,
                "stop": "gap_reached",
            },
            {"name": "travel", "objective": 10, "bound": 10, "gap": 0.0, "seconds": 1.3, "stop": "optimal"},
        ],
        "options": {"time_limit_s": 300, "gap": 0.01, "seed": 0, "threads": 1},
        "inputs": {"county.toml": "ab" * 32, "settlements.csv": "cd" * 32},
        "created": "2026-01-05T09:30:00+08:00",
        "county": "qinghe",
        "scenario": "base",
        "network": {
            "walk": {"nodes": 380, "arcs": 1210, "left_out_nodes": 3, "km": 812.4},
            "drive": {"nodes": 380, "arcs": 1210, "left_out_nodes": 3, "km": 812.4},
        },
        "snap": [
            {"id": settlements[1].id, "kind": "settlement", "mode": "walk", "distance_m": None},
            {"id": sites[0].id, "kind": "site", "mode": "drive", "distance_m": 812},
        ],
        "notes": [{"code": "W210", "where": "settlements.csv:7:name", "text": "两个聚落同名。"}],
    }


def _land(villages: int, chance: random.Random, hostile: bool) -> tuple[tuple[Settlement, ...], Roads]:
    wide = max(4, round(math.sqrt(villages * 1.2)))
    step = 1.55 / KM_PER_DEGREE
    settlements, nodes = [], {}
    for n in range(villages):
        x, y = n % wide, n // wide
        lon = 103.2 + (x + chance.uniform(-0.38, 0.38)) * step * 1.1
        lat = 25.4 + (y + chance.uniform(-0.38, 0.38)) * step
        seat = x % 7 == 3 and y % 7 == 3
        level = "county_town" if n == 0 else "township_seat" if seat else "central_village" if n % 9 == 4 else "village"
        people = int(chance.lognormvariate(6.2, 0.6) * (4 if seat else 20 if n == 0 else 1))
        township = f"{'甲乙丙丁戊己庚辛壬癸'[(x // 7 + 3 * (y // 7)) % 10]}{'河山'[(y // 7) % 2]}镇"
        name = (
            HOSTILE[n % len(HOSTILE)]
            if hostile and n % 5 == 1
            else f"{'柳石清高前后大小上下'[n % 10]}{'河岭坪庄桥湾'[n // 10 % 6]}{'村' if not seat else '街'}{n}"
        )
        settlements.append(
            Settlement(
                id=f"V{n:04d}",
                name=name,
                name_en="" if n % 3 else f"Village {n}",
                level=level,
                township=township,
                urban=int(n == 0),
                lon=round(lon, 6),
                lat=round(lat, 6),
                population_persons=people,
                pupils_persons=people // 14,
                old_persons=people // 5,
                survey_no=f"0{n}",
            )
        )
        nodes[x, y] = (lon, lat)
    return tuple(settlements), _roads(nodes, chance)


def _roads(nodes: dict[tuple[int, int], tuple[float, float]], chance: random.Random) -> Roads:
    points = list(nodes.values())
    where = {key: i for i, key in enumerate(nodes)}
    tail, head, kind = [], [], []
    for (x, y), i in list(where.items()):
        for other in ((x + 1, y), (x, y + 1)):
            if other not in where or chance.random() < 0.22:
                continue
            (lon1, lat1), (lon2, lat2) = points[i], points[where[other]]
            last = i
            for part in (0.25, 0.5, 0.75):
                points.append(
                    (
                        lon1 + (lon2 - lon1) * part + chance.uniform(-1, 1) * 0.0014,
                        lat1 + (lat2 - lat1) * part + chance.uniform(-1, 1) * 0.0014,
                    )
                )
                tail.append(last)
                head.append(len(points) - 1)
                last = len(points) - 1
            tail.append(last)
            head.append(where[other])
            kind.extend(
                ["county" if (x % 7 == 3 and other[0] == x) or (y % 7 == 3 and other[1] == y) else "village"] * 4
            )
    m = len(tail)
    return Roads(
        node_ids=np.array([f"n{i}" for i in range(len(points))]),
        lon=np.array([p[0] for p in points]),
        lat=np.array([p[1] for p in points]),
        tail=np.array(tail, dtype=np.int64),
        head=np.array(head, dtype=np.int64),
        length_mm=np.full(m, 400_000, dtype=np.int64),
        road_class=np.array(kind),
        oneway=np.zeros(m, dtype=bool),
        speed_mph=np.zeros(m, dtype=np.int64),
        name=np.full(m, "", dtype=object),
    )


def _sites(settlements: tuple[Settlement, ...], chance: random.Random, hostile: bool) -> tuple[Site, ...]:
    sites = []
    for n, place in enumerate(settlements):
        for service, label, each in (("clinic", "卫生室", 2), ("primary", "小学", 4), ("eldercare", "养老站", 3)):
            if n % each and place.level == "village":
                continue
            stands = chance.random() < (0.25 if service == "eldercare" else 0.55)
            school = {"size": "6-classes"} if service == "primary" and stands else {}
            sites.append(
                Site(
                    id=f"{service}-{place.id}",
                    service=service,
                    settlement=place.id,
                    lon=place.lon + 0.0012,
                    lat=place.lat + 0.0009,
                    status="existing" if stands else "candidate",
                    source="普查",
                    name=HOSTILE[n % len(HOSTILE)] if hostile and n % 6 == 2 else f"{place.name}{label}",
                    **school,
                )
            )
    return tuple(sites)


def _red_line(settlements: tuple[Settlement, ...]) -> RedLine:
    lon, lat = settlements[-1].lon, settlements[-1].lat
    ring = tuple(
        (lon - 0.05 + 0.03 * math.cos(k / 9 * math.tau), lat - 0.02 + 0.02 * math.sin(k / 9 * math.tau))
        for k in range(10)
    )
    return RedLine("青岭生态保护红线", "ecological", (ring,))


def _metres(a: Settlement, b: Site) -> int:
    dx = (a.lon - b.lon) * KM_PER_DEGREE * math.cos(math.radians(a.lat))
    return int(math.hypot(dx, (a.lat - b.lat) * KM_PER_DEGREE) * 1350) + 1


def _plan(county: County, chance: random.Random, *, build: bool) -> Plan:
    parts: dict[str, ServicePlan] = {}
    spending = []
    for key, service in county.services.items():
        mine = [s for s in county.sites if s.service == key]
        closed = [
            s.id for s in mine if s.status == "existing" and build and service.may_close and chance.random() < 0.12
        ]
        openings = []
        for site in mine:
            if site.status == "existing" and site.id not in closed:
                grow = build and service.may_expand and chance.random() < 0.1
                openings.append(
                    Opening(site.id, "12-classes", "expand") if grow else Opening(site.id, site.size, "keep")
                )
            elif site.status == "candidate" and build and chance.random() < 0.25:
                openings.append(Opening(site.id, service.sizes[0].id, "new"))
        parts[key] = _assign(county, key, openings, closed)
        cost = sum(int(service.sizes[0].capital * 10_000) for o in openings if o.action == "new")
        cost += sum(5_750_000 for o in openings if o.action == "expand")
        if cost:
            spending.append(Spending("county", key, cost))
    return Plan(parts, tuple(sorted(spending)))


def _assign(county: County, key: str, openings: list[Opening], closed: list[str]) -> ServicePlan:
    service = county.services[key]
    access = service.access[0]
    column = county.file.demand[service.demand].column
    room = {o.site: 540 if o.size == "12-classes" else 270 if key == "primary" else 10**9 for o in openings}
    by_id = {s.id: s for s in county.sites}
    sites = [by_id[o.site] for o in openings]
    assignments, unserved = [], []
    for n, place in enumerate(county.settlements):
        left = place.people(column)
        near = sorted((_metres(place, s), s.id) for s in sites)
        for metres, site in near[:4]:
            travel = -(-metres * 36 // 50) if access.by_time else metres
            if left and travel <= access.limit(place.level) * (60 if access.by_time else 1):
                persons = min(left, room[site])
                if persons:
                    assignments.append(Assignment(place.id, site, 0, persons, travel))
                room[site] -= persons
                left -= persons
        if left:
            reason = "full" if left < place.people(column) else ("not_built", "no_site_in_reach", "unreachable")[n % 3]
            unserved.append(Unserved(place.id, left, reason))  # type: ignore[arg-type]
    return ServicePlan(
        tuple(sorted(openings)), tuple(sorted(closed)), tuple(sorted(assignments)), tuple(sorted(unserved))
    )
