"""Money: capital by source and phase, capital and running cost by service, and by responsible department."""

from __future__ import annotations

from collections import Counter

from siting.studies.study import Study

from ..nouns import Cell, Columns, Section, Table
from ..speech import Speech, visible
from .headline import money_sentence
from .people import summed


def money(study: Study, say: Speech) -> Section:
    """Capital by fund, capital and running cost by service and by department, by phase where there are any."""
    tables = [_funds(study, say)]
    if study.county.file.phases:
        tables += [_funds_by_phase(study, say), _services_by_phase(study, say)]
    tables += [_by_service(study, say), _by_department(study, say)]
    if "cost" in study.scenario.aims or any(f.travel_cost for f in study.measures.services.values()):
        tables.append(_over_years(study, say))
    return Section("money", say("section.money"), (money_sentence(study, say),), tuple(tables))


def _funds(study: Study, say: Speech) -> Table:
    m = study.measures
    rows: list[tuple[Cell, ...]] = []
    for fund in study.county.file.funds:
        used, available = m.fund_used.get(fund.id, 0), m.fund_available.get(fund.id, 0)
        pays = say.listing([say.name(study.county.services[key]) for key in fund.pays if key in study.county.services])
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


def _funds_by_phase(study: Study, say: Speech) -> Table:
    """What each fund has and spends in each phase; what is left goes on where the fund carries over."""
    county = study.county
    rows: list[tuple[Cell, ...]] = []
    sums: dict[str, list[int]] = {phase: [0, 0] for phase in county.phases}
    for fund in county.file.funds:
        carried = 0
        for phase, (used, available) in zip(county.phases, study.measures.fund_by_phase.get(fund.id, ()), strict=False):
            before, carried = carried, (carried + available - used if fund.carries_over else 0)
            left = before + available - used
            name = say.phase(county.file.phases, phase)
            rows.append((say.name(fund), name, available, before or None, used, left))
            sums[phase] = [a + b for a, b in zip(sums[phase], (available, used), strict=True)]
    for phase, (available, used) in sums.items():
        rows.append((say("unit.total"), say.phase(county.file.phases, phase), available, None, used, None))
    columns: Columns = (
        ("fund", "text"), ("phase", "text"), ("available", "money"), ("carried", "money"), ("used", "money"),
        ("left", "money"),
    )  # fmt: skip
    return say.table("funds_by_phase", columns, rows, note=say("funds.phases"), optional=("carried",))


def _services_by_phase(study: Study, say: Speech) -> Table:
    """Capital of each service in each phase with the department that is responsible for it, and the sites that open."""
    county = study.county
    spent = Counter[tuple[str, str]]()
    for s in study.plan.spending:
        spent[s.service, s.phase] += s.amount
    opened = Counter((key, o.phase) for key, p in study.plan.services.items() for o in p.open if o.action != "keep")
    rows: list[tuple[Cell, ...]] = []
    for phase in county.phases:
        for key in study.plan.services:
            if spent[key, phase] or opened[key, phase]:
                name = say.phase(county.file.phases, phase)
                who = department(study, key, say)
                rows.append((name, who, say.name(county.services[key]), opened[key, phase], spent[key, phase]))
    columns: Columns = (
        ("phase", "text"), ("department", "text"), ("service", "text"), ("openings", "count"), ("capital", "money"),
    )  # fmt: skip
    return say.table("services_by_phase", columns, rows)


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


def _over_years(study: Study, say: Speech) -> Table:
    """What the aim cost counts, today and under the plan."""
    years = study.county.file.objective.cost_years
    rows: list[tuple[Cell, ...]] = []
    for key in ("capital", "running", "travel"):
        values = [
            m.capital
            if key == "capital"
            else years * (m.running if key == "running" else sum(f.travel_cost for f in m.services.values()))
            for m in (study.before, study.measures)
        ]
        rows.append((say(f"over_years.{key}", years=years), *values))
    rows.append((say("unit.total"), study.before.cost, study.measures.cost))
    columns: Columns = (("what", "text"), ("before", "money"), ("after", "money"))
    return say.table("over_years", columns, rows, note=say("over_years.note", years=years))


def department(study: Study, key: str, say: Speech) -> str:
    """The department that is responsible for a service."""
    service = study.county.services[key]
    name = (service.department_en or service.department) if say.words.lang == "en" else service.department
    return visible(name) or say("unit.none_named")


def _by_department(study: Study, say: Speech) -> Table:
    sums: dict[str, list[int]] = {}
    served: dict[str, list[tuple[str, int]]] = {}
    for key, f in study.measures.services.items():
        name = department(study, key, say)
        values = (f.sites_new, f.sites_expanded, f.sites_closed, f.capital, f.running)
        before = sums.get(name, [0] * len(values))
        sums[name] = [a + b for a, b in zip(before, values, strict=True)]
        served.setdefault(name, []).append((key, f.served))
    return say.table(
        "departments",
        (("department", "text"), ("new", "count"), ("expanded", "count"), ("closed", "count"), ("capital", "money"),
         ("running", "money"), ("served_after", "text")),
        [(name, *values, summed(study.county, served[name], say)) for name, values in sums.items()],
    )  # fmt: skip
