"""Who is not served and why, and who gains or loses against today."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from siting.plan import Plan
from siting.study import Study

from .nouns import Cell, Section
from .speech import Speech, visible

#: Rows of the longest lists on the page; the tables beside the page hold all of them.
LONGEST = 50


@dataclass(frozen=True)
class Change:
    """Persons of a settlement served by a service today and under the plan."""

    service: str
    settlement: str
    before: int
    after: int

    @property
    def delta(self) -> int:
        """Persons more (or fewer) than today."""
        return self.after - self.before


def served(plan: Plan) -> dict[tuple[str, str], int]:
    """Persons served by service and settlement."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for key, part in plan.services.items():
        for a in part.assignments:
            sums[key, a.settlement] += a.persons
    return sums


def changed(study: Study) -> list[Change]:
    """All settlements whose number of people served changes, the largest loss first."""
    was, now = served(study.before_plan), served(study.plan)
    both = dict.fromkeys((*was, *now))
    changes = [Change(*key, was.get(key, 0), now.get(key, 0)) for key in both if was.get(key, 0) != now.get(key, 0)]
    return sorted(changes, key=lambda c: (c.delta, c.service, c.settlement))


def unserved(study: Study, say: Speech) -> Section:
    """People without a service: reasons first, then the largest groups village by village."""
    left = [(u, key) for key, part in study.plan.services.items() for u in part.unserved]
    left.sort(key=lambda pair: (-pair[0].persons, pair[1], pair[0].settlement))
    if not left:
        return Section("unserved", say("section.unserved"), (say("unserved.nobody"),))
    groups: Counter[tuple[str, str]] = Counter()
    villages: Counter[tuple[str, str]] = Counter()
    for u, key in left:
        groups[key, u.reason] += u.persons
        villages[key, u.reason] += 1
    order = {key: n for n, key in enumerate(study.plan.services)}
    reasons: list[tuple[Cell, ...]] = [
        (say.name(study.county.services[key]), f"reason.{reason}", villages[key, reason], persons)
        for (key, reason), persons in sorted(groups.items(), key=lambda item: (order[item[0][0]], -item[1]))
    ]
    places = {s.id: s for s in study.county.settlements}
    listed: list[tuple[Cell, ...]] = [
        (
            say.name(places[u.settlement]),
            visible(places[u.settlement].township) or None,
            say.name(study.county.services[key]),
            u.persons,
            f"reason.{u.reason}",
        )
        for u, key in left[:LONGEST]
    ]
    note = (
        say("unserved.more", shown=LONGEST, whole=say.count(len(left)))
        if len(left) > LONGEST
        else say("unserved.all", whole=len(left))
    )
    return Section(
        "unserved",
        say("section.unserved"),
        (say("unserved.intro", persons=say.count(sum(u.persons for u, _ in left)), villages=say.count(len(left))),),
        (
            say.table(
                "reasons",
                (("service", "text"), ("reason", "code"), ("settlements", "count"), ("persons", "count")),
                reasons,
            ),
            say.table(
                "unserved",
                (
                    ("settlement", "text"),
                    ("township", "text"),
                    ("service", "text"),
                    ("persons", "count"),
                    ("reason", "code"),
                ),
                listed,
                note=note,
            ),
        ),
    )


def changes(study: Study, say: Speech) -> Section:
    """Who gains and who loses."""
    found = changed(study)
    losses = [c for c in found if c.delta < 0]
    gains = [c for c in found if c.delta > 0]
    summary: list[tuple[Cell, ...]] = []
    for key in study.plan.services:
        up, down = [c for c in gains if c.service == key], [c for c in losses if c.service == key]
        name = say.name(study.county.services[key])
        summary.append((name, len(up), sum(c.delta for c in up), len(down), -sum(c.delta for c in down)))
    tables = [
        say.table(
            "changes",
            (
                ("service", "text"),
                ("gain_villages", "count"),
                ("gain", "count"),
                ("lose_villages", "count"),
                ("lose", "count"),
            ),
            summary,
        )
    ]
    if losses:
        places = {s.id: s for s in study.county.settlements}
        more = len(losses) > LONGEST
        tables.append(
            say.table(
                "losers",
                (("settlement", "text"), ("township", "text"), ("service", "text"), ("served_before", "count"),
                 ("served_after", "count"), ("lose", "count")),
                [
                    (say.name(places[c.settlement]), visible(places[c.settlement].township) or None,
                     say.name(study.county.services[c.service]), c.before, c.after, -c.delta)
                    for c in losses[:LONGEST]
                ],
                note=say("losers.more", shown=LONGEST, whole=len(losses)) if more else "",
            )
        )  # fmt: skip
    sentence = "changes.losers" if losses else "changes.none_lose"
    gained, lost = say.count(sum(c.delta for c in gains)), say.count(-sum(c.delta for c in losses))
    return Section(
        "changes", say("section.changes"), (say(sentence, gain=gained, lose=lost, villages=len(losses)),), tuple(tables)
    )
