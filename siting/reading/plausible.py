"""Numbers that can be read and cannot be true: people, ages, minutes, speeds, money and places in the wrong unit.

All are warnings: a county may be unlike any other. They are looked for once the folder has no error, because a number
that is wrong by itself would bring others with it. The bounds are ours, wide of every county that was tried, and are
no standards. Points and roads that cannot lie where they lie: `siting.reading.plausible_map`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from siting.counties.county import County
from siting.counties.services import Service
from siting.errors import Fault
from siting.reading.coherence import toml_fault

Numbers = Mapping[str, list[int]]
Check = Callable[[County, Numbers], Iterator[Fault]]

#: Residents of one settlement, by level; the largest villages of China have some ten thousand.
MOST_PEOPLE = {
    "city": 10_000_000, "county_town": 2_000_000, "central_town": 300_000, "township_seat": 300_000,
    "central_village": 30_000, "village": 30_000, "hamlet": 10_000,
}  # fmt: skip
#: From so many settlements on a mean says something; ten thousands given as whole numbers leave a mean below this.
FEWEST_SETTLEMENTS, LEAST_MEAN = 20, 2
#: Age groups that share nobody, by the names that presets and generator give them, and the largest share of residents.
AGES_PCT = {
    "births_persons": 6, "children_0_2_persons": 15, "children_3_5_persons": 15, "pupils_primary_persons": 25,
    "pupils_junior_persons": 15, "pupils_senior_persons": 15, "elderly_60_persons": 60, "elderly_65_persons": 50,
}  # fmt: skip
#: Those of them that can be added up: births are among the children of 0 to 2, who are 65 are also 60.
SUMMED = (
    "children_0_2_persons", "children_3_5_persons", "pupils_primary_persons", "pupils_junior_persons",
    "pupils_senior_persons", "elderly_60_persons",
)  # fmt: skip
#: Household waste in kilograms a head and day.
WASTE_KG = (Decimal("0.1"), Decimal(3))
#: A shorter limit was given in hours.
SHORTEST_LIMIT_MIN = Decimal("0.5")
#: Speeds in km/h by mode, and those of the walk to the road.
SPEEDS_KMH = {"walk": (1.5, 8), "bicycle": (3, 30), "drive": (3, 130), "bus": (3, 120)}
ACCESS_KMH = (1.5, 30)
#: A yearly running cost above so many times the capital is one of several years, or in another unit.
MOST_RUNNING = 5
#: No scenario multiplies the money so often; a factor of 50 was meant as half.
MOST_FACTOR = 20
#: A fund that pays so many times for everything is in another unit.
MOST_FUND = 1000
#: Places of one site against the demand of the whole county.
MOST_PLACES = 50


def run(county: County, numbers: Numbers) -> list[Fault]:
    """All warnings; ``numbers`` gives the row of each table's rows."""
    return [fault for check in CHECKS for fault in check(county, numbers)]


def people(county: County, numbers: Numbers) -> Iterator[Fault]:
    """W160 more people than a place of its level has; W161 hardly anybody anywhere."""
    for settlement, row in zip(county.settlements, numbers["settlements.csv"], strict=True):
        most = MOST_PEOPLE[settlement.level]
        if settlement.population_persons > most:
            values = {"value": settlement.population_persons, "level": settlement.level, "most": most}
            yield Fault("W160", "settlements.csv", row, "population_persons", values)
    total, count = sum(s.population_persons for s in county.settlements), len(county.settlements)
    if count >= FEWEST_SETTLEMENTS and total < LEAST_MEAN * count:
        values = {"people": total, "count": count}
        yield Fault("W161", "settlements.csv", column="population_persons", values=values)


def ages(county: County, numbers: Numbers) -> Iterator[Fault]:
    """W162 ages that add up to more than the residents; W163 too large a share; W164 a group of nobody."""
    columns = {d.column for d in county.file.demand.values() if d.column}
    summed = [name for name in SUMMED if name in columns]
    for settlement, row in zip(county.settlements, numbers["settlements.csv"], strict=True):
        groups = [settlement.people(name) for name in summed]
        if max(groups, default=0) <= settlement.population_persons < sum(groups):  # one alone is W137
            values = {"value": sum(groups), "columns": " + ".join(summed), "residents": settlement.population_persons}
            yield Fault("W162", "settlements.csv", row, "population_persons", values)
    residents = sum(s.population_persons for s in county.settlements)
    for name in sorted(columns):
        total = sum(s.people(name) for s in county.settlements)
        if name in AGES_PCT and 100 * total > AGES_PCT[name] * residents:
            values = {"value": total, "pct": round(100 * total / max(1, residents)), "most": AGES_PCT[name]}
            yield Fault("W163", "settlements.csv", column=name, values=values)
        elif not total:
            yield Fault("W164", "settlements.csv", column=name)


def waste(county: County, _: Numbers) -> Iterator[Fault]:
    """W165 more or less waste a head than households make."""
    residents = sum(s.population_persons for s in county.settlements)
    for name in sorted({d.column for d in county.file.demand.values() if d.column.endswith("_kgpd")}):
        total = sum(s.people(name) for s in county.settlements)
        if residents and total and not WASTE_KG[0] * residents <= total <= WASTE_KG[1] * residents:
            values = {"value": f"{total / residents:.3g}", "least": WASTE_KG[0], "most": WASTE_KG[1]}
            yield Fault("W165", "settlements.csv", column=name, values=values)


