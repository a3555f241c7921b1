"""Whole county folders by chance, small enough for `tests.problems_brute`, with everything that the format knows.

`tests.problems_rich` begins behind the posing of a problem; here the tables and `county.toml` themselves are drawn, so
that reader, travel, options, posing, measures and the checker are asked too. Which features a county has, its seed
decides; what most counties would never write (a group of nobody, a site that is full before anyone came, a service
that leans on one of another family, a scenario on top of everything) is drawn as often as what they would.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

LEVELS = ("county_town", "township_seat", "central_village", "village", "hamlet")
TEAMS = (
    ("hospital", "clinic"),
    ("clinic", "hospital", "care"),
    ("bus", "school"),
    ("school", "bus"),
    ("school", "college"),
    ("school",),
    ("waste",),
    ("waste", "ash"),
    ("waste", "clinic"),
    ("bus", "clinic"),
    ("hospital", "school"),
    ("care", "bus", "school"),
    ("bus", "coach", "school"),
)
FAMILY = {
    "hospital": "coverage",
    "clinic": "coverage",
    "care": "coverage",
    "bus": "line",
    "coach": "line",
    "school": "catchment",
    "college": "catchment",
    "waste": "haul",
    "ash": "haul",
}
GROUP = {"care": "villages", "school": "pupils", "college": "pupils", "waste": "waste", "ash": "waste"}

Table = dict[str, Any]


class Dice:
    """Chance by a seed."""

    def __init__(self, *seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def yes(self, share: float) -> bool:
        """True in a share of all throws."""
        return bool(self.rng.random() < share)

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        return int(self.rng.integers(low, high + 1))

    def one(self, of: Sequence[Any]) -> Any:
        """One of several."""
        return of[self.number(0, len(of) - 1)]

    def some(self, of: Iterable[Any], share: float = 0.5, *, least: int = 0) -> list[Any]:
        """Some of several, in their order; at least so many of the first."""
        every = list(of)
        chosen = [x for x in every if self.yes(share)] * (2 if self.yes(0.03) else 1)  # a name may stand twice
        return chosen if len(chosen) >= least else every[:least]


class Draw:
    """One county while it is drawn."""

    def __init__(self, seed: int) -> None:
        self.seed, self.dice = seed, Dice(23, seed)
        self.services: list[str] = list(self.dice.one(TEAMS))
        self.phases = ["p1", "p2"] if self.dice.yes(0.4) else []
        self.tables: dict[str, str] = {}
        self.unit = self.dice.one((1, 10, 10_000))
        self.places: list[tuple[float, float]] = []
        self.toml: Table = {}
        self.sites: list[list[Any]] = []
        self.disposal: list[list[Any]] = []
        self.lines: list[list[Any]] = []

    def files(self) -> dict[str, str]:
        """Every file of the folder."""
        self.roads()
        self.settlements()
        for key in self.services:
            self.toml.setdefault("services", {})[key] = self.service(key)
        self.tables["sites.csv"] = _csv(
            "id,service,name,settlement,lon,lat,status,size,capacity_persons,beds_persons,capacity_tpd,outside,"
            "quality,plot",
            self.sites,
        )
        if self.lines:
            self.tables["lines.csv"] = _csv("id,service,name,stops,trips_per_day,status", self.lines)
        if self.disposal:
            self.tables["disposal.csv"] = _csv(
                "id,name,kind,lon,lat,status,capacity_tpd,capital,running_per_year", self.disposal
            )
        if self.dice.yes(0.2):
            self.own_times()
        self.money()
        self.targets()
        self.scenario()
        self.tables["county.toml"] = _toml(self.toml)
        return self.tables

    # ---- the ground

    def roads(self) -> None:
        dice, number = self.dice, self.dice.number(4, 6)
        self.places = [(100 + dice.number(0, 40) / 1000, 25 + dice.number(0, 20) / 1000) for _ in range(number)]
        heights = [dice.number(0, 90) if dice.yes(0.8) else "" for _ in self.places]
        sloped = dice.yes(0.3)
        columns = "id,lon,lat" + (",elevation_m" if sloped else "")
        nodes = [[f"N{k}", *at, *([heights[k]] if sloped else [])] for k, at in enumerate(self.places)]
        edges = []
        pairs = [(k, dice.number(0, k - 1)) for k in range(1, number)]
        pairs += [(dice.number(0, number - 1), dice.number(0, number - 1)) for _ in range(2)]
        for a, b in pairs:
            length = dice.one(("500", "1000", "1000.5", "1500", "2000", "700.25"))
            signed = dice.one(("", "", "20", "45.5"))
            edges.append([f"N{a}", f"N{b}", length, dice.one(("road", "road", "lane")), int(dice.yes(0.15)), signed])
        self.tables["nodes.csv"] = _csv(columns, nodes)
        self.tables["edges.csv"] = _csv("from_node,to_node,length_m,road_class,oneway,speed_kmh", edges)
        modes: Table = {
            "drive": {"speeds_kmh": {"road": 60, "lane": 25.5}, "access_kmh": 10, "signed_speeds": dice.yes(0.5)},
            "walk": {"speeds_kmh": {"road": 6, "lane": 6}, "access_kmh": 3.6, "oneway": dice.yes(0.3)},
            "bus": {"speeds_kmh": {"road": 30} | ({"lane": 15} if dice.yes(0.7) else {}), "access_kmh": 10},
        }
        if sloped:
            modes["walk"]["slopes"] = [[-10, 90], [0, 100], [10, 180]]
        self.toml |= {
            "format": 1,
            "county": {"id": "drawn", "name": "Drawn", "year": 2026},
            "money": {"base_per_unit": self.unit},
            "network": {"snap_limit_m": 1500, "allow_unserved": True, "modes": modes},
        }

    def settlements(self) -> None:
        dice, rows = self.dice, []
        nobody = dice.yes(0.1)
        for k in range(dice.number(3, 5)):
            at = dice.one(self.places)
            lon, lat = (at[0] + dice.one((0, 0, 0.002)), at[1] + dice.one((0, 0, 0.001)))
            if dice.yes(0.07):
                lat += 0.3  # far from every road
            pupils = 0 if nobody or dice.yes(0.15) else dice.number(1, 3)
            people = 0 if dice.yes(0.15) else dice.number(1, 30)
            older = dice.number(0, 3)  # more than the pupils, at times
            waste = 0 if dice.yes(0.2) else dice.number(1, 3)
            township = dice.one(("", "T1", "T2"))
            about = [f"V{k}", f"v{k}", dice.one(LEVELS), township, dice.one(("", 0, 1)), round(lon, 4), round(lat, 4)]
            rows.append([*about, people, pupils, older, waste])
        self.villages = rows
        head = "id,name,level,township,urban,lon,lat,population_persons,pupils_persons,older_persons,waste_kgpd"
        self.tables["settlements.csv"] = _csv(head, rows)
        self.toml["demand"] = {
            "people": {"column": "population_persons", "name": "people"},
            "pupils": {"column": "pupils_persons", "name": "pupils"},
            "older": {"column": "older_persons", "name": "older pupils"},
            "waste": {"column": "waste_kgpd", "name": "waste"},
            "villages": {"each_settlement_of": dice.some(LEVELS, 0.6, least=1), "name": "villages"},
        }

    # ---- services

    def service(self, key: str) -> Table:
        dice, family = self.dice, FAMILY[key]
        about: Table = {
            "family": family,
            "name": key,
            "demand": GROUP.get(key, "people"),
            "weight": dice.number(1, 3),
            "may_close": dice.yes(0.4),
            "may_expand": dice.yes(0.5),
        }
        if family != "line":
            about["hosts"] = dice.some(LEVELS, 0.8, least=1)
        if dice.yes(0.4):
            about["closing_capital"], about["resale"] = dice.number(0, 4), dice.number(0, 8)
        if dice.yes(0.1):
            about["close_only_if_served"] = True
        about["access"] = [self.access(key, k) for k in range(dice.number(1, 2))]
        if family == "line" and "limit_m" in about["access"][0]:
            about["access"][0] = {"mode": "walk", "limit_min": 12}
        self.of_family(about, key, family)
        about["sizes"] = [self.size(family, name) for name in ("S", "L")[: dice.number(1, 2)]]
        if dice.yes(0.15) and family != "line":
            about["keep_away"] = {"homes_m": dice.one((0, 50, 150))}
        leans = ("coverage", "catchment") if dice.yes(0.95) else tuple(FAMILY.values())
        others = [s for s in self.services if FAMILY[s] in leans and (s != key or dice.yes(0.05))]
        if family == "coverage" and others and dice.yes(0.5):
            about["also_served_by"] = dice.some(others, 0.6)
        if FAMILY[key] in ("coverage", "catchment") and others and dice.yes(0.3):
            about["referral"] = {"service": dice.one(others), "mode": "drive", "limit_min": dice.one((1, 2, 6))}
        if family != "line":
            for j in range(dice.number(1, 2 if self.phases else 3)):
                self.site(key, about, j)
        return about

    def access(self, key: str, number: int) -> Table:
        dice = self.dice
        mode = dice.one(("drive", "walk", "bus"))
        if dice.yes(0.25):
            found: Table = {"mode": mode, "limit_m": dice.one((900, 1000, 2000, 3500))}
            other = 1000
        else:
            found = {"mode": mode, "limit_min": dice.one((1, 2, 3, 5, 12.5) if mode != "walk" else (8, 10, 25))}
            other = 4
        if dice.yes(0.2):
            found["limit_by_level"] = {dice.one(LEVELS): other, "hamlet": other}
        if dice.yes(0.1):
            found["offered"] = False
        if FAMILY[key] in ("catchment", "haul") and dice.yes(0.3):
            found["cost_per_year"] = dice.number(1, 9)
        return found

    def of_family(self, about: Table, key: str, family: str) -> None:
        """The rules of a family: boarding and lines of a school, vehicles of a line, disposal of waste."""
        dice = self.dice
        if family == "catchment":
            about["min_persons"] = dice.one((0, 0, 0, 1, 2))
            rule = dice.one(("", "", "whole_settlements", "closest", "closest"))
            if rule:
                about[rule] = True
                about["quality_first"] = rule == "closest" and dice.yes(0.4)
            if dice.yes(0.4):
                about["access"].insert(
                    dice.number(0, len(about["access"])),
                    {"mode": "drive", "kind": "boarding", "limit_min": dice.one((4, 9))}
                    | ({"eligible": "older"} if dice.yes(0.5) else {}),
                )
            if dice.yes(0.15):
                about["access"][0]["eligible"] = "older"
            buses = [s for s in self.services if FAMILY[s] == "line"]
            if buses and dice.yes(0.9):
                for _ in range(dice.number(1, 2)):
                    ride: Table = {"mode": "walk", "kind": "line", "line": buses[0], "limit_min": dice.one((15, 30))}
                    ride["wait_min"] = dice.one((0, 2.5))
                    about["access"].insert(dice.number(0, len(about["access"])), ride)
        elif family == "line":
            about["line"] = {
                "vehicle_capital": dice.number(0, 9),
                "running_per_km": dice.one((0, 0.001, 0.0375)),
                "operating_days": dice.one((100, 365)),
                "service_hours": dice.one((10, 0.5)),
            }
            for k in range(dice.number(1, 2)):
                stops = [dice.one(self.villages)[0] for _ in range(dice.number(2, 4))]
                stops = [s for n, s in enumerate(stops) if n == 0 or s != stops[n - 1]]
                if len(set(stops)) > 1:
                    status = dice.one(("existing", "candidate", "candidate"))
                    owner = "" if key == next(s for s in self.services if FAMILY[s] == "line") else key
                    self.lines.append([f"{key}{k}", owner, f"{key}{k}", ";".join(stops), dice.number(1, 9), status])
        elif family == "haul":
            about["haul"] = {dice.one(("transfer_limit_min", "transfer_limit_m")): dice.one((31, 1500, 3000))}
            if "transfer_limit_min" in about["haul"]:
                about["haul"]["transfer_limit_min"] = dice.one((1, 2, 8))
            if dice.yes(0.5):
                about["haul"]["direct_limit_min"] = dice.one((1, 3))
                about["haul"]["direct_cost_per_year"] = dice.number(0, 5)
            if dice.yes(0.3):
                about["haul"]["transfer_cost_per_year"] = dice.number(1, 5)
            if dice.yes(0.4):
                about["haul"]["kinds"] = [dice.one(("landfill", "incinerator"))]
            if not self.disposal:
                for k in range(dice.number(1, 2)):
                    at, kind = dice.one(self.places), dice.one(("landfill", "landfill", "incinerator"))
                    status = dice.one(("existing", "candidate"))
                    tpd = dice.one(("0", "0.002", "0.004", "0.006"))
                    self.disposal.append(
                        [f"D{k}", f"d{k}", kind, *at, status, tpd, dice.number(0, 9), dice.number(0, 3)]
                    )

    def size(self, family: str, name: str) -> Table:
        dice, large = self.dice, name == "L"
        found: Table = {"id": name, "capital": dice.number(2, 12) + 5 * large, "running_per_year": dice.number(0, 6)}
        if self.unit > 1 and dice.yes(0.3):
            found["capital"] += 0.05
        if dice.yes(0.6):
            found["land_m2"] = dice.one((2, 3.5, 6))
        if family == "catchment":
            found["capacity_persons"] = dice.number(2, 4) + 2 * large
            if dice.yes(0.5):
                found["beds_persons"] = dice.number(0, 2) + large
                if found["beds_persons"] and dice.yes(0.3):
                    found["beds_capital"] = 1
        elif family == "haul":
            found["capacity_tpd"] = dice.one((0.002, 0.003, 0.005))
        elif family == "line":
            found["trips_per_day"] = dice.number(1, 6) + 4 * large
        return found

    def site(self, key: str, about: Table, number: int) -> None:
        dice = self.dice
        host = dice.one(self.villages)
        existing = dice.yes(0.45)
        lon, lat = (host[5], host[6]) if dice.yes(0.6) else dice.one(self.places)
        size = places = beds = tpd = ""
        outside = int(existing and dice.yes(0.15))
        if existing:
            if dice.yes(0.5):
                size = dice.one(about["sizes"])["id"]
            if about["family"] == "catchment" and (not size or dice.yes(0.3)):
                places, beds = dice.number(0, 5), dice.one(("", 0, 2))
            if about["family"] == "haul" and (not size or dice.yes(0.3)):
                tpd = dice.one(("0", "0.001", "0.004"))
        elif host[2] not in about["hosts"]:
            about["hosts"].append(host[2])
        plot = dice.one(("", "", "square", "green"))
        row = [f"{key}{number}", key, f"{key}{number}", "" if outside else host[0], lon, lat]
        status = "existing" if existing else "candidate"
        self.sites.append([*row, status, size, places, beds, tpd, outside, dice.number(0, 2), plot])

    def own_times(self) -> None:
        """The planner's own times, of one mode, with pairs that have none."""
        dice, mode = self.dice, self.dice.one(("drive", "walk"))
        goals = [row[0] for row in (*self.sites, *self.disposal)]
        rows = [
            [v[0], goal, mode, dice.one(("0", "0.5", "1", "2.5", "8", ""))]
            for v in self.villages
            for goal in goals
            if dice.yes(0.7)
        ]
        if rows:
            self.tables["times.csv"] = _csv("settlement,site,mode,minutes", rows)

    # ---- what is asked of a plan

    def money(self) -> None:
        dice = self.dice
        amounts = max(1, len(self.phases))
        if self.phases:
            self.toml["phases"] = [{"id": p, "year": 2027 + 3 * k} for k, p in enumerate(self.phases)]
        funds = []
        for name, share in (("all", 0.9), ("some", 0.5)):
            fund: Table = {"id": name, "name": name, "funding_class": "government"}
            fund["pays"] = dice.some(self.services, share, least=1)
            given = [dice.number(0, 25) for _ in range(amounts)]
            if self.phases:
                fund |= {"capital_by_phase": given, "carries_over": dice.yes(0.5)}
            else:
                fund |= {"capital": given[0]}
            funds.append(fund)
        self.toml["funds"] = funds
        if dice.yes(0.5):
            self.toml["running_budget_per_year"] = dice.number(5, 30)
        if dice.yes(0.5):
            land: Table = {"shared_saving_pct": dice.one((0, 33.3, 50))}
            if dice.yes(0.6):
                land["quota_m2"] = [dice.number(0, 12) for _ in range(amounts)]
            self.toml["land"] = land
        if dice.yes(0.5):
            aims = [["worth", "cost"], ["cost"], ["travel", "worth"], ["worth", "travel", "cost"], ["worth"]]
            self.toml["objective"] = {"aims": dice.one(aims), "cost_years": dice.number(0, 3)}
        rules = []
        for key in self.services:
            if dice.yes(0.2):
                rule: Table = {"id": f"r-{key}", "service": key, "at_most": dice.number(0, 2)}
                if dice.yes(0.6):
                    rule["actions"] = dice.some(("keep", "new", "expand"), 0.5, least=1)
                if dice.yes(0.3):
                    rule["sizes"] = [self.toml["services"][key]["sizes"][0]["id"]]
                rules.append(rule)
        if rules:
            self.toml["rules"] = rules

    def targets(self) -> None:
        dice, rows = self.dice, []
        for key in self.services:
            kinds = ["served_share", "settlements_share", "open_count", "built_count"]
            if FAMILY[key] in ("coverage", "line") or dice.yes(0.2):
                kinds += ["worst_township_share", "urban_rural_gap"]
            for _ in range(dice.number(0, 2)):
                row: Table = {"id": f"T{len(rows)}", "service": key, "indicator": dice.one(kinds)}
                if row["indicator"].endswith("count"):
                    row["threshold_count"] = dice.number(0, 2)
                    if dice.yes(0.3):
                        row["sizes"] = [self.toml["services"][key]["sizes"][-1]["id"]]
                else:
                    row["threshold_pct"] = dice.one((1, 50, 90, 99.99, 100))
                    if dice.yes(0.3):
                        row["levels"] = dice.some(LEVELS, 0.4, least=1)
                    if dice.yes(0.2):
                        row["urban"] = dice.number(0, 1)
                self.timed(row)
                rows.append(row)
        if len(self.services) > 1 and dice.yes(0.5):
            listed = dice.some([v[0] for v in self.villages], 0.7, least=1)
            if dice.yes(0.1):
                listed.append(listed[0])
            self.toml["packages"] = [
                {"id": "whole", "services": dice.some(self.services, 0.7, least=1), "settlements": listed}
            ]
            for _ in range(dice.number(1, 2)):
                row = {"id": f"T{len(rows)}", "package": "whole", "indicator": "package_count"}
                row["threshold_count"] = dice.number(0, 4)
                self.timed(row)
                rows.append(row)
        if rows:
            self.toml["targets"] = rows

    def timed(self, row: Table) -> None:
        dice = self.dice
        row |= {"tier": dice.number(1, 2), "weight": dice.number(1, 3)}
        if dice.yes(0.4):
            row["year"] = dice.one((2020, 2027, 2028, 2040))

    def scenario(self) -> None:
        dice, changes = self.dice, {}
        for key in self.services:
            at, about = f"services.{key}", self.toml["services"][key]
            wished: list[tuple[str, Any]] = [
                (f"{at}.may_close", dice.yes(0.5)),
                (f"{at}.access[0].offered", dice.yes(0.5)),
                (f"{at}.sizes[S].capital", dice.number(0, 9)),
                (f"{at}.weight", dice.number(1, 5)),
                (f"{at}.hosts", dice.some(LEVELS, 0.5, least=1)),
                (f"{at}.access[0]", {"mode": "drive", "limit_min": 2}),
            ]
            places = [s for s in self.services if FAMILY[s] in ("coverage", "catchment")]
            if key in places:
                wished.append((f"{at}.referral", {"service": places[0], "mode": "walk", "limit_min": 9}))
            changes |= dict(w for w in wished if dice.yes(0.15) and not (w[0].endswith("hosts") and "line" in about))
        wished = [
            ("funds[all].pays", self.services[:1]),
            ("network.modes.drive.access_kmh", 5),
            ("network.snap_limit_m", 300),
            ("land.shared_saving_pct", 20),
            ("running_budget_per_year", dice.number(0, 20)),
            ("objective.aims", ["cost", "worth"]),
            ("targets", []),
            ("demand.people.column", "older_persons"),
        ]
        if "land" not in self.toml:
            wished = [w for w in wished if not w[0].startswith("land")]
        if "objective" not in self.toml:
            wished = [w for w in wished if not w[0].startswith("objective")]
        changes |= dict(w for w in wished if dice.yes(0.15))
        changes |= self.strange()
        drawn: Table = {"capital_factor": dice.one((0, 0.5, 1, 2.5, 1000)), "running_factor": dice.one((0.5, 1, 3))}
        if dice.yes(0.4):
            drawn["services"] = dice.some(self.services, 0.6, least=1)
        if dice.yes(0.2):
            drawn["aims"] = dice.one((["worth"], ["cost", "travel"]))
        if changes:
            drawn["changes"] = changes
        self.toml["scenarios"] = {"other": drawn}

    def strange(self) -> Table:
        """A change of a scenario that pulls something away from under the rest; often none."""
        dice = Dice(31, self.seed)
        key = dice.one(self.services)
        about = self.toml["services"][key]
        other = {**about["sizes"][0], "id": "X"}
        changes: list[tuple[str, Any]] = [
            (f"services.{key}.sizes", [other]),
            (f"services.{key}.sizes[S]", other),
            (f"services.{key}.family", dice.one(tuple(FAMILY.values()))),
            (f"services.{key}.demand", dice.one(("people", "pupils", "waste", "villages"))),
            ("demand.people.column", "strangers_persons"),
            ("demand.pupils", {"each_settlement_of": ["village"], "name": "x"}),
            ("county.id", "other"),
            ("county.encoding", "gb18030"),
            ("money.base_per_unit", 7),
            ("network.modes", {"drive": {"speeds_kmh": {"road": 40}, "access_kmh": 5}}),
            ("network.modes.walk.speeds_kmh", {"ferry": 5}),
            ("network.allow_unserved", False),
            ("funds", []),
            ("phases", []),
            ("phases", [{"id": "q", "year": 2030}]),
            ("packages", []),
            ("scenarios.other.capital_factor", 3),
            ("scenarios", {}),
            ("sources", {}),
            (f"services.{key}", about),
        ]
        return dict([dice.one(changes)]) if dice.yes(0.2) else {}


def draw(seed: int) -> dict[str, str]:
    """The files of the county of a seed."""
    return Draw(seed).files()


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a county folder."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _csv(head: str, rows: Iterable[Sequence[Any]]) -> str:
    return "\n".join([head, *(",".join(str(cell) for cell in row) for row in rows)]) + "\n"


def _toml(table: Mapping[str, Any]) -> str:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict | list) or _flat(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    return "\n".join(lines) + "\n" + "".join(_section(key, value) for key, value in table.items() if key not in plain)


def _section(name: str, value: Any) -> str:
    """A table or a list of tables, each with its nested ones."""
    tables, head = (value, f"[[{name}]]") if isinstance(value, list) else ([value], f"[{name}]")
    text = ""
    for table in tables:
        deep = {k: v for k, v in table.items() if isinstance(v, dict) or (isinstance(v, list) and not _flat(v))}
        text += f"{head}\n" + "".join(f"{_key(k)} = {_value(v)}\n" for k, v in table.items() if k not in deep)
        text += "".join(_section(f"{name}.{_key(k)}", v) for k, v in deep.items())
    return text


def _flat(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, dict) for item in value)


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else json.dumps(value)
