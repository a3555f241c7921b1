"""The map as a picture for Word, PDF and workbook: the county as a whole, one service, or the difference of two plans.

The same roads, classes, colours and signs as the map of the page (``templates/map.js``).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from siting.counties.county import County
from siting.studies.study import Study

from ..speech import Speech
from ..spots import Spot, every, people, way, ways
from . import fonts
from .drawing import Entry, Sheet, Style
from .map_data import SEATS, breaks, ranked_roads
from .marks import Box, Drawing, Ground, ground

NEAR_TO_FAR = ("#a5db36", "#3dbc74", "#1f8f8d", "#39568c", "#471164")
MISSED, NOBODY = "#c8361d", "#c9c6bd"
ROADS = (("#a98d58", 2.0), ("#bfa87c", 1.3), ("#cfc1a3", 0.9))
RED = ("#e8a79b", "#c8361d")
SITES = {
    "keep": Style("square", "#4b5360", "#ffffff", 3.2),
    "new": Style("star", "#f28e00", "#4a2b00", 6.5),
    "expand": Style("triangle", "#2f6fd0", "#ffffff", 6),
    "close": Style("cross", "#111111", "#111111", 4.2, 1.8),
}
WORD = {"keep": "map.kept", "new": "map.new", "expand": "map.expanded", "close": "map.closed"}
#: Classes of the share of people served, services added up.
SHARES = (1.0, 0.9, 0.75, 0.5, 0.0)
#: Radius of the settlement with the most people.
LARGEST, SMALLEST = 8.0, 2.3


@dataclass(frozen=True)
class Circle:
    """A settlement: where, how many people, how it looks."""

    lon: float
    lat: float
    people: int
    style: Style


def overview(study: Study, say: Speech) -> Drawing:
    """All services together: settlements by the share of people served, sites that change."""
    counted = people(study.county, list(study.plan.services))
    asked = [study.county.demand_of(key) for key in counted]
    got = [study.plan.services[key].served() for key in counted]
    circles = []
    for place in study.county.settlements:
        demand = sum(part[place.id] for part in asked)
        served = sum(part.get(place.id, 0) for part in got)
        color = share_color(served / demand) if demand else NOBODY
        circles.append(Circle(place.lon, place.lat, place.population_persons, Style(fill=color)))
    signs = [(spot, action) for spot, action in site_actions(study) if action != "keep"]
    legend = [Entry(Style("none"), say("draw.share"))]
    legend += [Entry(Style(fill=color, size=5), say(f"draw.share{n}")) for n, color in enumerate(NEAR_TO_FAR)]
    shown = dict.fromkeys(action for _, action in signs)
    legend += [Entry(SITES[action], say(WORD[action])) for action in SITES if action in shown]
    return draw(study.county, circles, [(spot, SITES[action]) for spot, action in signs], legend, say)


def share_color(share: float) -> str:
    """The colour of a share of people served."""
    return NEAR_TO_FAR[next(n for n, least in enumerate(SHARES) if share >= least)]


def site_actions(study: Study, only: str | None = None) -> list[tuple[Spot, str]]:
    """Every open or closed site (or line) and what is done to it; those that change last, so that they lie on top."""
    keys = [key for key in study.plan.services if only in (None, key)]
    spots = every(study.county, keys)
    found: list[tuple[Spot, str]] = []
    for key in keys:
        part = study.plan.services[key]
        found += [(spots[key, o.site], o.action) for o in part.open]
        found += [(spots[key, site], "close") for site in part.closed]
    return sorted(found, key=lambda pair: (pair[1] != "keep", pair[0].id))


def service(study: Study, key: str, say: Speech) -> Drawing:
    """One service under the plan: settlements by their travel, all open sites."""
    county = study.county
    about = county.services[key]
    demand = county.demand_of(key)
    mixed = len({access.by_time for access in ways(about)}) > 1
    levels = {s.id: s.level for s in county.settlements}
    trips: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for a in study.plan.services[key].assignments:
        access = way(about, a.access)
        limit = float(access.limit(levels[a.settlement])) * (60 if access.by_time else 1)
        trips[a.settlement].append((a.persons, 100 * a.travel / limit if mixed else a.travel))
    limits = breaks(about)
    circles = []
    for place in county.settlements:
        style = Style(fill=NOBODY, size=2)
        if demand[place.id]:
            served = sum(p for p, _ in trips[place.id])
            style = Style("missed", "#ffffff", MISSED)
            if served:
                mean = sum(p * t for p, t in trips[place.id]) / served
                at = next((n for n, limit in enumerate(limits) if mean <= limit), len(limits) - 1)
                partly = served < demand[place.id]
                style = Style(fill=NEAR_TO_FAR[at], line=MISSED if partly else "#ffffff", weight=1.2 if partly else 0.6)
        circles.append(Circle(place.lon, place.lat, demand[place.id], style))
    actions = site_actions(study, key)
    legend = _classes(limits, mixed, about.access[0].by_time, say)
    legend += [
        Entry(Style("missed", "#ffffff", MISSED, 5), say("map.unserved")),
        Entry(Style("dot", NEAR_TO_FAR[1], MISSED, 5, 1.2), say("map.partly")),
    ]
    legend += [Entry(SITES[a], say(WORD[a])) for a in SITES if a in {action for _, action in actions}]
    return draw(county, circles, [(spot, SITES[action]) for spot, action in actions], legend, say, beside=True)


def _classes(limits: Sequence[int], mixed: bool, by_time: bool, say: Speech) -> list[Entry]:
    entries, below = [], 0
    for limit, color in zip(limits, NEAR_TO_FAR, strict=True):
        span = [n if mixed else n / 60 if by_time else n for n in (below, limit)]
        text = say("map.up_to", a=f"{span[0]:g}", b=f"{span[1]:,g}")
        unit = "map.percent" if mixed else "map.minutes" if by_time else "map.metres"
        entries.append(Entry(Style(fill=color, size=5), say(unit, n=text)))
        below = limit
    return entries


def draw(
    county: County,
    circles: Iterable[Circle],
    signs: Sequence[tuple[Spot, Style]],
    legend: list[Entry],
    say: Speech,
    *,
    beside: bool = False,
) -> Drawing:
    """Ground, settlements (large ones below small ones), sites, names of townships; the legend below or ``beside``."""
    sheet = Sheet(_ground(county, beside), [*legend, *_ground_entries(county, say)], fonts.required())
    circles = sorted(circles, key=lambda c: (c.people > 0, -c.people))
    most = max((c.people for c in circles), default=1) or 1
    small = max(0.55, min(1.0, math.sqrt(250 / max(len(signs), 1))))
    for circle in circles:
        size = max(SMALLEST, LARGEST * math.sqrt(circle.people / most))
        style = circle.style
        sheet.sign((circle.lon, circle.lat), Style(style.shape, style.fill, style.line, size, style.weight))
    for spot, style in signs:
        if spot.path:
            sheet.line(spot.path, style.fill, 2.4)
    for spot, style in signs:
        look = Style(style.shape, style.fill, style.line, style.size * small, style.weight * small)
        sheet.sign((spot.lon, spot.lat), look)
    sheet.reserve()
    _names(sheet, county, say)
    return sheet.finish(say("draw.north"), say.words.sentences["map.km"])


def _names(sheet: Sheet, county: County, say: Speech) -> None:
    """The name of each township at its largest seat."""
    seats = [s for s in county.settlements if s.level in SEATS]
    named: set[str] = set()
    for seat in sorted(seats, key=lambda s: (SEATS.index(s.level), -s.population_persons, s.id)):
        town = say.town(seat.township)
        if town and town not in named:
            named.add(town)
            sheet.name((seat.lon, seat.lat), town[:24])


@lru_cache(maxsize=4)
def _ground(county: County, beside: bool) -> Ground:
    """Zones and roads of a county, the same on all its maps."""
    on = ground(_box(county), beside)
    for zone in county.red_lines:
        on.area(zone.rings, *RED)
    for rank, lines in reversed(ranked_roads(county)):
        for line in lines:
            on.line(line, *ROADS[rank])
    return on


def _box(county: County) -> Box:
    lon, lat = [s.lon for s in county.settlements], [s.lat for s in county.settlements]
    wide, high = max(max(lon) - min(lon), 0.02), max(max(lat) - min(lat), 0.02)
    return min(lon) - wide / 50, min(lat) - high / 50, min(lon) + wide * 1.02, min(lat) + high * 1.02


def _ground_entries(county: County, say: Speech) -> list[Entry]:
    ranks = [rank for rank, lines in ranked_roads(county) if lines]
    found = [Entry(Style("line", ROADS[r][0], weight=ROADS[r][1]), say(f"map.road{r}")) for r in ranks]
    if county.red_lines:
        found.append(Entry(Style("area", "#f7d9d3", RED[1]), say("map.red")))
    return found


def pictures(study: Study, say: Speech) -> list[tuple[str, Drawing]]:
    """Title and picture of every service, in the order of the county."""
    return [(say.name(study.county.services[key]), service(study, key, say)) for key in study.plan.services]