def minutes(county: County, _: Numbers) -> Iterator[Fault]:
    """W166 a limit like hours; W167 a speed that its mode does not have."""
    for key, service in county.services.items():
        for k, access in enumerate(service.access):
            limit = access.limit_min
            if limit is not None and limit < SHORTEST_LIMIT_MIN:
                where = f"services.{key}.access[{k}].limit_min"
                yield toml_fault(county, "W166", where, value=limit, minutes=f"{limit * 60:.4g}")
    for mode, travel in county.file.network.modes.items():
        where = f"network.modes.{mode}"
        speeds = {f"{where}.speeds_kmh.{name}": (kmh, SPEEDS_KMH[mode]) for name, kmh in travel.speeds_kmh.items()}
        speeds[f"{where}.access_kmh"] = travel.access_kmh, ACCESS_KMH
        for at, (kmh, (least, most)) in speeds.items():
            if not least <= kmh <= most:
                yield toml_fault(county, "W167", at, value=kmh, mode=mode, least=least, most=most)


def money(county: County, _: Numbers) -> Iterator[Fault]:
    """W168 no money for the smallest site; W169 money without end; W170 running above capital; W159 unit and base."""
    about = county.file.money
    unit = {"unit": about.unit, "unit_en": about.unit_en or about.unit}
    if "万" in about.unit and about.base == "元" and about.base_per_unit != 10_000:
        yield toml_fault(county, "W159", "money.base_per_unit", value=about.base_per_unit, unit=about.unit)
    for key, service in county.services.items():
        for k, size in enumerate(service.sizes):
            if size.capital and size.running_per_year > MOST_RUNNING * size.capital:
                where = f"services.{key}.sizes[{k}].running_per_year"
                yield toml_fault(county, "W170", where, value=size.running_per_year, capital=size.capital)
        least = min((size.capital for size in service.sizes), default=Decimal(0))
        funds = sum((sum(f.amounts) for f in county.file.funds if key in f.pays), Decimal(0))
        if service.family != "line" and _buildable(county, key) and least > funds + service.resale:
            values = {"service": key, "capital": least, "funds": funds, **unit}
            yield toml_fault(county, "W168", f"services.{key}.sizes", **values)
    lines = {key for key, s in county.services.items() if s.family == "line"}
    for k, fund in enumerate(county.file.funds):
        whole = sum((_everything(county, key) for key in fund.pays if key in county.services), Decimal(0))
        if not lines & set(fund.pays) and whole and sum(fund.amounts) > MOST_FUND * whole:
            values = {"value": sum(fund.amounts), "whole": whole, **unit}
            yield toml_fault(county, "W169", f"funds[{k}]", **values)


def _buildable(county: County, key: str) -> int:
    return sum(site.service == key and site.status == "candidate" for site in county.sites)


def _everything(county: County, key: str) -> Decimal:
    """What it costs to build every candidate of a service at its dearest."""
    dearest = max((size.capital for size in county.services[key].sizes), default=Decimal(0))
    own = sum(site.service == key for site in county.sites)
    return dearest * own


def places(county: County, numbers: Numbers) -> Iterator[Fault]:
    """W158 a size, W173 a site with many times the places that the whole county asks for."""
    asked = {
        key: sum(county.group(s.demand)) for key, s in county.services.items() if s.family in ("catchment", "haul")
    }
    for key, whole in asked.items():
        for k, size in enumerate(county.services[key].sizes):
            if whole and (size.places or 0) > MOST_PLACES * whole:
                values = {"value": _shown(county.services[key], size.places or 0), "times": (size.places or 0) // whole}
                yield toml_fault(county, "W158", f"services.{key}.sizes[{k}]", **values)
    for site, row in zip(county.sites, numbers["sites.csv"], strict=True):
        whole = asked.get(site.service, 0)
        if whole and (site.places or 0) > MOST_PLACES * whole:
            service = county.services[site.service]
            column = "capacity_tpd" if service.family == "haul" else "capacity_persons"
            values = {"id": site.id, "value": _shown(service, site.places or 0), "times": (site.places or 0) // whole}
            yield Fault("W173", "sites.csv", row, column, values)


def _shown(service: Service, amount: int) -> str:
    return f"{amount / 1000:g} t/d" if service.family == "haul" else f"{amount:,}"


def wishes(county: County, _: Numbers) -> Iterator[Fault]:
    """W182 a share of at most one per cent, which was meant as a fraction; W183 a factor that was meant in per cent."""
    for k, target in enumerate(county.file.targets):
        asked = target.threshold_pct
        if asked is not None and asked <= 1 and target.indicator != "urban_rural_gap":
            values = {"value": asked, "pct": f"{float(asked) * 100:.4g}"}
            yield toml_fault(county, "W182", f"targets[{k}].threshold_pct", **values)
    for name, scenario in county.file.scenarios.items():
        for key in ("capital_factor", "running_factor"):
            factor = getattr(scenario, key)
            if factor >= MOST_FACTOR:
                where = f"scenarios.{name}.{key}"
                yield toml_fault(county, "W183", where, value=factor, share=f"{float(factor) / 100:.4g}")


CHECKS: tuple[Check, ...] = (people, ages, waste, minutes, money, places, wishes)
