"""Tiny problems by chance with everything that the rules know, small enough for `tests.problems_brute`.

Services lean on each other as they do in a county: clinics borrow hospitals and refer to them, a bus line brings pupils
to schools, waste goes over stations to a landfill. Which features a problem has, its seed decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from siting.problems.options import Option
from siting.problems.problem import Block, Fund, Problem, RuleRow, TargetRow

from .problems import Way, make_block
from .problems_brute import combinations

TEAMS = (
    ("health", "clinic"),
    ("bus", "school"),
    ("school",),
    ("waste",),
    ("clinic", "school"),
    ("health", "clinic", "school"),
    ("waste", "clinic"),
    ("bus", "school", "clinic"),
)
FAMILY = {"health": "coverage", "clinic": "coverage", "bus": "line", "school": "catchment", "waste": "haul"}
#: More combinations of options than this take brute force too long.
MOST_COMBINATIONS = 1500


@dataclass
class Dice:
    """Chance, with the phases of the problem."""

    rng: np.random.Generator
    phases: tuple[str, ...]

    def yes(self, share: float) -> bool:
        """True in a share of all throws."""
        return bool(self.rng.random() < share)

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        return int(self.rng.integers(low, high + 1))


def rich_problem(seed: int) -> Problem:
    """The problem of a seed."""
    attempt = 0
    while True:
        problem = _problem(np.random.default_rng([seed, attempt]))
        if prod(len(list(combinations(block))) for block in problem.blocks) <= MOST_COMBINATIONS:
            return problem
        attempt += 1


def _problem(rng: np.random.Generator) -> Problem:
    dice = Dice(rng, ("p1", "p2") if rng.random() < 0.5 else ("",))
    blocks: list[Block] = []
    for service in TEAMS[dice.number(0, len(TEAMS) - 1)]:
        make = {"school": _school, "waste": _waste}.get(service, _cover)
        blocks.append(_closing(dice, make(dice, service, blocks)))
    services = tuple(b.service for b in blocks)
    funds = tuple(
        Fund(
            name,
            dice.number(0, 25),
            tuple(s for s in services if dice.yes(share)) or services[:1],
            tuple(dice.number(0, 20) for _ in dice.phases[1:]),
            dice.yes(0.5),
        )
        for name, share in (("all", 0.9), ("some", 0.5))
    )
    kept = sum(int(b.running[[o.action == "keep" for o in b.options]].sum()) for b in blocks)
    return Problem(
        blocks=tuple(blocks),
        funds=funds,
        running_budget=kept + dice.number(0, 20) if dice.yes(0.6) else None,
        targets=_targets(dice, blocks),
        phases=dice.phases,
        land_quota=tuple(dice.number(3, 12) for _ in dice.phases) if dice.yes(0.4) else (),
        rules=tuple(_rules(dice, blocks)),
    )


def _options(dice: Dice, site: str, *, existing: bool, places: int | None, beds: int, grows: bool) -> list[Option]:
    """The ways in which a site can be open."""
    running = dice.number(1, 8)
    changes = []
    if not existing:
        changes.append(Option(site, "S", "new", places, dice.number(3, 18), running, beds, dice.number(0, 9)))
    if (existing and grows) or (places is not None and not existing and dice.yes(0.3)):
        size = None if places is None else places + 2
        action = "expand" if existing else "new"
        changes.append(Option(site, "L", action, size, dice.number(5, 20), running + 2, beds + 1, dice.number(3, 9)))  # type: ignore[arg-type]
    phased = [replace(o, phase=phase) for o in changes for phase in dice.phases]
    return [Option(site, "", "keep", places, 0, running, beds), *phased] if existing else phased


def _sites(dice: Dice, service: str, number: int, *, places: int | None, beds: bool) -> tuple[list[Option], list[str]]:
    """Options of the sites of a service, and those that must stay."""
    options, must = [], []
    for j in range(number):
        site, existing = f"{service}{j}", dice.yes(0.4)
        if existing and dice.yes(0.4):
            must.append(site)
        room = None if places is None else dice.number(2, places)
        grows = dice.yes(0.6) and FAMILY[service] in ("catchment", "line")
        asleep = dice.number(0, 2) if beds else 0
        options += _options(dice, site, existing=existing, places=room, beds=asleep, grows=grows)
    return options, must


def _reach(dice: Dice, points: int, sites: Sequence[str], share: float = 0.65) -> dict[tuple[int, str], int]:
    return {(i, site): dice.number(60, 900) for i in range(points) for site in sites if dice.yes(share)}


def _plots(dice: Dice, sites: Sequence[str]) -> dict[str, str]:
    return {site: "square" for site in sites if dice.yes(0.35)}


def _cover(dice: Dice, service: str, others: Sequence[Block]) -> Block:
    """Coverage or lines; clinics may borrow the sites of hospitals, and refer to them."""
    points = dice.number(3, 5)
    options, must = _sites(dice, service, 2 if len(dice.phases) > 1 else 3, places=None, beds=False)
    sites = list(dict.fromkeys(o.site for o in options))
    health = next((b for b in others if b.service == "health"), None)
    borrowed, refers = {}, {}
    if service == "clinic" and health is not None:
        if dice.yes(0.7):
            borrowed = dict.fromkeys(health.site_ids, "health")
        if dice.yes(0.6):
            near = [(j, k) for j in range(len(sites)) for k in range(len(health.site_ids)) if dice.yes(0.5)]
            refers = {"refers_to": "health", "referred": np.array(near, dtype=np.int64).reshape(-1, 2)}
    return make_block(
        service,
        FAMILY[service],
        [dice.number(1, 30) for _ in range(points)],
        options,
        _reach(dice, points, [*sites, *borrowed], 0.5),
        must_open=must,
        weight=dice.number(1, 3),
        unreachable=[0] if dice.yes(0.1) else (),
        borrowed=borrowed,
        phases=dice.phases,
        saving_pct=40,
        plots=_plots(dice, sites) if service != "bus" else {},
        **refers,
    )


def _school(dice: Dice, service: str, others: Sequence[Block]) -> Block:
    """A catchment service with one or two of its rules."""
    points = 3
    beds, bus = dice.yes(0.4), next((b for b in others if b.service == "bus"), None)
    options, must = _sites(dice, service, 2, places=5, beds=beds)
    sites = list(dict.fromkeys(o.site for o in options))
    demand = [dice.number(1, 3) for _ in range(points)]
    reach = _reach(dice, points, sites, 0.5)
    more: list[Way] = []
    for i in range(points):
        for site in sites:
            if (i, site) in reach:
                continue
            if beds and dice.yes(0.6):
                more.append((i, 1, dice.number(900, 2000), site, -1, True))
            if bus is not None:
                more += [
                    (i, 2, dice.number(300, 900), site, line, False)
                    for line in range(len(bus.site_ids))
                    if dice.yes(0.5)
                ]
    eligible = {}
    if beds and dice.yes(0.6):
        eligible[1] = np.array([dice.number(0, q) for q in demand], dtype=np.int64)
    rule = ("", "", "whole", "closest", "guards")[dice.number(0, 4)]
    more_places = {i for i, *_ in more}
    place = {site: j for j, site in enumerate(sites)}
    ways = [(i, site) for i, site in reach if i not in more_places]
    guards = [(place[site], i) for i, site in ways if any(o.site == site and o.action == "keep" for o in options)]
    free = [(j, i) for j, i in guards if sites[j] not in must]
    first = {i: (j, i) for j, i in reversed(free)}
    return make_block(
        service,
        "catchment",
        demand,
        options,
        reach,
        must_open=must,
        weight=dice.number(1, 3),
        more_ways=more,
        phases=dice.phases,
        fewest=dice.number(1, 3) if dice.yes(0.4) else 0,
        saving_pct=40,
        plots=_plots(dice, sites),
        eligible=eligible,
        line_service="bus" if bus is not None else "",
        whole=rule == "whole",
        closest=rule == "closest",
        guards=np.array(list(first.values()), dtype=np.int64).reshape(-1, 2)
        if rule == "guards"
        else np.zeros((0, 2), dtype=np.int64),
    )


def _waste(dice: Dice, service: str, others: Sequence[Block]) -> Block:
    """Two stations and two disposal places; some waste may go straight."""
    points = 3
    options, must = _sites(dice, service, 2, places=6, beds=False)
    stations = list(dict.fromkeys(o.site for o in options))
    options.append(Option("fill0", "", "keep", dice.number(2, 6), 0, 2))
    new = Option("fill1", "", "new", dice.number(2, 6), dice.number(2, 12), 2)
    options += [replace(new, phase=phase) for phase in dice.phases]
    sites = [*stations, "fill0", "fill1"]
    straight: list[Way] = [
        (i, 1, dice.number(900, 2000), site, -1, False) for i in range(points) for site in sites[2:] if dice.yes(0.3)
    ]
    moves = [(j, d) for j in (0, 1) for d in (2, 3) if dice.yes(0.7)]
    return make_block(
        service,
        "haul",
        [dice.number(1, 3) for _ in range(points)],
        options,
        _reach(dice, points, stations),
        must_open=[*must, "fill0"],
        weight=dice.number(1, 3),
        more_ways=straight,
        phases=dice.phases,
        disposal=np.array([False, False, True, True]),
        transfer_from=np.array([j for j, _ in moves], dtype=np.int64),
        transfer_to=np.array([d for _, d in moves], dtype=np.int64),
        transfer_travel=np.array([dice.number(100, 900) for _ in moves], dtype=np.int64),
    )


def _closing(dice: Dice, block: Block) -> Block:
    """What closing a site costs and brings; where it costs more than it brings, nothing forces it."""
    if not dice.yes(0.5):
        return block
    return replace(block, closing=dice.number(0, 4), resale=dice.number(0, 8))


def _rules(dice: Dice, blocks: Sequence[Block]) -> list[RuleRow]:
    """Hard limits that the sites which must stay keep."""
    rows = []
    for block in blocks:
        if dice.yes(0.25):
            built = [k for k, o in enumerate(block.options) if o.action != "keep"]
            every = list(range(len(block.options)))
            least = int(block.must_open.sum())
            if dice.yes(0.5):
                rows.append(RuleRow(f"{block.service}-built", block.service, np.array(built, dtype=np.int64), 1))
            else:
                rows.append(RuleRow(f"{block.service}-open", block.service, np.array(every), max(1, least)))
    return rows


def _targets(dice: Dice, blocks: Sequence[Block]) -> tuple[TargetRow, ...]:
    rows = [row for block in blocks for tier in (1, 2) if dice.yes(0.5) for row in [_target(dice, block, tier)]]
    if len(blocks) > 1 and dice.yes(0.5):
        some = [b for b in blocks if dice.yes(0.8)] or list(blocks)
        package = {
            b.service: np.array([dice.number(-1, len(b.demand) - 1) for _ in range(3)], dtype=np.int64) for b in some
        }
        need = dice.number(1, 3)
        nobody = np.zeros(0, dtype=np.int64)
        points = 1_000_000 // need
        rows.append(
            TargetRow(
                "villages", dice.number(1, 2), "", "package_count", nobody, need, points, _by(dice), package=package
            )
        )
    return tuple(row for row in rows if row.need)


def _by(dice: Dice) -> int:
    return 0 if len(dice.phases) > 1 and dice.yes(0.5) else 10**6


def _target(dice: Dice, block: Block, tier: int) -> TargetRow:
    shares = ("worst_township_share", "urban_rural_gap") if block.served_in_full_only else ()
    kinds = ("served_share", "settlements_share", "open_count", "built_count", *shares)
    kind, by = kinds[dice.number(0, len(kinds) - 1)], _by(dice)
    members = [i for i in range(len(block.demand)) if dice.yes(0.8)] or [0]
    parts: tuple[list[int], ...] = ()
    options = None
    if kind in shares:
        side = [dice.yes(0.5) for _ in members]
        parts = (
            [i for i, s in zip(members, side, strict=True) if s],
            [i for i, s in zip(members, side, strict=True) if not s],
        )
        if kind == "worst_township_share":
            parts = tuple(part for part in parts if part)
    if kind in ("open_count", "built_count"):
        chosen = [
            k
            for k, o in enumerate(block.options)
            if block.phase[k] <= by and (kind == "open_count" or o.action != "keep")
        ]
        options, members = np.array(chosen, dtype=np.int64), []
    whole = {
        "served_share": int(block.demand[members].sum()),
        "settlements_share": len(members),
        "open_count": 2,
        "built_count": 1,
    }.get(kind, 10_000)
    need = -(-whole * dice.number(50, 100) // 100)
    return TargetRow(
        id=f"{block.service}-{kind}-{tier}",
        tier=tier,
        service=block.service,
        indicator=kind,
        members=np.array(members, dtype=np.int64),
        need=need,
        points=max(1, round(1_000_000 * dice.number(1, 3) / need)),
        by=by,
        parts=tuple(np.array(part, dtype=np.int64) for part in parts),
        options=options,
    )
