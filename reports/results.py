"""What the plan reaches: targets, services before and after, sites, money by fund and by department."""

from __future__ import annotations

from collections.abc import Mapping

from siting.measure import TargetFigures
from siting.plan import Opening
from siting.rows import Settlement, Site
from siting.sections import Service
from siting.study import Study

from .headline import lacking, money_sentence, target_name, target_sentence
from .nouns import Amount, Cell, Section, Table
from .speech import Speech, travelled, visible

#: With more sites that stay as they are, the report lists only those that change.
MOST_KEPT = 1500


def targets(study: Study, say: Speech) -> Section:
    """Every target with its value today and under the plan, its need and whether it is met."""
    known = {t.id: t for t in study.county.file.targets}
    today = {t.id: t for t in study.before.targets}
    rows: list[tuple[Cell, ...]] = []
    for figures in sorted(study.measures.targets, key=lambda f: f.tier):
        target = known[figures.id]
        threshold = (
            f"{target.threshold_pct}%" if target.threshold_pct is not None else say.count(target.threshold_count or 0)
        )
        rows.append(
            (
                target_name(target, study, say),
                say.name(study.county.services[target.service]),
                figures.tier,
                f"≥ {threshold}",
                _reached(today.get(figures.id)),
                _reached(figures),
                f"{figures.value:,} / {figures.need:,}",
                lacking(target, figures, say) or None,
                visible(target.policy) or None,
                "status.met" if figures.met else "status.missed",
            )
        )
    table = say.table(
        "targets",
        (
            ("target", "text"), ("service", "text"), ("tier", "count"), ("threshold", "text"), ("before", "share"),
            ("after", "share"), ("value_need", "text"), ("shortfall", "text"), ("policy", "text"), ("status", "code"),
        ),
        rows,
        note=say("targets.note"),
    )  # fmt: skip
    return Section(
        "targets", say("section.targets"), () if rows else (target_sentence(study, say),), (table,) if rows else ()
    )


def _reached(figures: TargetFigures | None) -> Amount | None:
    if figures is None:
        return None
    return Amount(figures.share, "share") if figures.whole else Amount(figures.value, "count")


