"""What the plan reaches: services before and after, and every site that is open or closed."""

from __future__ import annotations

from collections.abc import Mapping

from siting.counties.rows import Settlement
from siting.counties.services import Access, Service
from siting.plan import Opening
from siting.plans.measure import SiteFigures
from siting.studies.study import Study

from ..nouns import Cell, Section
from ..speech import Speech, travelled
from ..spots import Spot, every, quantity

#: With more sites that stay as they are, the report lists only those that change.
MOST_KEPT = 1500


def services(study: Study, say: Speech) -> Section:
    """Services today and under the plan."""
    rows: list[tuple[Cell, ...]] = []
    for key, now in study.measures.services.items():
        was = study.before.services[key]
        service = study.county.services[key]
        rows.append(
            (
                say.name(service), standard(service, say), quantity(study.county, key, now.demand),
                was.share, now.share,
                was.settlements_served / (was.settlements or 1), now.settlements_served / (now.settlements or 1),
                travelled(was.travel_mean, was.by_time) if was.travellers else None,
                travelled(now.travel_mean, now.by_time) if now.travellers else None,
                travelled(now.travel_max, now.by_time) if now.travellers else None,
                now.sites_open, now.sites_new, now.sites_expanded, now.sites_closed,
            )
        )  # fmt: skip
    table = say.table(
        "services",
        (
            ("service", "text"), ("standard", "text"), ("demand", "count"), ("people_before", "share"),
            ("people_after", "share"), ("villages_before", "share"), ("villages_after", "share"),
            ("mean_before", "seconds"), ("mean_after", "seconds"), ("farthest", "seconds"), ("open", "count"),
            ("new", "count"), ("expanded", "count"), ("closed", "count"),
        ),
        rows,
        note=say("services.note"),
    )  # fmt: skip
    return Section("services", say("section.services"), (say("services.intro"),), (table,))


def standard(service: Service, say: Speech) -> str:
    """The ways of reaching a service in words, those that are offered."""
    straight = service.ways[len(service.access) :]
    offered = [a for a in service.access if a.offered] or list(service.access)
    texts = [_limit(a, say) for a in offered]
    texts += [say("standard.straight", way=_limit(a, say)) for a in straight]
    return say("unit.or").join(texts)


def _limit(access: Access, say: Speech) -> str:
    limits = {access.limit_min or access.limit_m, *access.limit_by_level.values()}
    low, high = min(x for x in limits if x is not None), max(x for x in limits if x is not None)
    span = f"{low.normalize():f}" if low == high else f"{low.normalize():f}–{high.normalize():f}"
    unit = "standard.minutes" if access.by_time else "standard.metres"
    text = say(unit, mode=say(f"mode.{'bus' if access.kind == 'line' else access.mode}"), n=span)
    return text if access.kind == "direct" else say(f"standard.{access.kind}", way=text)


def sites(study: Study, say: Speech) -> Section:
    """Every open or closed site; those that stay as they are only on request. Bus lines have a chapter of their own."""
    keys = [key for key in study.plan.services if study.county.services[key].family != "line"]
    spots = every(study.county, keys)
    places = {place.id: place for place in study.county.settlements}
    rows = [
        _row(f, spots[f.service, f.opening.site], places, study, say) for f in study.measures.sites if f.service in keys
    ]
    for key in keys:
        service = study.county.services[key]
        for closed in study.plan.services[key].closed:
            spot = spots[key, closed]
            blank: tuple[Cell, ...] = (None,) * 10
            rows.append((say.name(service), say.name(spot), host(spot, places, say), "action.close", None, *blank))
    order = {"action.new": 0, "action.expand": 1, "action.close": 2, "action.keep": 3}
    services_order = {say.name(s): k for k, s in enumerate(study.county.services.values())}
    rows.sort(key=lambda r: (order[str(r[3])], services_order[str(r[0])], str(r[1])))
    kept = sum(row[3] == "action.keep" for row in rows)
    changed = len(rows) - kept
    sentences = [say("sites.intro", changed=say.some("sites", changed), kept=say.some("kept_sites", kept))]
    figures = [s for key, s in study.measures.services.items() if key not in keys]
    if lines := sum(s.sites_new + s.sites_expanded for s in figures):
        sentences.append(say.told("sites.lines", lines, n=lines))
    if kept > MOST_KEPT:
        rows = rows[:changed]
        sentences.append(say("sites.kept_elsewhere"))
    table = say.table(
        "sites",
        (
            ("service", "text"), ("site", "text"), ("place", "text"), ("action", "code"), ("phase", "text"),
            ("size", "text"), ("capacity", "count"), ("served", "count"), ("occupancy", "share"),
            ("boarders", "count"), ("beds", "count"), ("by_line", "count"), ("capital", "money"),
            ("running", "money"), ("farthest", "seconds"),
        ),
        rows,
        note=say("sites.note"),
        hidden=frozenset(i for i, row in enumerate(rows) if row[3] == "action.keep"),
        optional=("phase", "boarders", "beds", "by_line"),
    )  # fmt: skip
    return Section("sites", say("section.sites"), tuple(sentences), (table,))


def _row(f: SiteFigures, spot: Spot, places: Mapping[str, Settlement], study: Study, say: Speech) -> tuple[Cell, ...]:
    county = study.county
    service = county.services[f.service]
    boards = any(a.kind == "boarding" and a.offered for a in service.access)
    rides = any(a.kind == "line" and a.offered for a in service.access)
    return (
        say.name(service), say.name(spot), host(spot, places, say), f"action.{f.opening.action}",
        say.phase(county.file.phases, f.opening.phase) or None,
        size_name(service, f.opening, say) or (say(f"kind.{spot.kind}") if spot.kind != "site" else None),
        quantity(county, f.service, f.capacity), quantity(county, f.service, f.persons),
        f.persons / f.capacity if f.capacity else None, f.boarders if boards and (f.beds or f.boarders) else None,
        f.beds if boards and f.beds else None, f.by_line if rides and f.by_line else None, f.capital, f.running,
        travelled(f.travel_max, service.access[0].by_time) if f.travel_max else None,
    )  # fmt: skip


def size_name(service: Service, opening: Opening, say: Speech) -> str:
    """Name of the size taken, its id where it has none, "" for an existing site without one."""
    size = next((s for s in service.sizes if s.id == opening.size), None)
    return "" if size is None else say.name(size)


def host(spot: Spot, places: Mapping[str, Settlement], say: Speech) -> str | None:
    """The settlement where a site stands, with its township."""
    place = places.get(spot.settlement)
    if place is None:
        return None
    return (
        say("place.in", township=say.town(place.township), place=say.name(place)) if place.township else say.name(place)
    )
