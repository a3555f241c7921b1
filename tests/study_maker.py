"""Makes a finished `Study` without a solver: villages on a grid, roads between neighbours, plans by nearest site.

Not a test: `tests/test_reports.py` and `tests/test_page_in_browser.py` run it by path. Nothing here is a real place.
"""

from __future__ import annotations

import math
import random
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from siting.counties.county import County, Provenance, RedLine, Roads
from siting.counties.rows import Disposal, Line, Settlement, Site
from siting.counties.sections import CountyFile
from siting.plan import Assignment, Opening, Plan, ServicePlan, Spending, Transfer, Unserved
from siting.plans import measure
from siting.reading.scenario import Scenario
from siting.roads.slope import UNKNOWN_MM
from siting.studies.study import Study

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
            "bus": {"speeds_kmh": {"county": "35", "village": "20"}, "access_kmh": "4"},
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
        "waste": {"column": "waste_kgpd", "name": "生活垃圾", "name_en": "household waste"},
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
            "demand": "waste",
            "hosts": ["village", "central_village", "township_seat"],
            "department": "县住房城乡建设局",
            "department_en": "Housing Bureau",
            "access": [{"mode": "drive", "limit_m": "9000"}],
            "haul": {"transfer_limit_min": "120", "direct_limit_min": "6"},
            "sizes": [
                {
                    "id": "15-tpd",
                    "name": "15 吨/日",
                    "name_en": "15 t/d",
                    "capacity_tpd": "15",
                    "capital": "73.3",
                    "running_per_year": "11",
                    "land_m2": "500",
                }
            ],
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


def make(
    villages: int = 40,
    *,
    hostile: bool = False,
    run: Path = Path("runs/sample"),
    seed: int = 7,
    whole: bool = False,
) -> Study:
    """A study of about ``villages`` villages; with ``hostile`` names that try to break out of every format.

    ``whole``: all four families with two phases, boarding, lines, a package, a rule, plots and land; else three
    services of the families coverage and catchment.
    """
    chance = random.Random(seed)
    settlements, roads = _land(villages, chance, hostile)
    sites = _sites(settlements, chance, hostile)
    plain = whole_file(settlements) if whole else FILE
    county = County(
        folder=Path("qinghe"),
        file=CountyFile.model_validate(plain),
        plain=plain,
        settlements=settlements,
        sites=sites + (_stations(settlements, hostile) if whole else ()),
        lines=_lines(settlements, hostile) if whole else (),
        disposal=_disposal(settlements, hostile) if whole else (),
        red_lines=(_red_line(settlements),),
        roads=roads,
        provenance=PROVENANCE,
        files={"county.toml": "ab" * 32, "settlements.csv": "cd" * 32},
    )
    others = ("waste", "bus") if whole else ()
    scenario = Scenario("base", ("clinic", "primary", "eldercare", *others))
    before = Scenario("baseline", scenario.services, capital_factor=Decimal(0))
    plan = _plan(county, chance, scenario.services, build=True)
    before_plan = _plan(county, chance, scenario.services, build=False)
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
                upper_persons=people // 30,
                waste_kgpd=people,
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
        height_mm=np.full(len(points), UNKNOWN_MM, dtype=np.int64),
    )


def _sites(settlements: tuple[Settlement, ...], chance: random.Random, hostile: bool) -> tuple[Site, ...]:
    sites = []
    for n, place in enumerate(settlements):
        for service, label, each in (("clinic", "卫生室", 2), ("primary", "小学", 4), ("eldercare", "养老站", 3)):
            if n % each and place.level == "village":
                continue
            stands = chance.random() < (0.25 if service == "eldercare" else 0.55)
            stands = stands or place.level not in FILE["services"][service]["hosts"]
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
    return RedLine("青岭生态保护红线", "ecological", (ring,), "Qingling Ecological Red Line")


def _metres(a: Settlement, b: Site) -> int:
    dx = (a.lon - b.lon) * KM_PER_DEGREE * math.cos(math.radians(a.lat))
    return int(math.hypot(dx, (a.lat - b.lat) * KM_PER_DEGREE) * 1350) + 1


