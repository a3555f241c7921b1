"""Targets in words: what each asks for, what is reached, what is missing, and which policy it comes from."""

from __future__ import annotations

import math

from siting.counties.county import County
from siting.counties.sections import COUNTS, Target
from siting.plans.measure import TargetFigures
from siting.problems.needs import WHOLE_SHARE

from ..nouns import Amount
from ..speech import NOTHING, Speech, visible
from ..spots import quantity

GAP = "urban_rural_gap"
#: Indicators whose values are ten-thousandths.
SHARES = ("worst_township_share", GAP)


def target_of(county: County, id: str) -> Target:
    """The target of that id."""
    return next(t for t in county.file.targets if t.id == id)


def target_name(target: Target, county: County, say: Speech) -> str:
    """The target's own name, else what it asks for."""
    if target.name or target.name_en:
        return say.name(target)
    haul = target.service and county.services[target.service].family == "haul"
    asked_for = "treated_share" if haul and target.indicator == "served_share" else target.indicator
    return say("target.unnamed", service=about(target, county, say), what=say(f"indicator.{asked_for}"))


def about(target: Target, county: County, say: Speech) -> str:
    """The service that a target is about, or the name of its package."""
    if target.package:
        return next((say.name(p) for p in county.file.packages if p.id == target.package), visible(target.package))
    return say.name(county.services[target.service])


def asked(target: Target, say: Speech) -> str:
    """What would meet the target: at least so much, or for a gap at most."""
    if target.threshold_pct is None:
        return f"≥ {say.count(target.threshold_count or 0)}"
    return f"{'≤' if target.indicator == GAP else '≥'} {target.threshold_pct.normalize():f}%"


def reached(target: Target, figures: TargetFigures | None) -> Amount | None:
    """A share (rounded down by the reader), a gap (rounded up, so that a wide one never looks met) or a count."""
    if figures is None:
        return None
    if target.indicator == GAP:
        return Amount(math.ceil((WHOLE_SHARE - figures.value) / 10) / 1000, "share")
    return Amount(figures.value, "count") if target.indicator in COUNTS else Amount(figures.share, "share")


def amount(target: Target, value: int, county: County, say: Speech) -> str:
    """A value of the target with its unit: persons, tonnes a day, settlements, sites, percentage points."""
    if target.indicator in SHARES:
        return f"{value / 100:,.2f}"
    if target.indicator in ("settlements_share", "package_count"):
        return say.some("settlements", value)
    if target.indicator in COUNTS:
        return say.some("sites", value)
    return say.quantity(quantity(county, target.service, value))


def value_need(target: Target, figures: TargetFigures, county: County) -> str:
    """Value and need as two numbers; for a gap, the gap and the widest that is allowed."""
    if target.indicator == GAP:
        value, need = WHOLE_SHARE - figures.value, WHOLE_SHARE - figures.need
        return f"{value / 100:.2f}% / {need / 100:.2f}%"
    if target.indicator in SHARES:
        return f"{figures.value / 100:.2f}% / {figures.need / 100:.2f}%"
    if target.service and county.services[target.service].family == "haul" and target.indicator == "served_share":
        return f"{figures.value / 1000:,.3f} / {figures.need / 1000:,.3f}"
    return f"{figures.value:,} / {figures.need:,}"


def lacking(target: Target, figures: TargetFigures, county: County, say: Speech) -> str:
    """What is missing to the target, with its unit; empty where it is met."""
    if figures.met:
        return ""
    lack = say(f"lacking.{target.indicator}", n=amount(target, figures.shortfall, county, say))
    if not figures.beyond:
        return lack
    if figures.beyond >= figures.shortfall:
        return lack + say("lacking.beyond_all")
    return lack + say("lacking.beyond", n=amount(target, figures.beyond, county, say))


def policy(target: Target, county: County, say: Speech) -> str | None:
    """The policy row of a target with the title of its source, where the county names it."""
    if not target.policy:
        return None
    title = source_title(county, target.policy, say) if target.policy in county.file.sources else ""
    return f"{visible(target.policy)} {title}".strip()


def source_title(county: County, id: str, say: Speech) -> str:
    """Title of a source, in English where the county gives one."""
    source = county.file.sources.get(id)
    if source is None:
        return visible(id) or NOTHING
    return visible(source.title_en if source.title_en and say.words.lang == "en" else source.title)
