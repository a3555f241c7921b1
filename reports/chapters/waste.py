"""Waste: from settlements to stations, from stations to disposal, what is treated and how full each place is."""

from __future__ import annotations

from collections import Counter

from siting.studies.study import Study

from ..nouns import Amount, Cell, Columns, Kind, Section, Table
from ..speech import Speech, travelled
from ..spots import Spot, own, quantity
from .results import host, size_name


def waste(study: Study, say: Speech) -> Section | None:
    """A chapter for every haul service that is planned."""
    keys = [key for key in study.plan.services if study.county.services[key].family == "haul"]
    if not keys:
        return None
    sentences: list[str] = []
    tables: list[Table] = []
    for key in keys:
        figures, before = study.measures.services[key], study.before.services[key]
        part = study.plan.services[key]
        moved = sum(t.persons for t in part.transfers)
        sentences.append(
            say(
                "waste.intro",
                service=say.name(study.county.services[key]),
                demand=say.some("tpd", figures.demand / 1000),
                served=say.some("tpd", figures.served / 1000),
                before=say.share(before.share),
                share=say.share(figures.share),
                moved=say.some("tpd", moved / 1000),
                straight=say.some("tpd", (figures.served - moved) / 1000),
            )
        )
        tables += [_stations(key, study, say), _disposal(key, study, say)]
    return Section("waste", say("section.waste"), tuple(sentences), tuple(t for t in tables if t.rows))


def _stations(key: str, study: Study, say: Speech) -> Table:
    county, part = study.county, study.plan.services[key]
    spots = {spot.id: spot for spot in own(county, key)}
    places = {p.id: p for p in county.settlements}
    onward: dict[str, list[str]] = {}
    rules = county.services[key].haul
    by_time = rules is None or rules.transfer.by_time
    unit: Kind = "seconds" if by_time else "metres"
    for t in part.transfers:
        text = say("waste.onward", place=say.name(spots[t.disposal]), amount=say.some("tpd", t.persons / 1000),
                   travel=say.text(travelled(t.travel, by_time), unit))  # fmt: skip
        onward.setdefault(t.station, []).append(text)
    rows: list[tuple[Cell, ...]] = [
        (
            say.name(spots[f.opening.site]), host(spots[f.opening.site], places, say), f"action.{f.opening.action}",
            say.phase(county.file.phases, f.opening.phase) or None,
            size_name(county.services[key], f.opening, say) or None, quantity(county, key, f.capacity),
            quantity(county, key, f.persons), f.persons / f.capacity if f.capacity else None, f.settlements,
            say.listing(onward.get(f.opening.site, [])) or None,
        )
        for f in study.measures.sites
        if f.service == key and spots[f.opening.site].kind == "site"
    ]  # fmt: skip
    rows.sort(key=lambda row: (row[3] == "action.keep", -(row[6].value if isinstance(row[6], Amount) else 0)))
    columns: Columns = (
        ("station", "text"), ("place", "text"), ("action", "code"), ("phase", "text"), ("size", "text"),
        ("capacity", "tpd"), ("received", "tpd"), ("occupancy", "share"), ("settlements", "count"), ("onward", "text"),
    )  # fmt: skip
    return say.table("stations", columns, rows, optional=("phase",))


def _disposal(key: str, study: Study, say: Speech) -> Table:
    county, part = study.county, study.plan.services[key]
    spots: dict[str, Spot] = {spot.id: spot for spot in own(county, key)}
    hauled, straight = Counter[str](), Counter[str]()
    for t in part.transfers:
        hauled[t.disposal] += t.persons
    for a in part.assignments:
        straight[a.site] += a.persons
    rows: list[tuple[Cell, ...]] = [
        (
            say.name(spots[f.opening.site]), f"kind.{spots[f.opening.site].kind}", f"action.{f.opening.action}",
            say.phase(county.file.phases, f.opening.phase) or None, quantity(county, key, f.capacity),
            quantity(county, key, hauled[f.opening.site]), quantity(county, key, straight[f.opening.site]),
            f.persons / f.capacity if f.capacity else None, f.capital, f.running,
        )
        for f in study.measures.sites
        if f.service == key and spots[f.opening.site].kind != "site"
    ]  # fmt: skip
    columns: Columns = (
        ("disposal", "text"), ("kind", "code"), ("action", "code"), ("phase", "text"), ("capacity", "tpd"),
        ("by_transfer", "tpd"), ("straight", "tpd"), ("occupancy", "share"), ("capital", "money"), ("running", "money"),
    )  # fmt: skip
    return say.table("disposal", columns, rows, optional=("phase",))
