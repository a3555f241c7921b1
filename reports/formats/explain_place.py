"""Why this site, why not that village: in sentences for the terminal, and as plain objects."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from siting.errors import Fault, InputRefused
from siting.plan import Assignment
from siting.reading.likeness import Called, Likeness
from siting.studies.offering import Bench
from siting.studies.reasons import Reason
from siting.studies.refusals import Refusal, Refusals, red_lines
from siting.studies.remedy import Remedy
from siting.studies.standins import StandIn, StandIns
from siting.studies.study import Study
from siting.words import Words

from .. import roads
from ..chapters import goals
from ..chapters import remedies as advice
from ..chapters.reasons import reckoning
from ..chapters.results import host
from ..content import speech
from ..speech import Speech, travelled, visible
from ..spots import Spot, every, quantity, serving, way

#: So many ids are named where there is none of the asked one.
MOST_NAMED = 12
#: Settlements of a loss that the terminal names.
PLACES = 6
BARRED = ("no_road", "no_site", "host", "keep_away", "referral", "rule", "onward", "full", "few", "few_left")


class Telling:
    """The sites and settlements of one study explained in one language."""

    def __init__(self, study: Study, words: Words) -> None:
        self.study, self.say = study, speech(study.county, words.lang)
        self.spots: dict[tuple[str, str], Spot] = every(study.county, list(study.plan.services))
        self.places = {s.id: s for s in study.county.settlements}

    def no_such(self, kind: str, id: str, rows: Iterable[Called]) -> InputRefused:
        """E308 with the id that was meant, or with some that there are."""
        rows = list(rows)
        values = {"kind": kind, "id": id, "value": id, "meant": Likeness(rows).meant(id)}
        known = [row.id for row in rows]
        return InputRefused(Fault("E308", values=values | {"known": ", ".join(known[:MOST_NAMED])}))

    def site(self, id: str) -> list[str]:
        """Why a site is in the plan, or why it is not.

        Raises:
            InputRefused: no planned service has such a site (E308).
        """
        lines: list[str] = []
        for service, reason, refusal, others in self._about(id):
            lines += self._reason(reason, others) if reason else self._refusal(service, refusal, id)
        return lines

    def site_data(self, id: str) -> dict[str, Any]:
        """The same for programs."""
        found = list(self._about(id))
        return {
            "site": id,
            "open": [as_object(reason, others) for _, reason, _, others in found if reason],
            "not_open": [asdict(refusal) for _, reason, refusal, _ in found if refusal and not reason],
        }

    def _about(self, id: str) -> Iterator[tuple[str, Reason | None, Refusal | None, tuple[StandIn, ...]]]:
        mine = [key for key, site in self.spots if site == id]
        if not mine:
            raise self.no_such(
                "site", id, [row for row in self.study.county.sites if row.service in self.study.plan.services]
            )
        known = reckoning(self.study)
        for service in mine:
            opening = next((o for o in self.study.plan.services[service].open if o.site == id), None)
            if opening is None:
                yield service, None, Refusals(self._bench(), known.serving).of(service, id), ()
            else:
                reason = known.of(service, opening)
                yield service, reason, None, StandIns(known).of(reason)

    def _reason(self, reason: Reason, others: tuple[StandIn, ...]) -> list[str]:
        say, county, service = self.say, self.study.county, reason.service
        money = {"capital": say.money(reason.capital), "running": say.money(reason.running)}
        action = say(f"action.{reason.opening.action}")
        lines = [self._head("explain.site", service, reason.opening.site, action=action)]
        lines.append(say("explain.users", n=say.quantity(quantity(county, service, reason.users)), **money))
        for loss in reason.losses:
            grown = reason.opening.action == "expand"
            key = "explain.lost_least" if loss.whole else "explain.lost_grown" if grown else "explain.lost"
            n = say.quantity(quantity(county, loss.service, loss.persons))
            lines.append(say(key, n=n, service=say.name(county.services[loss.service])))
            names = [say.name(self.places[i]) for i, _ in loss.settlements[:PLACES]]
            if len(loss.settlements) > PLACES:
                names.append(say("headline.and_more", n=len(loss.settlements) - PLACES))
            lines.append(say("explain.lost_who" if loss.exact else "explain.lost_where", names=say.listing(names)))
        if not reason.losses:
            lines.append(say("explain.lost_none"))
        if reason.missed:
            names = [goals.target_name(goals.target_of(county, t), county, say) for t in reason.missed]
            lines.append(say("explain.missed", names=say.listing(names)))
        if reason.farther:
            by_time = way(county.services[service], reason.access).by_time
            lines.append(say("explain.farther", way=say.travel(reason.farther, by_time)))
        if not reason.may_go and reason.opening.action == "keep":
            lines.append(say("explain.must_stay"))
        lines += [self._stand_in(service, s) for s in others]
        if reason.opening.action == "new" and not others:
            lines.append(say("explain.no_stand_in"))
        return lines

    def _stand_in(self, service: str, other: StandIn) -> str:
        say, kind = self.say, "more" if other.gain > 0 else "fewer"
        n = say.quantity(quantity(self.study.county, service, abs(other.gain)))
        gain = say(f"explain.stand_in_{kind}", n=n) if other.gain else say("explain.stand_in_equal")
        site = say.name(self.spots[service, other.site])
        return say("explain.stand_in", site=site, gain=gain, capital=_signed(other.capital, say),
                   running=_signed(other.running, say))  # fmt: skip

    def _refusal(self, service: str, refusal: Refusal | None, id: str) -> list[str]:
        assert refusal is not None
        closed = id in self.study.plan.services[service].closed
        return [self._head("explain.closed" if closed else "explain.not_open", service, id), *self._why_not(refusal)]

    def _why_not(self, r: Refusal) -> list[str]:
        say, county = self.say, self.study.county
        if not r.size and not r.gain:
            return [say("explain.cause.barred", why=say(f"block.{r.cause}"))] if r.cause in BARRED else []
        size = next((say.name(s) for s in county.services[r.service].sizes if s.id == r.size), visible(r.size))
        gain = say.quantity(quantity(county, r.service, r.gain))
        lines = [
            say(
                "explain.would" if r.gain else "explain.would_cost",
                size=size,
                n=gain,
                capital=say.money(r.capital),
                running=say.money(r.running),
            ),
            say("explain.cause.barred", why=say(f"block.{r.cause}"))
            if r.cause in BARRED
            else say(f"explain.cause.{r.cause}"),
        ]
        fund = next((say.name(f) for f in county.file.funds if f.id == r.fund), "")
        if fund and r.cause in ("money", "order", "running", "cost", "travel"):
            lines.append(say("explain.payer", fund=fund, left=say.money(r.left)))
        return lines

    def settlement(self, id: str) -> list[str]:
        """Who of a settlement is served where, why the others are not, and why no site stands there.

        Raises:
            InputRefused: the county has no such settlement (E308).
        """
        say, place = self.say, self._place(id)
        name = say("place.in", place=say.name(place), township=say.town(place.township))
        people = say.some("persons", place.population_persons)
        lines = [say("explain.village", name=name if place.township else say.name(place), people=people)]
        zones = red_lines(self.study.county, id)
        if zones:
            lines.append(say("explain.red_lines", names=say.listing([say.name(zone) for zone in zones])))
        for key, part in self.study.plan.services.items():
            lines += [self._served(key, a) for a in part.assignments if a.settlement == id]
            for r in advice.advice(self.study).remedies:
                if (r.service, r.settlement) == (key, id):
                    first, *more = self._left(r)
                    lines += [first, *(f"  {text}" for text in more)]
        refused = self._refused(id)
        lines.append(say("explain.candidates" if refused else "explain.no_candidates"))
        for no in refused:
            first, *more = self._refusal(no.service, no, no.site)
            lines += [f"  {first}", *(f"    {text}" for text in more)]
        return lines

    def settlement_data(self, id: str) -> dict[str, Any]:
        """The same for programs."""
        self._place(id)
        parts = self.study.plan.services.items()
        return {
            "settlement": id,
            "red_lines": [zone.name for zone in red_lines(self.study.county, id)],
            "served": [{"service": k, **vars(a)} for k, p in parts for a in p.assignments if a.settlement == id],
            "left": [asdict(r) for r in advice.advice(self.study).remedies if r.settlement == id],
            "candidates": [asdict(r) for r in self._refused(id)],
        }

    def _place(self, id: str) -> Any:
        if id not in self.places:
            raise self.no_such("settlement", id, self.study.county.settlements)
        return self.places[id]

    def _refused(self, id: str) -> list[Refusal]:
        return Refusals(self._bench(), reckoning(self.study).serving).at(id)

    def _served(self, key: str, a: Assignment) -> str:
        say, about = self.say, self.study.county.services[key]
        names = {s.id: say.name(s) for s in serving(self.study.county, key)}
        n, access = say.quantity(quantity(self.study.county, key, a.persons)), way(about, a.access)
        values = {"service": say.name(about), "n": n, "site": names[a.site]}
        if about.family == "line":
            return say("explain.served_line", **values)
        bound = access.limit(self.places[a.settlement].level) * (60 if access.by_time else 1)
        travel, limit = (say.text(travelled(float(x), access.by_time), "seconds") for x in (a.travel, bound))
        mode = say(f"mode.{access.mode}") if access.kind == "direct" else say(f"access.{access.kind}")
        return say("explain.served", **values, travel=travel, mode=mode, limit=limit)

    def _left(self, r: Remedy) -> list[str]:
        """A group that is left: why, how far the nearest sites lie, what would help."""
        say, county = self.say, self.study.county
        n, about = say.quantity(quantity(county, r.service, r.persons)), county.services[r.service]
        lines = [say("explain.left", service=say.name(about), n=n, reason=say(f"reason.{r.reason}"))]
        for key, near in (("explain.nearest_open", r.open), ("explain.nearest_other", r.candidate)):
            told = advice.near_in_words(near, r.service, self.study, say)
            lines += [say(key, near=told)] if told else []
        if r.offer:
            offer = advice.offer_in_words(r.offer, r.service, self.study, say)
            fund = next((say.name(f) for f in county.file.funds if f.id == r.fund), visible(r.fund))
            lines.append(say("explain.offer", offer=offer, capital=say.money(r.offer.capital), fund=fund,
                             running=say.money(r.offer.running), left=say.money(r.left)))  # fmt: skip
            if r.offer.running > (left := self._running_left()):
                lines.append(say("explain.running_short", left=say.money(left)))
        else:
            lines.append(say("explain.blocked", why=say(f"block.{r.block}")))
        return lines

    def _running_left(self) -> float:
        """What the running budget has left in base units; no end where there is none."""
        m = self.study.measures
        return math.inf if m.running_available is None else m.running_available - m.running

    def _bench(self) -> Bench:
        return Bench(self.study.plan, self.study.measures, self.study.county, roads.times(self.study.county))

    def _head(self, key: str, service: str, site: str, **values: str) -> str:
        spot, say = self.spots[service, site], self.say
        place = host(spot, self.places, say) or say.known(f"kind.{spot.kind}", spot.kind)
        about = say.name(self.study.county.services[service])
        return say(key, site=say.name(spot), service=about, place=place, **values)


def _signed(base: int, say: Speech) -> str:
    return ("+" if base > 0 else "") + say.money(base)


def as_object(reason: Reason, others: tuple[StandIn, ...]) -> dict[str, Any]:
    """A reason for programs."""
    told = asdict(reason) | {"lost": reason.lost, "needed": reason.needed}
    return told | {"stand_ins": [asdict(s) for s in others]}
