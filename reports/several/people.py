"""Who gains and who loses between plans: in sentences, township by township, settlement by settlement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from siting.plan import Plan
from siting.studies.comparing import Alternative, Comparison, by_township, shifts
from siting.studies.contrasts import moves

from ..nouns import Cell, Columns, Section
from ..speech import Speech
from ..spots import quantity
from .wording import Names, table

#: Rows of the list of settlements on a page; the workbook has all of them.
LONGEST = 60


def pairs(comparison: Comparison) -> Iterator[tuple[Alternative, Alternative]]:
    """Today with each plan, then plan A with each other one."""
    for plan in comparison.plans:
        yield comparison.today, plan
    for plan in comparison.plans[1:]:
        yield comparison.plans[0], plan


def balance(comparison: Comparison, one: Alternative, other: Alternative) -> tuple[int, int, int, int]:
    """Pairs of settlement and service that gain and the persons, pairs that lose and the persons."""
    was, now = one.served(), other.served()
    both = {k for k in one.plan.services if k in other.plan.services and comparison.counts_people(k)}
    steps = [now.get(key, 0) - was.get(key, 0) for key in {*was, *now} if key[0] in both]
    up, down = [n for n in steps if n > 0], [-n for n in steps if n < 0]
    return len(up), sum(up), len(down), sum(down)


def only(one: Plan, other: Plan) -> int:
    """Sites that are open under the first plan and not under the other, of the services that both decide."""
    return sum(
        len({o.site for o in part.open} - {o.site for o in other.services[key].open})
        for key, part in one.services.items()
        if key in other.services
    )


def pair_sentences(comparison: Comparison, names: Names, say: Speech) -> Iterable[str]:
    """Plan A beside every other plan, in one sentence each; what is nothing is not told."""
    first = comparison.plans[0]
    for plan in comparison.plans[1:]:
        letters = {"one": names.letter(first), "other": names.letter(plan)}
        up, gain, down, lose = balance(comparison, first, plan)
        told = []
        if gain:
            told.append(say("compare.pair_gain", people=say.some("persons", gain), n=say.some("cases", up)))
        if lose:
            told.append(say("compare.pair_lose", people=say.some("persons", lose), n=say.some("cases", down)))
        told = told or [say("compare.pair_same_people")]
        here, there = only(first.plan, plan.plan), only(plan.plan, first.plan)
        moved = len(moves(comparison, first, plan))
        if here:
            told.append(say("compare.pair_only", n=say.some("sites", here), plan=letters["one"]))
        if there:
            told.append(say("compare.pair_only", n=say.some("sites", there), plan=letters["other"]))
        if moved:
            told.append(say("compare.pair_moved", n=say.some("sites", moved)))
        if not here and not there:
            told.append(say("compare.pair_same_sites"))
        yield say("compare.pair", **letters, told=say("compare.and").join(told))


def townships(comparison: Comparison, names: Names, say: Speech) -> Section:
    """The balance of every pair, and the share of people served in every township."""
    summary: list[tuple[Cell, ...]] = [
        (say("compare.from_to", one=names.letter(one), other=names.letter(other)), *balance(comparison, one, other))
        for one, other in pairs(comparison)
    ]
    columns: Columns = (
        ("step", "text"),
        ("gain_villages", "count"),
        ("gain", "count"),
        ("lose_villages", "count"),
        ("lose", "count"),
    )
    rows: list[tuple[Cell, ...]] = [
        (say.town(name) or None, demand, *(n / demand if demand else None for n in served))
        for name, (demand, served) in by_township(comparison).items()
    ]
    return Section(
        "townships",
        say("compare.people"),
        (say("compare.people_intro"),),
        (
            say.table("balance", columns, summary),
            table("townships", (("township", "text"), ("demand_all", "count")), "share", rows, names, say),
        ),
    )


def villages(comparison: Comparison, names: Names, say: Speech, whole: bool) -> Section:
    """Settlements that the plans serve differently, the largest difference first."""
    found = shifts(comparison)
    places = {place.id: place for place in comparison.county.settlements}
    shown = found if whole else found[:LONGEST]
    rows: list[tuple[Cell, ...]] = [
        (
            say.name(places[s.settlement]), say.town(places[s.settlement].township) or None,
            say.name(comparison.county.services[s.service]),
            *(quantity(comparison.county, s.service, n) for n in (s.demand, *s.served, s.spread)),
        )
        for s in shown
    ]  # fmt: skip
    first: Columns = ("settlement", "text"), ("township", "text"), ("service", "text"), ("demand", "count")
    note = say("compare.rest", shown=len(shown), whole=say.count(len(found))) if len(shown) < len(found) else ""
    listed = table("villages", first, "count", rows, names, say, last=(("spread", "count"),), note=note)
    return Section(
        "villages",
        say("compare.villages"),
        (say("compare.villages_intro" if rows else "compare.villages_none", n=say.count(len(found))),),
        (listed,) if rows else (),
    )
