"""Many solves as one content: what came of every job, how scenarios compare, where solvers contradict each other."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from siting.counties.county import County
from siting.studies.sweep import Row, Sweep
from siting.words import Lang, Words

from ..chapters.headline import scenario_title
from ..content import speech
from ..nouns import Amount, Cell, Column, Columns, Content, Section, Table, Tile
from ..speech import NOTHING, Speech, visible
from .bundle import Bundle, write
from .terminal import aligned

PROVEN = ("optimal", "gap_reached")


def of(sweep: Sweep, lang: Lang) -> Content:
    """Everything that a sweep says in ``lang``."""
    say = _speech(sweep, lang)
    sections = [_counties(sweep, say)] if len(sweep.counties) > 1 else []
    sections += [_county(sweep, id, county, lang) for id, county in sweep.counties.items()]
    synthetic = [say.name(c.file.county) for c in sweep.counties.values() if c.file.county.synthetic]
    return Content(
        lang=lang,
        title=say("sweep.title"),
        subtitle=say(
            "sweep.subtitle", counties=say.listing([say.name(c.file.county) for c in sweep.counties.values()])
        ),
        warnings=(say("sweep.synthetic", names=say.listing(synthetic)),) if synthetic else (),
        verdict=tuple(_verdict(sweep, say)),
        tiles=tuple(_tiles(sweep, say)),
        sections=(*sections, *_troubles(sweep, say), _jobs(sweep, say)),
    )


def bundle(sweep: Sweep, words: Words) -> Bundle:
    """The content with what programs read."""
    rows = [
        {**{k: v for k, v in vars(row).items() if k not in ("job", "says")}, **vars(row.job), "says": list(row.says)}
        for row in sweep.rows
    ]
    data: dict[str, Any] = {
        "counties": {id: county.file.money.base for id, county in sweep.counties.items()},
        "jobs": rows,
        "options": sweep.result.get("options"),
    }
    created = str(sweep.result.get("created", ""))
    return Bundle("sweep", of(sweep, words.lang), _speech(sweep, words.lang), data, created)


def _write(kind: str, sweep: Sweep, out: Path, words: Words) -> list[Path]:
    return write(bundle(sweep, words), kind, out)


write_html, write_word, write_excel, write_pdf, write_json = (
    partial(_write, kind) for kind in ("html", "docx", "xlsx", "pdf", "json")
)


def lines(sweep: Sweep, words: Words, files: Iterable[Path] = ()) -> list[str]:
    """The answer on the terminal: the verdict and one row a job."""
    say = _speech(sweep, words.lang)
    told = of(sweep, words.lang)
    rows: list[tuple[str, ...]] = [
        ("", *(say(f"col.{key}") for key in ("state", "met_of", "share_all", "gap", "seconds")))
    ]
    for row in sweep.rows:
        gap = NOTHING if row.gap is None else say.share(_up(row.gap))
        share = NOTHING if row.share is None else say.share(row.share)
        seconds = NOTHING if row.seconds is None else f"{row.seconds:,.1f}"
        state = re.split("[,;，；]", _state(row, say))[0]  # the report has room for the rest
        rows.append((visible(row.job.key), state, _met(row) or NOTHING, share, gap, seconds))
    return [told.title, "", *told.verdict, "", *aligned(rows), "",
            *(say("terminal.report", path=visible(str(path))) for path in files)]  # fmt: skip


def _speech(sweep: Sweep, lang: Lang) -> Speech:
    return speech(next(iter(sweep.counties.values())), lang)


def _state(row: Row, say: Speech) -> str:
    return say.known(f"solved.{row.status}", say.known(f"sweep.{row.status}", row.status))


def _met(row: Row) -> str | None:
    return None if row.met is None else f"{row.met} / {row.targets}"


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _up(gap: float) -> float:
    return math.ceil(gap * 1000 - 1e-9) / 1000


def _verdict(sweep: Sweep, say: Speech) -> Iterator[str]:
    status = Counter(row.status for row in sweep.rows)
    ended = [row for row in sweep.rows if row.ended]
    yield say("sweep.ended", n=len(sweep.rows), ended=len(ended), proven=sum(status[s] for s in PROVEN))
    if status["refused"] or status["failed"]:
        yield say("sweep.not_ended", refused=status["refused"], failed=status["failed"])
    if status["waiting"]:
        yield say("sweep.left", n=status["waiting"])
    again = sum(row.attempts > 1 for row in sweep.rows)
    if again:
        yield say("sweep.again", n=again)
    wrong = len({(c.better.job.county, c.better.job.scenario) for c in sweep.contradictions()})
    if wrong or _compared(ended):
        yield say("sweep.contradicted", n=wrong) if wrong else say("sweep.agree")
    if ended:
        yield say("sweep.checked")


def _compared(ended: list[Row]) -> bool:
    """Whether there is a bound that the plan of another solver could have gone beyond."""
    solves = Counter((row.job.county, row.job.scenario) for row in ended)
    return any(row.gap is not None and solves[row.job.county, row.job.scenario] > 1 for row in ended)


def _tiles(sweep: Sweep, say: Speech) -> Iterator[Tile]:
    ended = sum(row.ended for row in sweep.rows)
    tone = "good" if ended == len(sweep.rows) else "bad"
    yield Tile(say("sweep.tile_jobs"), f"{ended} / {len(sweep.rows)}", say("sweep.tile_jobs_note"), tone)  # type: ignore[arg-type]
    seconds = sum(row.seconds or 0 for row in sweep.rows)
    yield Tile(say("sweep.tile_time"), f"{seconds / 60:,.1f}", say("sweep.tile_time_note"))


def _counties(sweep: Sweep, say: Speech) -> Section:
    """Share of people served, one row a scenario, one column a county, by the best plan of each."""
    scenarios = list(dict.fromkeys(row.job.scenario for row in sweep.rows))
    heads = [Column(f"c{n}", say.name(c.file.county), "share") for n, c in enumerate(sweep.counties.values())]
    rows: list[tuple[Cell, ...]] = []
    for name in scenarios:
        cells: list[Cell] = [_title(sweep, name, say)]
        for id in sweep.counties:
            shares = [r.share for r in sweep.of(id) if r.job.scenario == name and r.share is not None]
            cells.append(max(shares, default=None))
        rows.append(tuple(cells))
    table = Table("sweep_counties", say("table.sweep_counties"), (say.column("scenario"), *heads), tuple(rows))
    return Section("counties", say("sweep.counties"), (say("sweep.counties_intro"),), (table,))


def _title(sweep: Sweep, scenario: str, say: Speech) -> str:
    """The name of a scenario where the counties agree on it, else its id."""
    having = {r.job.county for r in sweep.rows if r.job.scenario == scenario}
    titles = {scenario_title(sweep.counties[id], scenario, say) for id in having}
    return titles.pop() if len(titles) == 1 else visible(scenario)


def _county(sweep: Sweep, id: str, county: County, lang: Lang) -> Section:
    """The jobs of one county, its money in its own unit."""
    say = speech(county, lang)
    rows: list[tuple[Cell, ...]] = [
        (
            scenario_title(county, row.job.scenario, say), visible(row.job.solver), _state(row, say), _met(row),
            row.people, row.share, row.capital, row.left, row.running,
            None if row.gap is None else Amount(_up(row.gap), "share"), _tenths(row.seconds),
        )
        for row in sweep.of(id)
    ]  # fmt: skip
    columns: Columns = (
        ("scenario", "text"), ("solver", "text"), ("state", "text"), ("met_of", "text"), ("people_all", "count"),
        ("share_all", "share"), ("capital", "money"), ("left", "money"), ("running", "money"), ("gap", "share"),
        ("seconds", "number"),
    )  # fmt: skip
    table = say.table("sweep_county", columns, rows, note=say("sweep.note"))
    return Section(f"county-{list(sweep.counties).index(id) + 1}", say.name(county.file.county), (), (table,))


def _troubles(sweep: Sweep, say: Speech) -> Iterator[Section]:
    """Jobs without a plan, and solvers that contradict each other."""
    rows: list[tuple[Cell, ...]] = [
        (visible(row.job.key), _state(row, say), visible(", ".join(_says(fault) for fault in row.says)) or None)
        for row in sweep.rows
        if row.status in ("refused", "failed")
    ]
    if rows:
        columns: Columns = ("job", "text"), ("state", "text"), ("why", "text")
        yield Section("troubles", say("sweep.troubles"), (), (say.table("sweep_troubles", columns, rows),))
    found: list[tuple[Cell, ...]] = [
        (visible(c.better.job.key), c.better.objective, visible(c.bounded.job.key), c.bounded.bound)
        for c in sweep.contradictions()
    ]
    if found:
        heads: Columns = ("job", "text"), ("objective", "count"), ("other_job", "text"), ("bound", "count")
        table = say.table("sweep_contradictions", heads, found)
        yield Section("contradictions", say("sweep.contradictions"), (say("sweep.contradictions_intro"),), (table,))


def _says(fault: Any) -> str:
    """A fault of a job in one piece: its code, where, and its values."""
    values = ", ".join(f"{k} {v}" for k, v in dict(fault.get("values", {})).items())
    parts = (fault.get("code"), fault.get("where"), values, fault.get("message"))
    return " ".join(str(part) for part in parts if part)


def _jobs(sweep: Sweep, say: Speech) -> Section:
    """Where every job stands."""
    rows: list[tuple[Cell, ...]] = [
        (visible(row.job.key), _state(row, say), row.attempts, visible(row.job.place)) for row in sweep.rows
    ]
    columns: Columns = ("job", "text"), ("state", "text"), ("attempts", "count"), ("run", "text")
    return Section("jobs", say("sweep.jobs"), (say("sweep.jobs_intro"),), (say.table("sweep_jobs", columns, rows),))