def whole_file(settlements: tuple[Settlement, ...]) -> dict[str, Any]:
    """The county file with all families, phases, land, a rule and a package."""
    plain = deepcopy(FILE)
    plain["phases"] = [
        {"id": "2029", "name": "2029 年", "name_en": "2029", "year": 2029},
        {"id": "2030", "name": "2030 年", "name_en": "2030", "year": 2030},
    ]
    plain["demand"]["upper"] = {"column": "upper_persons", "name": "四至六年级", "name_en": "grades 4 to 6"}
    plain["demand"]["places"] = {
        "each_settlement_of": ["township_seat", "central_village"],
        "name": "乡镇驻地和中心村",
        "name_en": "township seats and central villages",
    }
    primary = plain["services"]["primary"]
    primary["access"] += [
        {"mode": "walk", "kind": "line", "line": "bus", "limit_min": "60", "wait_min": "5"},
        {"mode": "bus", "kind": "boarding", "limit_min": "90", "eligible": "upper"},
    ]
    primary["sizes"][1]["beds_persons"] = 120
    primary["closing_capital"], primary["resale"] = "5", "20"
    for service, land in (("clinic", "120"), ("eldercare", "150")):
        plain["services"][service]["sizes"][0]["land_m2"] = land
    plain["services"]["bus"] = {
        "family": "line",
        "name": "城乡公交",
        "name_en": "Rural bus",
        "demand": "places",
        "weight": 50,
        "department": "县交通运输局",
        "department_en": "Transport Bureau",
        "may_expand": True,
        "access": [{"mode": "walk", "limit_min": "20"}],
        "line": {"vehicle_capital": "20", "running_per_km": "0.0003"},
        "sizes": [
            {"id": "2-trips", "name": "每日 2 班", "trips_per_day": 2, "capital": "2", "running_per_year": "0.2"},
            {"id": "4-trips", "name": "每日 4 班", "trips_per_day": 4, "capital": "2", "running_per_year": "0.2"},
        ],
    }
    plain["funds"][0] |= {"capital_by_phase": ["30000", "20000"], "pays": ["clinic", "primary", "eldercare", "bus"]}
    del plain["funds"][0]["capital"]
    plain["funds"][1] |= {"capital_by_phase": ["600", "300"], "pays": ["eldercare", "waste"], "carries_over": True}
    del plain["funds"][1]["capital"]
    plain["land"] = {"quota_m2": ["20000", "12000"], "shared_saving_pct": "10"}
    plain["rules"] = [{"id": "few", "name": "新建卫生室上限", "service": "clinic", "at_most": 60, "actions": ["new"]}]
    villages = [*[s.id for s in settlements if s.level == "central_village"][:4], settlements[5].id]
    services = ["clinic", "eldercare", "waste"]
    plain["packages"] = [
        {
            "id": "show",
            "name": "示范村",
            "name_en": "Demonstration villages",
            "services": services,
            "settlements": villages,
        }
    ]
    plain["targets"] += [
        {"id": "T4", "service": "bus", "indicator": "served_share", "threshold_pct": "100", "year": 2029},
        {"id": "T5", "service": "waste", "indicator": "served_share", "threshold_pct": "95", "policy": "std"},
        {"id": "T6", "service": "clinic", "indicator": "worst_township_share", "threshold_pct": "80"},
        {"id": "T7", "service": "clinic", "indicator": "urban_rural_gap", "threshold_pct": "1.5"},
        {"id": "T8", "package": "show", "indicator": "package_count", "threshold_count": 4},
        {"id": "T9", "service": "primary", "indicator": "built_count", "threshold_count": 2, "sizes": ["12-classes"]},
    ]
    return plain


def _stations(settlements: tuple[Settlement, ...], hostile: bool) -> tuple[Site, ...]:
    """A candidate transfer station at every fifteenth village; some share a plot with the clinic there."""
    return tuple(
        Site(
            id=f"waste-{place.id}",
            service="waste",
            settlement=place.id,
            lon=place.lon - 0.003,
            lat=place.lat + 0.002,
            status="candidate",
            name=HOSTILE[0] if hostile and n == 3 else f"{place.name}转运站",
            name_en="" if hostile else f"Station of {place.name_en or place.id}",
        )
        for n, place in enumerate(settlements)
        if n % 15 == 3
    )


def _disposal(settlements: tuple[Settlement, ...], hostile: bool) -> tuple[Disposal, ...]:
    first, last = settlements[0], settlements[-1]
    name = HOSTILE[2] if hostile else "县填埋场"
    return (
        Disposal(
            id="D1", name=name, name_en="" if hostile else "Landfill", kind="landfill", lon=first.lon + 0.02,
            lat=first.lat + 0.01, status="existing", capacity_tpd=Decimal(28), running_per_year=Decimal(40),
        ),
        Disposal(
            id="D2", name="焚烧厂", name_en="Incinerator", kind="incinerator", lon=last.lon, lat=last.lat,
            status="candidate", capacity_tpd=Decimal(60), capital=Decimal(900), running_per_year=Decimal(90),
        ),
    )  # fmt: skip


