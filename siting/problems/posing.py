"""Posing the problem of a scenario: a county and its travel as whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from siting.counties.county import County
from siting.counties.fares import fares, transfer_fare
from siting.counties.sections import COUNTS
from siting.counties.services import Access
from siting.errors import Fault, Infeasible, InputRefused
from siting.problems.needs import TargetNeed, target_needs
from siting.problems.options import Option, options_of, saved
from siting.problems.problem import ALWAYS, Block, Fund, Problem, RuleRow, TargetRow
from siting.reading.scenario import Scenario, capital_available, running_available
from siting.roads.travel import TravelTimes, Ways, sites_of


def pose(county: County, times: TravelTimes, scenario: Scenario) -> Problem:
    """Pose the problem of a scenario; ``county`` is that under the scenario (`siting.reading.scenario.under`).

    Raises:
        InputRefused: keeping what must stay open already costs more per year than the running budget (E182).
        Infeasible: sites that must stay open are more than a rule allows (E401).
    """
    blocks = tuple(_block(county, times, scenario, key) for key in scenario.services)
    budget = running_available(county, scenario)
    amounts = capital_available(county, scenario)
    problem = Problem(
        blocks=blocks,
        funds=tuple(Fund(f.id, amounts[f.id][0], f.pays, amounts[f.id][1:], f.carries_over) for f in county.file.funds),
        running_budget=budget,
        targets=tuple(_target_row(need, blocks) for need in target_needs(county, scenario)),
        phases=county.phases,
        land_quota=tuple(int(q) for q in county.file.land.quota_m2),
        aims=scenario.aims,
        cost_years=county.file.objective.cost_years,
        rules=tuple(
            RuleRow(rule.id, rule.service, _inside(block, _counted(block, rule.actions, rule.sizes)), rule.at_most)
            for rule in county.file.rules
            for block in blocks
            if block.service == rule.service and not scenario.builds_nothing
        ),
    )
    must = sum(block.least_running for block in blocks)
    if budget is not None and must > budget:
        money = county.file.money
        values = {"unit": money.unit, "unit_en": money.unit_en or money.unit}
        values |= {k: f"{v / money.base_per_unit:,.10g}" for k, v in {"must": must, "budget": budget}.items()}
        raise InputRefused(Fault("E182", file="county.toml", column="running_budget_per_year", values=values))
    if conflicts := [fault for rule in problem.rules for fault in _conflict(rule, problem.block(rule.service))]:
        raise Infeasible(conflicts)
    return problem


def _conflict(rule: RuleRow, block: Block) -> Iterator[Fault]:
    """A rule that even the sites which must stay open break, whatever is done to them."""
    counted = set(rule.options.tolist())
    sites = [block.site_ids[j] for j in np.flatnonzero(block.must_open).tolist() if set(block.options_at[j]) <= counted]
    if len(sites) > rule.at_most:
        values = {"rule": rule.id, "at_most": rule.at_most, "count": len(sites), "sites": ", ".join(sites[:5])}
        yield Fault("E401", "county.toml", column="rules", values=values)


def _counted(block: Block, actions: Sequence[str], sizes: Sequence[str]) -> np.ndarray:
    """Options of some actions and sizes (none: any), none outside the county."""
    return np.array(
        [
            k
            for k, o in enumerate(block.options)
            if (not actions or o.action in actions) and (not sizes or o.size in sizes) and block.counts[k]
        ],
        dtype=np.int64,
    )


def _inside(block: Block, options: np.ndarray) -> np.ndarray:
    """Those of some options that are not outside the county, which no count counts."""
    inside: np.ndarray = options[block.counts[options]]
    return inside


def _block(county: County, times: TravelTimes, scenario: Scenario, key: str) -> Block:
    service = county.services[key]
    asked = np.array(county.group(service.demand), dtype=np.int64)
    chosen = asked > 0
    sites = sites_of(county, key)
    position = {site: j for j, (owner, site) in enumerate(sites) if owner == key}
    options = [o for o in options_of(county, key) if o.action == "keep" or not scenario.builds_nothing]
    may_close = service.may_close and not scenario.builds_nothing
    ways = times.pairs(key).of_settlements(chosen)
    disposal = {place.id for place in county.disposal_of(key)}
    fixed = {site.id for site in county.sites if site.outside} | disposal
    standing = [o.site for o in options if o.action == "keep" and (not may_close or o.site in fixed)]
    must_open = np.zeros(len(sites), dtype=bool)
    must_open[[position[site] for site in standing]] = True
    block = Block(
        service=key,
        family=service.family,
        weight=service.weight,
        demand_ids=tuple(s.id for s, yes in zip(county.settlements, chosen, strict=True) if yes),
        demand=asked[chosen],
        settlements=np.ones(int(chosen.sum()), dtype=np.int64),
        unreachable=times.unreachable(key)[chosen],
        site_ids=tuple(site for _, site in sites),
        lender=tuple(owner for owner, _ in sites),
        must_open=must_open,
        options=tuple(options),
        option_site=np.array([position[o.site] for o in options], dtype=np.int64),
        **_of_options(county, key, options, may_close),
        pair_demand=ways.settlement,
        pair_site=ways.site,
        pair_access=ways.access,
        pair_travel=ways.travel,
        pair_line=ways.line,
        pair_boards=np.array([a.kind == "boarding" for a in service.access] + [False], dtype=bool)[ways.access],
        line_service=next((a.line for a in service.access if a.kind == "line" and a.offered), ""),
        eligible={
            k: np.minimum(np.array(county.group(a.eligible), dtype=np.int64)[chosen], asked[chosen])
            for k, a in enumerate(service.access)
            if a.eligible
        },
        disposal=np.array([site in disposal for _, site in sites], dtype=bool),
        plot=_plots(county, sites),
        whole=service.whole_settlements,
        closest=service.closest,
        closing=county.base(service.closing_capital),
        resale=county.base(service.resale),
        fares=fares(county, key),
        transfer_fare=transfer_fare(county, key),
        **_links(county, times, key),
    )
    if service.close_only_if_served and may_close:
        return replace(block, guards=_guards(block, ways, service.access))
    return block


def _of_options(county: County, key: str, options: Sequence[Option], may_close: bool) -> dict[str, Any]:
    """Arrays (o,) of what the options hold and cost."""
    service = county.services[key]
    phase = {name: k for k, name in enumerate(county.phases)}
    outside = {site.id for site in county.sites if site.outside}
    kept_too = may_close and not service.close_only_if_served

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    return {
        "capacity": column([o.capacity or 0 for o in options]),
        "beds": column([o.beds for o in options]),
        "capital": column([o.capital for o in options]),
        "saving": column([saved(o, county) for o in options]),
        "running": column([o.running for o in options]),
        "land": column([o.land_m2 if o.action == "new" else 0 for o in options]),
        "fewest": column(
            [service.min_persons if o.action != "keep" or (kept_too and o.site not in outside) else 0 for o in options]
        ),
        "phase": column([ALWAYS if o.action == "keep" else phase[o.phase] for o in options]),
        "counts": np.array([o.site not in outside for o in options], dtype=bool),
    }


def _plots(county: County, sites: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    plot = {site.id: site.plot for site in county.sites}
    return tuple(plot.get(site, "") for _, site in sites)


def _links(county: County, times: TravelTimes, key: str) -> dict[str, Any]:
    """What joins a block to sites of its own and of other services."""
    service = county.services[key]
    found: dict[str, Any] = {}
    if service.haul is not None:
        table = times.transfers[key]
        found |= {"transfer_from": table.origin, "transfer_to": table.goal, "transfer_travel": -(-table.cost // 1000)}
    if service.referral is not None:
        table = times.referrals[key]
        found |= {"refers_to": service.referral.service, "referred": np.column_stack([table.origin, table.goal])}
    return found


def _guards(block: Block, ways: Ways, access: Sequence[Access]) -> np.ndarray:
    """(site, demand point) of everybody's present site: the first direct way to an existing site."""
    direct = np.array([a.kind == "direct" for a in access] + [True], dtype=bool)
    usable = np.flatnonzero(direct[ways.access] & block.stands[ways.site])
    first = usable[np.unique(ways.settlement[usable], return_index=True)[1]]
    free = ~block.must_open[ways.site[first]]
    return np.column_stack([ways.site[first][free], ways.settlement[first][free]])


