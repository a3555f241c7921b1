"""Rules, building land and shared plots: what is allowed, what the plan uses of it, what sharing saves."""

from __future__ import annotations

from collections import defaultdict

from siting.problems.options import options_of, saved
from siting.studies.study import Study

from ..nouns import Cell, Columns, Section, Table
from ..speech import Speech, visible
from ..spots import every


def land_used(study: Study) -> dict[str, int]:
    """New building land of each phase in square metres: the largest new site of every plot."""
    county = study.county
    plot = {site.id: site.plot for site in county.sites}
    largest: dict[tuple[str, str], int] = {}
    for key, part in study.plan.services.items():
        options = {(o.site, o.size, o.action, o.phase): o for o in options_of(county, key)}
        for o in part.open:
            if o.action == "new":
                where = o.phase, plot.get(o.site) or f"{key}\n{o.site}"
                m2 = options[o.site, o.size, o.action, o.phase].land_m2
                largest[where] = max(largest.get(where, 0), m2)
    used = dict.fromkeys(county.phases, 0)
    for (phase, _), m2 in largest.items():
        used[phase] += m2
    return used


def savings(study: Study) -> dict[str, list[tuple[str, str, int]]]:
    """(service, site, base units saved) of the open sites of every plot with more than one of them."""
    county = study.county
    plot = {site.id: site.plot for site in county.sites if site.plot}
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for key, part in study.plan.services.items():
        options = {(o.site, o.size, o.action, o.phase): o for o in options_of(county, key)}
        for o in part.open:
            if o.site in plot:
                found[plot[o.site]].append((key, o.site, saved(options[o.site, o.size, o.action, o.phase], county)))
    return {name: sites for name, sites in sorted(found.items()) if len(sites) > 1}


def land(study: Study, say: Speech) -> Section | None:
    """Rules with what is used of them, land by phase, shared plots."""
    tables = [table for table in (_rules(study, say), _quota(study, say), _plots(study, say)) if table.rows]
    if not tables:
        return None
    plots = savings(study)
    money = sum(amount for sites in plots.values() for _, _, amount in sites)
    sentences = (say("land.intro", plots=say.some("plots", len(plots)), money=say.money(money)),) if plots else ()
    return Section("land", say("section.land"), sentences, tuple(tables))


def _rules(study: Study, say: Speech) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for rule in study.county.file.rules:
        if rule.service in study.plan.services:
            used = sum(
                (not rule.actions or o.action in rule.actions) and (not rule.sizes or o.size in rule.sizes)
                for o in study.plan.services[rule.service].open
            )
            rows.append((say.name(rule), say.name(study.county.services[rule.service]), rule.at_most, used))
    columns: Columns = (("rule", "text"), ("service", "text"), ("at_most", "count"), ("used_sites", "count"))
    return say.table("rules", columns, rows)


def _quota(study: Study, say: Speech) -> Table:
    county = study.county
    quota = county.file.land.quota_m2
    used = land_used(study)
    rows: list[tuple[Cell, ...]] = []
    for n, (phase, m2) in enumerate(used.items()):
        most = int(quota[n]) if n < len(quota) else None
        if m2 or most is not None:
            name = say.phase(county.file.phases, phase) or say("unit.total")
            rows.append((name, most, m2, None if most is None else most - m2))
    columns: Columns = (("phase", "text"), ("quota", "m2"), ("used_land", "m2"), ("left_land", "m2"))
    return say.table("land", columns, rows, note=say("land.note"), optional=("quota", "left_land"))


def _plots(study: Study, say: Speech) -> Table:
    spots = every(study.county, list(study.plan.services))
    rows: list[tuple[Cell, ...]] = [
        (
            visible(name),
            say.listing([f"{say.name(spots[key, site])}" for key, site, _ in sites]),
            sum(amount for _, _, amount in sites),
        )
        for name, sites in savings(study).items()
    ]
    return say.table(
        "plots", (("plot", "text"), ("shared_by", "text"), ("saved", "money")), rows, folded=len(rows) > 20
    )