def _lines(settlements: tuple[Settlement, ...], hostile: bool) -> tuple[Line, ...]:
    """A line along each row of the grid, every other one running today; a stop at every second village."""
    lats = [s.lat for s in settlements]
    step = (max(lats) - min(lats)) / max(1, round(math.sqrt(len(settlements))))
    rows: dict[int, list[Settlement]] = {}
    for s in settlements:
        rows.setdefault(round((s.lat - min(lats)) / step), []).append(s)
    found = []
    for n, row in sorted(rows.items()):
        stops = [s.id for s in sorted(row, key=lambda s: s.lon)][::2]
        if len(stops) > 1:
            name = HOSTILE[n % len(HOSTILE)] if hostile and n == 1 else f"{n} 路"
            status = "existing" if n % 3 == 0 else "candidate"
            line = Line(
                id=f"L{n:02d}", name=name, name_en="" if hostile else f"Line {n}", stops=";".join(stops),
                trips_per_day=3 if status == "existing" else 2, status=status,
            )  # fmt: skip
            found.append(line)
    return tuple(found)


def _plan(county: County, chance: random.Random, services: tuple[str, ...], *, build: bool) -> Plan:
    parts: dict[str, ServicePlan] = {}
    phases = county.phases
    for key in services:
        service = county.services[key]
        mine = [s for s in county.sites if s.service == key]
        if service.family == "line":
            parts[key] = _bus(county, key, build)
            continue
        closed = [
            s.id for s in mine if s.status == "existing" and build and service.may_close and chance.random() < 0.12
        ]
        openings = []
        for site in mine:
            if site.status == "existing" and site.id not in closed:
                if build and service.may_expand and chance.random() < 0.1:
                    openings.append(Opening(site.id, "12-classes", "expand", phases[0]))
                else:
                    openings.append(Opening(site.id, site.size, "keep"))
            elif site.status == "candidate" and build and (key == "waste" or chance.random() < 0.25):
                openings.append(Opening(site.id, service.sizes[0].id, "new", phases[len(openings) % len(phases)]))
        parts[key] = _assign(county, key, openings, closed)
    if "bus" in parts:
        parts["primary"] = _by_bus_and_bed(county, parts["primary"], parts["bus"])
    plan = Plan(parts)
    spending = _spending(plan, county)
    return Plan(parts, spending)


def _spending(plan: Plan, county: County) -> tuple[Spending, ...]:
    """Whatever the options cost, from the first fund that may pay for the service."""
    figures = measure.of(plan, county, Scenario("base", tuple(plan.services)))
    first = county.phases[0]
    paid: dict[tuple[str, str, str], int] = {}
    for site in figures.sites:
        fund = next(f.id for f in county.file.funds if site.service in f.pays)
        if site.capital:
            key = fund, site.service, site.opening.phase
            paid[key] = paid.get(key, 0) + site.capital
    for service, part in plan.services.items():
        about = county.services[service]
        net = len(part.closed) * (county.base(about.closing_capital) - county.base(about.resale))
        fund = next(f.id for f in county.file.funds if service in f.pays)
        if net:
            paid[fund, service, first] = max(0, paid.get((fund, service, first), 0) + net)
    return tuple(sorted(Spending(*key, amount) for key, amount in paid.items() if amount))