def _target_row(need: TargetNeed, blocks: tuple[Block, ...]) -> TargetRow:
    by_service = {b.service: b for b in blocks}
    target = need.target
    by = 10**6 if need.by is None else len(need.by) - 1
    if need.package:
        package = {}
        for key, asked in need.package.items():
            place = {i: k for k, i in enumerate(by_service[key].demand_ids)}
            package[key] = np.array([place.get(i, -1) for i in asked], dtype=np.int64)
        nobody = np.zeros(0, dtype=np.int64)
        return TargetRow(
            target.id, target.tier, "", target.indicator, nobody, need.need, need.points, by, package=package
        )
    block = by_service[target.service]
    place = {i: k for k, i in enumerate(block.demand_ids)}
    options = None
    if target.indicator in COUNTS:
        actions = ("new", "expand") if target.indicator == "built_count" else ()
        chosen = _counted(block, actions, target.sizes)
        options = _inside(block, chosen[block.phase[chosen] <= by])
    return TargetRow(
        id=target.id,
        tier=target.tier,
        service=target.service,
        indicator=target.indicator,
        members=np.array([place[i] for i in need.demand], dtype=np.int64),
        need=need.need,
        points=need.points,
        by=by,
        parts=tuple(np.array([place[i] for i in part], dtype=np.int64) for part in need.parts),
        options=options,
    )
