"""Counties x scenarios x solvers on a real Dask scheduler: nothing lost, nothing done twice, one table at the end."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document

from siting import rooms
from siting.errors import InputRefused
from siting.reports.content import WORDS
from siting.reports.maps import fonts
from siting.reports.several import bundle
from siting.reports.several import sweep as reported
from siting.runs import jobs, solving, sweeping
from siting.runs.solving import Ask
from siting.studies.sweep import Job, Row, Sweep
from siting.words import LANGS, Lang, load

from .conftest import write_tiny

distributed = pytest.importorskip("distributed", reason="the extra sweep is not installed")
FONT = pytest.mark.skipif(fonts.chinese() is None, reason="no font with Chinese characters on this machine")
Run = Callable[..., Any]
HERE = "127.0.0.1"
GREEDY = Ask(solver="greedy")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A scheduler and one worker inside this process."""
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            protocol="tcp",
            host=HERE,
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            memory_limit=0,
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as own,
    ):
        yield own


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, client: Any) -> tuple[Sweep, Path]:
    """Two solves of the small county."""
    folder = tmp_path_factory.mktemp("sweep")
    out = folder / "out"
    wanted = sweeping.plan([write_tiny(folder / "tiny")], ["base", "baseline"], ["greedy"], out, GREEDY)
    out.mkdir()
    return sweeping.sweep(wanted, out, client=client), out


def test_every_job_has_a_run_that_can_be_verified(swept: tuple[Sweep, Path], siting_cli: Run) -> None:
    found, _ = swept
    assert [row.job.scenario for row in found.rows] == ["base", "baseline"]
    assert [(row.status, row.attempts, row.met, row.targets) for row in found.rows] == [
        ("heuristic", 1, 2, 3), ("heuristic", 1, 0, 3),
    ]  # fmt: skip
    assert [row.people for row in found.rows] == [320, 210]
    for row in found.rows:
        assert siting_cli("verify", row.job.run).code == 0


def test_the_table_is_on_the_disk(swept: tuple[Sweep, Path]) -> None:
    found, out = swept
    told = json.loads((out / sweeping.RESULT).read_text(encoding="utf-8"))
    assert [job["people"] for job in told["jobs"]] == [row.people for row in found.rows]
    with (out / sweeping.TABLE).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(r["county"], r["scenario"], r["solver"], r["capital"]) for r in rows] == [
        ("tiny", "base", "greedy", "150000"), ("tiny", "baseline", "greedy", "0"),
    ]  # fmt: skip
    assert [r["run"] for r in rows] == ["tiny/base", "tiny/baseline"]  # where this folder is, is nobody's business
    assert all((out / r["run"] / "plan.json").is_file() for r in rows)


def test_what_is_finished_is_not_done_again(swept: tuple[Sweep, Path], client: Any) -> None:
    found, out = swept
    before = {p: p.stat().st_mtime_ns for p in out.rglob("result.json")}
    assert len(before) == 2
    folder = Path(found.rows[0].job.folder)
    again = sweeping.sweep(sweeping.plan([folder], ["base", "baseline"], ["greedy"], out, GREEDY), out, client=client)
    assert {p: p.stat().st_mtime_ns for p in out.rglob("result.json")} == before
    assert [row.attempts for row in again.rows] == [1, 1]
    assert [row.objective for row in again.rows] == [row.objective for row in found.rows]


