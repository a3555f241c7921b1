"""What the figures rest on: sources, data notes, what is not planned, and how to repeat the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from siting.errors import Fault
from siting.messages import sentence
from siting.studies.study import Study
from siting.words import load

from ..clauses import clause
from ..nouns import Cell, Columns, Section, Table
from ..speech import Speech, visible
from .goals import source_title
from .headline import scenario_name

#: Rows of the list of points far from a road.
LONGEST = 100


def assumptions(study: Study, say: Speech) -> Section:
    """Every number that names its source, estimated columns, and services that are not planned."""
    file = study.county.file
    sentences = [say("assumptions.intro")]
    estimated: dict[str, list[str]] = {}
    for demand in file.demand.values():
        if demand.estimated:
            estimated.setdefault(demand.source, []).append(say("assumptions.group", name=say.name(demand)))
    for key, groups in estimated.items():
        why = source_title(study.county, key, say) if key in file.sources else say("unit.none_named")
        sentences.append(say("assumptions.estimated", names=say.listing(groups), source=why))
    left_out = [say.name(s) for key, s in study.county.services.items() if key not in study.scenario.services]
    if left_out:
        sentences.append(say("assumptions.left_out", names=say.listing(left_out)))
    return Section(
        "assumptions", say("section.assumptions"), tuple(sentences), (_sources(study, say), _numbers(study, say))
    )


def _sources(study: Study, say: Speech) -> Table:
    sources = study.county.file.sources
    uses = Counter(p.source for p in study.county.provenance)
    uses.update(d.source for d in study.county.file.demand.values() if d.source)
    rows: list[tuple[Cell, ...]] = []
    for key in dict.fromkeys((*sources, *uses)):
        source = sources.get(key)
        if source is None:
            rows.append((visible(key) or say("unit.none_named"), None, None, None, uses[key], "status.UNKNOWN"))
            continue
        rows.append(
            (source_title(study.county, key, say), visible(clause(source.clause, say.words.lang)) or None,
             visible(source.date) or None, visible(source.url) or None, uses[key], f"status.{source.status}")
        )  # fmt: skip
    columns: Columns = (
        ("source", "text"),
        ("clause", "text"),
        ("date", "text"),
        ("url", "text"),
        ("uses", "count"),
        ("trust", "code"),
    )
    return say.table("sources", columns, rows, note=say("sources.note"))


def _numbers(study: Study, say: Speech) -> Table:
    sources = study.county.file.sources
    rows: list[tuple[Cell, ...]] = []
    for p in study.county.provenance:
        source = sources.get(p.source)
        title = source_title(study.county, p.source, say)
        trust = f"status.{source.status}" if source else "status.UNKNOWN"
        rows.append((visible(p.path), visible(p.value), title, visible(p.note) or None, trust))
    columns: Columns = ("path", "text"), ("number", "text"), ("source", "text"), ("note", "text"), ("trust", "code")
    return say.table("numbers", columns, rows, folded=True)


def data_notes(study: Study, say: Speech) -> Section:
    """Roads left out, points far from a road, warnings on the tables."""
    roads, legs, notes = _network(study, say), _legs(study, say), _notes(study, say)
    sentences: list[str] = []
    if legs.rows:
        lost = {str(s["id"]) for s in study.result.get("snap", ()) if not _reached(s)}
        limit = say.count(study.county.file.network.snap_limit_m)
        sentences.append(say("data.snap", limit=limit, unreachable=say.count(len(lost))))
    sentences += _travelled(study, say)
    tables = tuple(table for table in (roads, legs, notes) if table.rows)
    if not notes.rows:
        sentences.append(say("data.none"))
    about = study.county.file.county
    attribution = (say.words.lang == "en" and about.attribution_en) or about.attribution
    if attribution:
        sentences.append(say("data.attribution", text=visible(attribution)))
    return Section("data", say("section.data"), tuple(sentences), tables)


def _travelled(study: Study, say: Speech) -> list[str]:
    """Modes whose times are the planner's own, and modes that know slope."""
    county = study.county
    told = [
        say("data.own_times", mode=say(f"mode.{mode}"), pairs=say.count(len(own.listed)), ways=say.count(len(own.ms)))
        for mode, own in county.own_times.items()
    ]
    steep = [say(f"mode.{mode}") for mode, travel in county.file.network.modes.items() if travel.slopes]
    return [*told, *([say("data.slopes", modes=say.listing(steep))] if steep else [])]


def _network(study: Study, say: Speech) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (f"mode.{mode}", n.get("nodes"), n.get("arcs"), n.get("left_out_nodes"), n.get("arc_km", n.get("km")))
        for mode, n in study.result.get("network", {}).items()
    ]
    columns: Columns = (
        ("mode", "code"), ("nodes", "count"), ("arcs", "count"), ("left_out", "count"), ("km", "count"),
    )  # fmt: skip
    return say.table("network", columns, rows)


