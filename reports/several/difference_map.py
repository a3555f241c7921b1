"""The difference of two plans as a picture and as data of the page's map: who gains, who loses, whose site it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from siting.plan import Opening, Plan, ServicePlan
from siting.studies.comparing import Alternative, Comparison, gains
from siting.studies.study import Study

from ..maps import map_data
from ..maps.drawing import Entry, Style
from ..maps.marks import Drawing
from ..maps.static_map import Circle, draw
from ..speech import Speech
from ..spots import every
from .people import pairs
from .wording import Names

GAIN, LOSE, EQUAL = "#1f8f8d", "#c8361d", "#d8d5cd"
ONE = Style("fall", "#7a4fb5", "#ffffff", 6)
OTHER = Style("star", "#f28e00", "#4a2b00", 6.5)


def pictures(comparison: Comparison, names: Names, say: Speech) -> list[tuple[str, Drawing]]:
    """Title and picture: of today and the plan if there is one plan, else of plan A and each other one."""
    chosen = list(pairs(comparison))
    chosen = chosen if len(comparison.plans) == 1 else chosen[len(comparison.plans) :]
    return [
        (
            say("compare.page_map", one=names.letter(one), other=names.letter(other)),
            picture(comparison, one, other, names, say),
        )
        for one, other in chosen
    ]


def picture(comparison: Comparison, one: Alternative, other: Alternative, names: Names, say: Speech) -> Drawing:
    """Settlements by people served more or fewer under ``other``, sites that stand in one of the two only."""
    county = comparison.county
    change = gains(comparison, one, other)
    circles = []
    for place in county.settlements:
        more = change.get(place.id, 0)
        circles.append(
            Circle(place.lon, place.lat, abs(more), Style(fill=GAIN if more > 0 else LOSE if more else EQUAL))
        )
    both = [key for key in comparison.services if key in one.plan.services and key in other.plan.services]
    spots = every(county, both)
    signs = []
    for key in both:
        was, now = ({o.site for o in c.plan.services[key].open} for c in (one, other))
        signs += [(spots[key, site], ONE) for site in sorted(was - now)]
        signs += [(spots[key, site], OTHER) for site in sorted(now - was)]
    first, second = names.letter(one), names.letter(other)
    legend = [
        Entry(Style(fill=GAIN, size=6), say("compare.map_gain", plan=second)),
        Entry(Style(fill=LOSE, size=6), say("compare.map_lose", plan=second)),
        Entry(Style(fill=EQUAL, size=4), say("compare.map_equal")),
        Entry(ONE, say("compare.map_only", plan=first)),
        Entry(OTHER, say("compare.map_only", plan=second)),
    ]
    return draw(county, circles, signs, legend, say, beside=True)


def page_map(comparison: Comparison, names: Names, say: Speech) -> tuple[dict[str, Any], dict[str, str]]:
    """Data and words of the page's map, where the two moments are two plans (or today and the one plan)."""
    one = comparison.plans[0] if len(comparison.plans) > 1 else comparison.today
    other = comparison.plans[1] if len(comparison.plans) > 1 else comparison.plans[0]
    first, second = names.letter(one), names.letter(other)
    words = {
        "map.before": names.long(one),
        "map.after": names.long(other),
        "map.kept": say("compare.map_same"),
        "map.new": say("compare.map_only", plan=second),
        "map.closed": say("compare.map_only", plan=first),
        "map.expanded": say("compare.map_other_size"),
        "map.existing": say("compare.map_only", plan=first) if one.letter else say("map.existing"),
        "map.share": say("map.share", before=f"{first} {{before}}", after=f"{second} {{after}}"),
    }
    return map_data.of(seen_from(one, other), say), words


def seen_from(one: Alternative, other: Alternative) -> Study:
    """The study of ``other`` in which ``one`` is the moment before: what only ``other`` has is new, and so on."""
    assert other.study is not None
    both = [key for key in other.plan.services if key in one.plan.services]
    parts = {key: _relative(one.plan.services[key], other.plan.services[key]) for key in both}
    actions = {(key, o.site): o for key, part in parts.items() for o in part.open}
    sites = tuple(
        replace(f, opening=actions[f.service, f.opening.site]) for f in other.measures.sites if f.service in parts
    )
    return replace(
        other.study,
        plan=Plan(parts, other.plan.spending),
        measures=replace(other.measures, sites=sites),
        before_plan=one.plan.only(both),
        before=one.measures,
    )


def _relative(one: ServicePlan, other: ServicePlan) -> ServicePlan:
    was = {o.site: o for o in one.open}
    opened = tuple(_opening(o, was.get(o.site)) for o in other.open)
    return replace(other, open=opened, closed=tuple(sorted(was.keys() - {o.site for o in other.open})))


def _opening(now: Opening, was: Opening | None) -> Opening:
    """``now`` beside ``was``: a site of both plans at the same size is kept, and kept in all phases."""
    if was is not None and was.size == now.size:
        return Opening(now.site, now.size, "keep")
    return replace(now, action="new" if was is None else "expand")