def test_a_cut_off_job_goes_on_and_another_option_begins_anew(client: Any, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wanted = sweeping.plan([tiny], ["base"], ["greedy"], out, GREEDY)
    job = wanted.jobs[0]
    solving.solve(tiny, Path(job.run), replace(GREEDY, scenario="base"))
    (Path(job.run) / "result.json").unlink()  # as if the worker had died before the end
    found = sweeping.sweep(wanted, out, client=client)
    assert (found.rows[0].status, found.rows[0].attempts) == ("heuristic", 1)
    assert json.loads((Path(job.run) / "result.json").read_text(encoding="utf-8"))["resumed"] == 1
    other = sweeping.plan([tiny], ["base"], ["greedy"], out, replace(GREEDY, seed=7))
    again = sweeping.sweep(other, out, client=client)
    assert again.rows[0].attempts == 2
    assert json.loads((Path(job.run) / "result.json").read_text(encoding="utf-8"))["options"]["seed"] == 7


def test_an_answer_that_was_lost_is_given_again_without_the_work(swept: tuple[Sweep, Path]) -> None:
    job = swept[0].rows[0].job
    result = Path(job.run) / "result.json"
    before = result.stat().st_mtime_ns
    assert jobs.run_job(vars(job), {"ask": vars(GREEDY)}) == {"status": "ended"}
    assert (result.stat().st_mtime_ns, jobs.attempts(job)) == (before, 1)


def test_a_job_that_is_refused_is_told_and_the_others_are_done(client: Any, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wanted = sweeping.plan([tiny], ["base", "baseline"], ["greedy"], out, GREEDY)
    Path(wanted.jobs[0].run).mkdir(parents=True)
    (Path(wanted.jobs[0].run) / "letter.docx").write_text("mine", encoding="utf-8")  # no run folder: it is not touched
    found = sweeping.sweep(wanted, out, client=client)
    assert [row.status for row in found.rows] == ["refused", "heuristic"]
    assert found.rows[0].says[0]["code"] == "E803"
    text = "\n".join(reported.lines(found, load("en")))
    assert "1 were refused" in text


def test_a_wish_to_stop_leaves_the_rest_for_later(
    client: Any, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    wanted = sweeping.plan([tiny], ["base", "baseline"], ["greedy"], out, GREEDY)
    monkeypatch.setattr(sweeping.Interrupt, "__call__", lambda self: True)
    found = sweeping.sweep(wanted, out, client=client)
    assert [row.status for row in found.rows] == ["waiting", "waiting"]


def test_the_workers_of_a_scheduler_elsewhere_do_the_work(client: Any, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wanted = sweeping.plan([tiny], ["base"], ["greedy"], out, GREEDY)
    found = sweeping.sweep(wanted, out, scheduler=client.scheduler.address)
    assert [(row.status, row.people) for row in found.rows] == [("heuristic", 320)]


def test_no_scheduler_and_no_package_are_said(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    wanted = sweeping.plan([tiny], ["base"], ["greedy"], out, GREEDY)
    monkeypatch.setattr(sweeping, "ANSWER_S", 0.2)
    with socket.socket() as free:
        free.bind((HERE, 0))  # bound and not listening: whoever calls is turned away
        address = f"tcp://{HERE}:{free.getsockname()[1]}"
        with pytest.raises(InputRefused) as refused:
            sweeping.sweep(wanted, out, scheduler=address)
    assert [f.code for f in refused.value.faults] == ["E311"]
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputRefused) as refused:
        sweeping.sweep(wanted, out)
    assert [f.code for f in refused.value.faults] == ["E310"]


@FONT
@pytest.mark.parametrize("lang", LANGS)
def test_every_format_gives_the_same_figures(swept: tuple[Sweep, Path], tmp_path: Path, lang: Lang) -> None:
    found, words = swept[0], load(lang)
    files = {kind: rooms.sweep(kind)(found, tmp_path, words)[0] for kind in bundle.FORMATS}
    people = [row.people for row in found.rows]
    data = json.loads(files["json"].read_text(encoding="utf-8"))
    assert [job["people"] for job in data["jobs"]] == people
    cells = {c.text for t in Document(str(files["docx"])).tables for row in t.rows for c in row.cells}
    text = files["html"].read_text(encoding="utf-8")
    values = {c.value for sheet in openpyxl.load_workbook(files["xlsx"]) for row in sheet.iter_rows() for c in row}
    for n in people:
        assert f"{n:,}" in cells
        assert f"{n:,}" in text
        assert n in values
    assert files["pdf"].read_bytes().startswith(b"%PDF")
    assert not [line for line in reported.lines(found, words) if "{" in line]


def test_without_a_bound_nothing_is_said_about_bounds(swept: tuple[Sweep, Path]) -> None:
    found, _ = swept
    blind = replace(found, rows=tuple(replace(row, gap=None) for row in found.rows))
    agree = load("en", WORDS)("sweep.agree")
    assert agree not in reported.of(blind, "en").verdict


def test_a_plan_beyond_another_solvers_bound_is_a_contradiction(swept: tuple[Sweep, Path]) -> None:
    found = swept[0]
    job = found.rows[0].job

    def row(solver: str, objective: int, bound: int | None, met: int = 3) -> Row:
        return Row(replace(job, solver=solver), "optimal", objective, bound, 0.0, 1, 2, met, 3)

    wrong = replace(found, rows=(row("a", 900, 950), row("b", 1000, 1000), row("c", 2000, None, met=2)))
    assert [(c.better.job.solver, c.bounded.job.solver) for c in wrong.contradictions()] == [("b", "a")]
    assert "contradictions" in [s.id for s in reported.of(wrong, "en").sections]
    assert list(replace(found, rows=(row("a", 990, 1000), row("b", 1000, 1000))).contradictions()) == []


def test_scenarios_of_several_counties_are_called_by_their_names(swept: tuple[Sweep, Path]) -> None:
    found, _ = swept
    (county,) = found.counties.values()
    rows = (*found.rows, *(replace(r, job=replace(r.job, county="other")) for r in found.rows))
    two = replace(found, counties={**found.counties, "other": county}, rows=rows)
    for lang, name in (("en", "Policies and money as they stand"), ("zh", "现行政策与资金")):
        (table,) = next(s for s in reported.of(two, lang).sections if s.id == "counties").tables
        assert name in {row[0] for row in table.rows}


def test_hostile_names_do_nothing(swept: tuple[Sweep, Path], tmp_path: Path) -> None:
    job = Job("tiny", "x", "</script><script>alert(1)</script>", "=1+1", "\x1b[2J")
    found = replace(swept[0], rows=(Row(job, "refused", says=({"code": "E1", "values": {"a": "<img src=x>"}},)),))
    for lang in LANGS:
        assert "<script>alert" not in bundle.html(reported.bundle(found, load(lang)))
        assert not [line for line in reported.lines(found, load(lang)) if "\x1b" in line]
        (xlsx,) = rooms.sweep("xlsx")(found, tmp_path, load(lang))
        cells = [c for sheet in openpyxl.load_workbook(xlsx) for line in sheet.iter_rows() for c in line]
        assert not [c for c in cells if c.data_type == "f"]


def test_the_command_refuses_what_is_not_there_before_anything_is_solved(
    siting_cli: Run, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for wrong, said in (
        (("--scenarios", "nosuch"), "E180"),
        (("--solvers", "nosuch"), "E192"),
        (("--format", "x"), "E192"),
    ):
        answer = siting_cli("sweep", tiny, *wrong, "--out", out, "--quiet")
        assert (answer.code, said in answer.err) == (3, True), answer.err
        assert not out.exists()
    assert siting_cli("sweep", tiny).code == 2


@pytest.mark.long
def test_three_counties_and_six_scenarios_survive_a_killed_worker(siting_cli: Run, tmp_path: Path) -> None:
    counties = []
    for n in range(3):
        folder = tmp_path / f"county{n}"
        made = siting_cli("new", folder, "--synthetic", "--villages", 20, "--seed", 20 + n)
        assert made.code == 0, made.err
        text = (folder / "county.toml").read_text(encoding="utf-8").replace('id = "', f'id = "c{n}-', 1)
        more = "".join(f'\n[scenarios."s{k}"]\ncapital_factor = 0.{k}\n' for k in range(1, 7))
        (folder / "county.toml").write_text(text + more, encoding="utf-8")
        counties.append(folder)
    out = tmp_path / "out"
    out.mkdir()
    names = [f"s{k}" for k in range(1, 7)]
    wanted = sweeping.plan(counties, names, ["highs"], out, Ask(gap=0.05, time_limit_s=10))
    assert len(wanted.jobs) == 18
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host=HERE, dashboard_address=f"{HERE}:0",
            worker_dashboard_address=f"{HERE}:0", memory_limit=0, silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        killed: list[int] = []

        def step(key: str, **values: Any) -> None:
            if key == "step.job" and values["done"] >= 6 and not killed:
                busy = [w for w, keys in client.processing().items() if keys]
                pid = client.run(os.getpid, workers=busy[:1])[busy[0]]
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        found = sweeping.sweep(wanted, out, solving.Listener(step=step), client=client)
    assert len(killed) == 1
    assert all(row.ended for row in found.rows), [(row.job.key, row.status) for row in found.rows]
    begun = [row.attempts for row in found.rows]
    assert sum(begun) - 18 in (0, 1)  # the job of the killed worker was begun again, no other one was
    assert len({row.job.run for row in found.rows}) == 18
    for row in found.rows:
        assert siting_cli("verify", row.job.run).code == 0
    assert sum(jobs.attempts(row.job) for row in found.rows) == sum(begun)  # nothing was begun behind our back


def test_a_cluster_that_ends_slowly_costs_no_answer() -> None:
    class Slow:
        closed = 0

        def close(self) -> None:
            self.closed += 1
            raise TimeoutError

    slow = Slow()
    sweeping._end(slow)  # type: ignore[arg-type]
    assert slow.closed == 1


def test_every_broken_county_is_named_before_anything_is_solved(tiny: Path, tmp_path: Path, siting_cli: Run) -> None:
    """Of a broken county among good ones only `county.toml` was named, and not whose, and the next one not at all."""
    broken = [Path(shutil.copytree(tiny, tmp_path / name)) for name in ("toml", "empty")]
    (broken[0] / "county.toml").write_text("broken", encoding="utf-8")
    (broken[1] / "sites.csv").write_text("", encoding="utf-8")
    answer = siting_cli("sweep", tiny, *broken, "--out", tmp_path / "out", "--quiet")
    assert answer.code == 3
    assert f"E100 {broken[0] / 'county.toml'}" in answer.err
    assert str(broken[1] / "sites.csv") in answer.err
    assert not (tmp_path / "out").exists()