def _legs(study: Study, say: Speech) -> Table:
    """Points far from their road, those without any first."""
    county = study.county
    names = {s.id: say.name(s) for s in county.sites} | {s.id: say.name(s) for s in county.disposal}
    names |= {s.id: say.name(s) for s in county.settlements}
    legs = sorted(study.result.get("snap", ()), key=lambda s: (_reached(s), -(s.get("distance_m") or 0)))
    rows: list[tuple[Cell, ...]] = [
        (
            names.get(str(s["id"])) or visible(str(s["id"])),
            f"kind.{s['kind']}",
            f"mode.{s['mode']}",
            s.get("distance_m"),
            "status.snapped" if _reached(s) else "status.unreachable",
        )
        for s in legs[:LONGEST]
    ]
    columns: Columns = (
        ("point", "text"), ("kind", "code"), ("mode", "code"), ("distance", "metres"), ("state", "code"),
    )  # fmt: skip
    note = say("snap.more", shown=LONGEST, whole=len(legs)) if len(legs) > LONGEST else ""
    return say.table("snap", columns, rows, note=note, folded=len(rows) > 20)


def _reached(leg: Mapping[str, Any]) -> bool:
    return bool(leg.get("reached", leg.get("distance_m") is not None))


def _notes(study: Study, say: Speech) -> Table:
    """Warnings about the county folder, in the words with which reading gives them."""
    words = load(say.words.lang)
    rows: list[tuple[Cell, ...]] = []
    for n in study.result.get("notes", ()):
        values = {str(k): str(v) for k, v in n.get("values", {}).items()}
        try:
            text = n.get("text") or sentence(Fault(n["code"], values=values), words)
        except (KeyError, IndexError, ValueError):
            text = _pairs(values)
        rows.append((visible(str(n.get("code", ""))), visible(str(n.get("where", ""))), visible(str(text))))
    return say.table("notes", (("code", "text"), ("where", "text"), ("what", "text")), rows, folded=len(rows) > 20)


def reproduce(study: Study, say: Speech) -> Section:
    """Everything that is needed to get the same plan again."""
    result = study.result
    facts: list[tuple[str, object]] = [
        ("county", study.county.id),
        ("scenario", f"{scenario_name(study, say)} ({study.scenario.name})"),
        ("created", str(result.get("created") or "").replace("T", " ").replace("+00:00", " UTC")),
        ("status", say.known(f"solved.{result.get('status')}", str(result.get("status", "")))),
        ("verdict", say.known(f"verdict.{result.get('verdict')}", str(result.get("verdict", "")))),
        ("trust", say.known(f"trust.{result.get('trust')}", str(result.get("trust") or ""))),
        (str(result.get("aim", "worth")), _number(result.get("objective"))),
        ("bound", _number(result.get("bound"))),
        ("gap", _percent(result.get("gap"))),
        ("solver", " ".join(str(result[k]) for k in ("solver", "solver_version") if result.get(k))),
        ("elapsed", _seconds(result.get("elapsed_s"), say)),
        ("options", _pairs(result.get("options", {}))),
        ("versions", _pairs(result.get("versions", {}))),
    ]
    rows: list[tuple[Cell, ...]] = [
        (say(f"fact.{key}"), visible(str(value))) for key, value in facts if value not in (None, "")
    ]
    stages: list[tuple[Cell, ...]] = [
        (_stage(str(s.get("name")), say), s.get("objective"), s.get("bound"), _percent(s.get("gap")),
         round(float(s.get("seconds") or 0), 1), f"solved.{s.get('stop')}")
        for s in result.get("stages", ())
    ]  # fmt: skip
    inputs: list[tuple[Cell, ...]] = [(visible(str(k)), visible(str(v))) for k, v in result.get("inputs", {}).items()]
    columns: Columns = (
        ("stage", "text"),
        ("objective", "number"),
        ("bound", "number"),
        ("gap", "text"),
        ("seconds", "number"),
        ("stop", "code"),
    )
    tables = [say.table("facts", (("fact", "text"), ("what", "text")), rows)]
    if stages:
        tables.append(say.table("stages", columns, stages, note=say("stages.note")))
    if inputs:
        tables.append(say.table("inputs", (("file", "text"), ("sha256", "text")), inputs, folded=True))
    return Section("reproduce", say("section.reproduce"), (say("reproduce.intro"),), tuple(tables))


def _stage(name: str, say: Speech) -> str:
    return say("stage.tier", n=name[5:]) if name.startswith("tier ") else say.known(f"stage.{name}", name)


def _number(value: Any) -> str | None:
    return f"{value:,}" if isinstance(value, int | float) else None


def _percent(value: Any) -> str | None:
    return f"{100 * value:.2f}%" if isinstance(value, int | float) else None


def _seconds(value: Any, say: Speech) -> str | None:
    return say("unit.seconds", n=f"{value:,.1f}") if isinstance(value, int | float) else None


def _pairs(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{key} {value}" for key, value in values.items() if value not in (None, ""))
