"""The answer on the terminal: targets, services before and after, money, distance from the best, files written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from siting.studies.study import Study
from siting.words import Words

from ..chapters import goals, headline
from ..content import speech
from ..speech import Speech, visible

MOST_LINES = 30


def lines(study: Study, words: Words, files: Iterable[Path] = ()) -> list[str]:
    """At most 30 lines of plain text; control characters of names are shown, never sent.

    ``files`` are the reports written; none: the line about them is left out.
    """
    say = speech(study.county, words.lang)
    head = [headline.title(study, say)]
    if study.result.get("verdict") != "valid":
        head.append("!! " + say("warning.rejected"))
    if study.county.file.county.synthetic:
        head.append(say("terminal.synthetic"))
    targets = _targets(study, say)
    services = _services(study, say)
    money = [
        headline.money_sentence(study, say).strip(),
        headline.gap_sentence(study, say),
        headline.checker_sentence(study, say),
    ]
    reports = _files(study, list(files), say)
    room = MOST_LINES - len(head) - len(money) - len(reports) - 1
    missed = 1 + sum(not f.met for f in study.measures.targets)
    body = _cut(targets, max(missed + 1, room - len(services)), say)
    body += _cut(services, max(2, room - len(body)), say)
    return [*head, *body, "", *money, *reports][:MOST_LINES]


def _files(study: Study, files: list[Path], say: Speech) -> list[str]:
    """The first report by name, the others as a number, and the command that explains the plan."""
    if not files:
        return []
    run, more = visible(str(study.run)), len(files) - 1
    named = [say("terminal.report", path=visible(str(files[0])))]
    named += [say.told("terminal.files", more, n=more, folder=run)] if more else []
    return [*named, say("terminal.explain", run=run)]


def _targets(study: Study, say: Speech) -> list[str]:
    known = {t.id: t for t in study.county.file.targets}
    met = sum(f.met for f in study.measures.targets)
    if not study.measures.targets:
        return [say("headline.no_targets")]
    rows = [say("terminal.targets", met=met, n=len(study.measures.targets))]
    for figures in sorted(study.measures.targets, key=lambda f: (f.met, f.tier)):
        target = known[figures.id]
        reached = say.text(goals.reached(target, figures), "share")
        need = goals.asked(target, say)
        state = say("status.met" if figures.met else "status.missed")
        lack = goals.lacking(target, figures, study.county, say)
        sign = "✓" if figures.met else "✗"
        rows.append(
            say("terminal.target", sign=sign, name=headline.target_name(target, study, say), reached=reached, need=need,
                state=say("terminal.lack", state=state, lack=lack) if lack else state)
        )  # fmt: skip
    return rows


def _services(study: Study, say: Speech) -> list[str]:
    rows = [say("terminal.services")]
    for key, now in study.measures.services.items():
        before = study.before.services[key]
        rows.append(
            say("terminal.service", name=say.name(study.county.services[key]), before=say.share(before.share),
                after=say.share(now.share), new=now.sites_new, expanded=now.sites_expanded, closed=now.sites_closed)
        )  # fmt: skip
    return rows


def _cut(rows: list[str], room: int, say: Speech) -> list[str]:
    """``rows`` in ``room`` lines; the last one says how many are left out."""
    if len(rows) <= room:
        return rows
    return [*rows[: room - 1], "  " + say("headline.and_more", n=len(rows) - room + 1)]