def _assign(county: County, key: str, openings: list[Opening], closed: list[str]) -> ServicePlan:
    service = county.services[key]
    access = service.access[0]
    demand = county.demand_of(key)
    room = {o.site: 540 if o.size == "12-classes" else 270 if key == "primary" else 10**9 for o in openings}
    if key == "waste":
        room = {o.site: 15_000 for o in openings}
    by_id = {s.id: s for s in county.sites}
    phase = {o.site: o.phase for o in openings}
    sites = [by_id[o.site] for o in openings]
    assignments, unserved = [], []
    for n, place in enumerate(county.settlements):
        left = demand[place.id]
        near = sorted((_metres(place, s), s.id) for s in sites)
        for metres, site in near[: 1 if service.family == "coverage" else 4]:
            travel = -(-metres * 36 // 50) if access.by_time else metres
            if left and travel <= access.limit(place.level) * (60 if access.by_time else 1):
                persons = min(left, room[site])
                if persons:
                    since = phase[site]
                    assignments.append(Assignment(place.id, site, 0, "", since, persons, travel))
                room[site] -= persons
                left -= persons
        if left:
            reason = "full" if left < demand[place.id] else ("not_built", "no_site_in_reach", "unreachable")[n % 3]
            unserved.append(Unserved(place.id, left, reason))  # type: ignore[arg-type]
    plain = ServicePlan(
        tuple(sorted(openings)), tuple(sorted(closed)), tuple(sorted(assignments)), (), tuple(sorted(unserved))
    )
    return _hauled(plain, county) if key == "waste" else plain


def _hauled(part: ServicePlan, county: County) -> ServicePlan:
    """What comes to the stations goes on: to the landfill until it is full, then to the incinerator, if it is built."""
    build = any(o.action == "new" for o in part.open)
    opened = [Opening("D1", "", "keep"), *([Opening("D2", "", "new", county.phases[-1])] if build else [])]
    room = {"D1": 28_000, "D2": 60_000 if build else 0}
    brought: dict[str, int] = {}
    for a in part.assignments:
        brought[a.site] = brought.get(a.site, 0) + a.persons
    transfers = []
    for station, amount in sorted(brought.items()):
        for place in ("D1", "D2"):
            part_of = min(amount, room[place])
            if part_of:
                transfers.append(Transfer(station, place, part_of, 900 + len(transfers)))
            room[place] -= part_of
            amount -= part_of
    straight = []
    left = list(part.unserved)
    near = [u for u in left if u.settlement == county.settlements[0].id]
    if near and room["D1"] >= near[0].persons:
        left.remove(near[0])
        straight = [Assignment(near[0].settlement, "D1", 1, "", "", near[0].persons, 240)]
    return replace(
        part,
        open=tuple(sorted([*part.open, *opened])),
        assignments=tuple(sorted([*part.assignments, *straight])),
        transfers=tuple(sorted(transfers)),
        unserved=tuple(left),
    )


def _bus(county: County, key: str, build: bool) -> ServicePlan:
    """Lines of today kept, the first of them grown; every second candidate opened."""
    opened = []
    for n, line in enumerate(county.lines_of(key)):
        if line.status == "existing":
            grow = build and not any(o.action == "expand" for o in opened)
            grown = Opening(line.id, "4-trips", "expand", county.phases[-1])
            opened.append(grown if grow else Opening(line.id, "", "keep"))
        elif build and n % 2:
            opened.append(Opening(line.id, "2-trips", "new", county.phases[n % len(county.phases)]))
    assignments, unserved = [], []
    stops = {o.site: next(line.stop_ids for line in county.lines if line.id == o.site) for o in opened}
    phase = {o.site: "" if o.action == "keep" else o.phase for o in opened}
    for place, asked in county.demand_of(key).items():
        lines = [i for i, ids in stops.items() if place in ids]
        if asked and lines:
            assignments.append(Assignment(place, lines[0], 0, "", min(phase[i] for i in lines), 1, 0))
        elif asked:
            unserved.append(Unserved(place, 1, "not_built"))
    return ServicePlan(tuple(sorted(opened)), (), tuple(assignments), (), tuple(unserved))


def _by_bus_and_bed(county: County, part: ServicePlan, bus: ServicePlan) -> ServicePlan:
    """Some of the children who are left over take a line, some board."""
    lines, schools = list(bus.open), list(part.open)
    beds = next((o for o in schools if o.size == "12-classes"), None)
    upper = {s.id: s.people("upper_persons") for s in county.settlements}
    more, left, taken = [], [], 0
    for n, u in enumerate(part.unserved):
        persons = u.persons
        if n % 3 == 0 and lines:
            line, school = lines[n % len(lines)], schools[n % len(schools)]
            since = max(line.phase if line.action != "keep" else "", school.phase)
            more.append(Assignment(u.settlement, school.site, 1, line.site, since, persons, 2400 + n))
            persons = 0
        elif n % 3 == 1 and beds and taken < 60:
            boarders = min(persons, upper[u.settlement])
            if boarders:
                more.append(Assignment(u.settlement, beds.site, 2, "", beds.phase, boarders, 3600 + n))
            taken, persons = taken + boarders, persons - boarders
        if persons:
            left.append(replace(u, persons=persons, reason="full" if persons < u.persons else u.reason))
    return replace(part, assignments=tuple(sorted([*part.assignments, *more])), unserved=tuple(left))
