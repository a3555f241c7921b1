"""``siting explain`` on the terminal and as plain objects: the whole plan, and what a target lacks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..chapters import goals, headline
from ..chapters import remedies as advice
from ..chapters.reasons import answers, ids, reasons
from ..nouns import Table
from ..speech import visible
from ..spots import quantity
from . import explain_money
from .explain_place import Telling, as_object
from .terminal_table import ROWS, table_lines

#: Steps of a remedy that the terminal shows: for one target, and for each of many.
STEPS, FIRST_STEPS = 6, 2


class Explanation(Telling):
    """What can be explained of one study in one language."""

    def overview(self, width: int | None = None) -> list[str]:
        """Verdict, why these sites, missed targets with what would close them, the largest groups that are left.

        ``width``: signs that stand beside each other on the terminal; None where there is none.
        """
        study, say = self.study, self.say
        lines = [headline.title(study, say), *headline.verdict(study, say)]
        section = reasons(study, say)
        for text in section.sentences if section else ():
            lines += ["", text] if text == section.sentences[0] else [text]  # type: ignore[union-attr]
        for table in section.tables if section else ():
            lines += ["", *self._table(table, width)]
        missed = [t.id for t in study.measures.targets if not t.met]
        if missed:
            lines += ["", say("explain.missed_targets")]
            for id in missed:
                first, *more = self.target(id, FIRST_STEPS)
                lines += [f"  {first} [{visible(id)}]", *(f"    {text}" for text in more)]
        left = advice.advice(study).remedies[:ROWS]
        if left:
            lines += ["", say("explain.largest")]
            lines += [
                f"  {say.name(self.places[r.settlement])} [{visible(r.settlement)}] · {self._left(r)[0]}" for r in left
            ]
        if money := explain_money.lines(study, say):
            lines += ["", *money]
        return [*lines, "", say("explain.usage")]

    def overview_data(self) -> dict[str, Any]:
        """The same for programs."""
        found = answers(self.study)
        return {
            "sites": [as_object(a.reason, a.stand_ins) for a in found],
            "targets": [self.target_data(t.id) for t in self.study.measures.targets if not t.met],
            "left": [asdict(r) for r in advice.advice(self.study).remedies],
            "prices": explain_money.data(self.study),
        }

    def target(self, id: str, most: int = STEPS) -> list[str]:
        """What a target lacks, why, and its cheapest remedy; of one that is met, which sites decide it.

        Raises:
            InputRefused: the plan has no such target (E308).
        """
        say, county, study = self.say, self.study.county, self.study
        figures = next((t for t in study.measures.targets if t.id == id), None)
        if figures is None:
            raise self.no_such("target", id, self.study.county.file.targets)
        target = goals.target_of(county, id)
        state = say("status.met" if figures.met else "status.missed")
        reached = say.text(goals.reached(target, figures), "share")
        name = goals.target_name(target, county, say)
        lines = [say("explain.target", name=name, reached=reached, need=goals.asked(target, say), state=state)]
        if figures.met:
            return [*lines, self._deciding(id)]
        closing = advice.advice(study).closings[id]
        lines.append(say("explain.target_lack", lack=goals.lacking(target, figures, county, say)))
        lines.append(say("explain.target_cause", cause=advice.long_cause(closing, study, say)))
        steps = advice.built_steps(closing)
        if not steps:
            return [*lines, say("explain.no_steps")] if closing.cause != "later" else lines
        lines.append(
            say("explain.target_steps", capital=say.money(closing.capital), running=say.money(closing.running))
        )
        for n, step in enumerate(steps[:most], 1):
            offer = advice.offer_in_words(step, step.service, study, say)
            serves = say.quantity(quantity(county, step.service, step.serves))
            lines.append(say("explain.step", n=n, offer=offer, capital=say.money(step.capital), serves=serves))
        if len(steps) > most:
            lines.append(say("explain.more_steps", n=len(steps) - most))
        return lines

    def target_data(self, id: str) -> dict[str, Any]:
        """The same for programs."""
        figures = next((t for t in self.study.measures.targets if t.id == id), None)
        if figures is None:
            raise self.no_such("target", id, self.study.county.file.targets)
        closing = advice.advice(self.study).closings.get(id)
        told = None if closing is None else asdict(closing) | {"capital": closing.capital, "running": closing.running}
        deciding = [a.reason.opening.site for a in answers(self.study) if id in a.reason.missed]
        return {"target": id, "met": figures.met, "value": figures.value, "need": figures.need, "closing": told,
                "decided_by": deciding}  # fmt: skip

    def _deciding(self, id: str) -> str:
        say = self.say
        found = [(a.reason.service, a.reason.opening.site) for a in answers(self.study) if id in a.reason.missed]
        names = [say.name(self.spots[place]) for place in found[:STEPS]]
        if len(found) > STEPS:
            names.append(say("headline.and_more", n=len(found) - STEPS))
        return say("explain.target_met", names=say.listing(names)) if names else say("explain.target_safe")

    def _table(self, table: Table, width: int | None) -> list[str]:
        """The first rows of a table of the chapter on reasons, with the ids by which one may ask on."""
        found = ids(table.id, self.study)
        if len(found) <= ROWS:
            return table_lines(table, self.say, width, found)
        rest = self.say("reasons.more", shown=ROWS, whole=self.say.count(len(found)))
        return table_lines(table, self.say, width, found, rest)