def services(study: Study, say: Speech) -> Section:
    """Services today and under the plan."""
    rows: list[tuple[Cell, ...]] = []
    for key, now in study.measures.services.items():
        was = study.before.services[key]
        service = study.county.services[key]
        rows.append(
            (
                say.name(service), _standard(service, say), now.demand, was.share, now.share,
                was.settlements_served / (was.settlements or 1), now.settlements_served / (now.settlements or 1),
                travelled(was.travel_mean, was.by_time) if was.served else None,
                travelled(now.travel_mean, now.by_time) if now.served else None,
                travelled(now.travel_max, now.by_time) if now.served else None,
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


def _standard(service: Service, say: Speech) -> str:
    ways = []
    for access in service.access:
        limits = {access.limit_min or access.limit_m, *access.limit_by_level.values()}
        low, high = min(x for x in limits if x is not None), max(x for x in limits if x is not None)
        span = f"{low.normalize():f}" if low == high else f"{low.normalize():f}–{high.normalize():f}"
        unit = "standard.minutes" if access.by_time else "standard.metres"
        ways.append(say(unit, mode=say(f"mode.{access.mode}"), n=span))
    return say("unit.or").join(ways)


def sites(study: Study, say: Speech) -> Section:
    """Every open or closed site; those that stay as they are only on request."""
    by_id = {site.id: site for site in study.county.sites}
    places = {place.id: place for place in study.county.settlements}
    rows: list[tuple[Cell, ...]] = []
    for figures in study.measures.sites:
        service, site = study.county.services[figures.service], by_id[figures.opening.site]
        occupancy = figures.persons / figures.capacity if figures.capacity else None
        farthest = travelled(figures.travel_max, service.access[0].by_time) if figures.travel_max else None
        rows.append(
            (
                say.name(service), say.name(site), _host(site, places, say), f"action.{figures.opening.action}",
                size_name(service, figures.opening, say) or None, figures.capacity, figures.persons, occupancy,
                figures.capital, figures.running, farthest,
            )
        )  # fmt: skip
    for key, part in study.plan.services.items():
        service = study.county.services[key]
        for closed in part.closed:
            site = by_id[closed]
            blank: tuple[Cell, ...] = (None,) * 7
            rows.append((say.name(service), say.name(site), _host(site, places, say), "action.close", *blank))
    order = {"action.new": 0, "action.expand": 1, "action.close": 2, "action.keep": 3}
    services_order = {say.name(s): k for k, s in enumerate(study.county.services.values())}
    rows.sort(key=lambda r: (order[str(r[3])], services_order[str(r[0])], str(r[1])))
    kept = sum(row[3] == "action.keep" for row in rows)
    changed = len(rows) - kept
    sentences = [say("sites.intro", changed=say.count(changed), kept=say.count(kept))]
    if kept > MOST_KEPT:
        rows = rows[:changed]
        sentences.append(say("sites.kept_elsewhere"))
    table = say.table(
        "sites",
        (
            ("service", "text"), ("site", "text"), ("place", "text"), ("action", "code"), ("size", "text"),
            ("capacity", "count"), ("served", "count"), ("occupancy", "share"), ("capital", "money"),
            ("running", "money"), ("farthest", "seconds"),
        ),
        rows,
        note=say("sites.note"),
        hidden=frozenset(i for i, row in enumerate(rows) if row[3] == "action.keep"),
    )  # fmt: skip
    return Section("sites", say("section.sites"), tuple(sentences), (table,))


def size_name(service: Service, opening: Opening, say: Speech) -> str:
    """Name of the size taken, its id where it has none, "" for an existing site without one."""
    size = next((s for s in service.sizes if s.id == opening.size), None)
    return "" if size is None else say.name(size)


def _host(site: Site, places: Mapping[str, Settlement], say: Speech) -> str | None:
    place = places.get(site.settlement)
    if place is None:
        return None
    return (
        say("place.in", township=visible(place.township), place=say.name(place)) if place.township else say.name(place)
    )


def money(study: Study, say: Speech) -> Section:
    """Capital by fund, capital and running cost by service and by department."""
    tables = (_funds(study, say), _by_service(study, say), _by_department(study, say))
    return Section("money", say("section.money"), (money_sentence(study, say),), tables)


def _funds(study: Study, say: Speech) -> Table:
    m = study.measures
    rows: list[tuple[Cell, ...]] = []
    for fund in study.county.file.funds:
        used, available = m.fund_used.get(fund.id, 0), m.fund_available.get(fund.id, 0)
        pays = say.listing(
            [say.name(study.county.file.services[key]) for key in fund.pays if key in study.county.file.services]
        )
        rows.append((say.name(fund), say(f"funding.{fund.funding_class}"), pays, available, used, available - used))
    if len(rows) > 1:
        total = m.capital_available
        rows.append((say("unit.total"), None, None, total, m.capital, total - m.capital))
    return say.table(
        "funds",
        (
            ("fund", "text"), ("funding", "text"), ("pays", "text"), ("available", "money"), ("used", "money"),
            ("left", "money"),
        ),
        rows,
    )  # fmt: skip


def _by_service(study: Study, say: Speech) -> Table:
    spent: list[tuple[str, int, int, int, int]] = []
    for key, figures in study.measures.services.items():
        was = study.before.services[key].running
        name = say.name(study.county.services[key])
        spent.append((name, figures.capital, was, figures.running, figures.running - was))
    rows: list[tuple[Cell, ...]] = [*spent]
    if len(spent) > 1:
        rows.append((say("unit.total"), *(sum(row[k] for row in spent) for k in (1, 2, 3, 4))))  # type: ignore[misc]
    return say.table(
        "money_by_service",
        (("service", "text"), ("capital", "money"), ("running_before", "money"), ("running", "money"),
         ("running_more", "money")),
        rows,
    )  # fmt: skip


def _by_department(study: Study, say: Speech) -> Table:
    sums: dict[str, list[int]] = {}
    for key, f in study.measures.services.items():
        service = study.county.services[key]
        name = (service.department_en or service.department) if say.words.lang == "en" else service.department
        values = (f.sites_new, f.sites_expanded, f.sites_closed, f.capital, f.running, f.served)
        before = sums.get(name, [0] * len(values))
        sums[name] = [a + b for a, b in zip(before, values, strict=True)]
    return say.table(
        "departments",
        (("department", "text"), ("new", "count"), ("expanded", "count"), ("closed", "count"), ("capital", "money"),
         ("running", "money"), ("served_after", "count")),
        [(visible(name) or say("unit.none_named"), *values) for name, values in sums.items()],
    )  # fmt: skip
