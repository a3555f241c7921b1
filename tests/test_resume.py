"""A run that was cut off goes on from what it had; a plan of another run is a start; nothing better is given up."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siting import rooms, store
from siting.errors import CannotWrite, InputRefused, SolverFailed
from siting.plan import Plan
from siting.plans.outcome import Effort, Known, Outcome, Stage, Stop
from siting.problems.problem import Problem
from siting.runs import folder, journal, solving
from siting.runs.solving import Ask
from siting.verify import verify_run

from .conftest import Run

pytestmark = pytest.mark.usefixtures("in_process")


@pytest.fixture(autouse=True)
def own_cache(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITING_CACHE", str(cache_folder))


@pytest.fixture
def cut_off(solved: Path, tmp_path: Path) -> Path:
    """The finished run as it would stand if it had been killed before its end."""
    run = Path(shutil.copytree(solved, tmp_path / "run"))
    (run / "result.json").unlink()
    return run


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def change(path: Path, how: Callable[[Any], None]) -> None:
    data = content(path)
    how(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def test_a_run_that_was_cut_off_goes_on_and_is_reported(cut_off: Path, siting_cli: Run) -> None:
    before = (cut_off / "plan.json").read_bytes()
    answer = siting_cli("resume", cut_off, "--json", "--quiet", "--time-limit", 30)
    assert answer.code == 0, answer.text
    assert answer.object["resumed"] == 1
    assert (answer.object["status"], answer.object["verdict"]) == ("optimal", "valid")
    assert answer.object["options"]["time_limit_s"] == 30
    assert (cut_off / "plan.json").read_bytes() == before
    assert journal.read(cut_off).resumed == 1
    assert verify_run(cut_off).word == "valid"


def test_what_was_proven_is_not_searched_again(cut_off: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from siting.solvers.process import supervise

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a stage that was proven is searched again")

    monkeypatch.setattr(supervise, "run", never)
    told = solving.resume(cut_off)
    assert [stage["stop"] for stage in told["stages"]] == ["proven"] * len(told["stages"])


def test_a_run_without_a_plan_begins_anew(cut_off: Path) -> None:
    (cut_off / "plan.json").unlink()
    assert solving.resume(cut_off)["status"] == "optimal"
    assert verify_run(cut_off).word == "valid"


def test_changed_inputs_are_named_and_nothing_is_solved(cut_off: Path, siting_cli: Run) -> None:
    table = cut_off / "inputs" / "settlements.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("V1,one", "V1,eins"), encoding="utf-8")
    answer = siting_cli("resume", cut_off, "--quiet")
    assert answer.code == 3
    assert "E195" in answer.err
    assert "settlements.csv" in answer.err
    assert not (cut_off / "result.json").exists()


@pytest.mark.parametrize("spoil", ["", "{", "[]", '{"format": 1}', "[" * 100_000, '{"format": 1, "seal": "x"}'])
def test_a_journal_that_is_none_is_one_fault(cut_off: Path, siting_cli: Run, spoil: str) -> None:
    (cut_off / "journal.json").write_text(spoil, encoding="utf-8")
    answer = siting_cli("resume", cut_off, "--quiet")
    assert answer.code == 3
    assert answer.err.count("E191") == 1


def test_a_journal_that_was_edited_is_refused(cut_off: Path) -> None:
    change(cut_off / "journal.json", lambda data: data["bounds"][0].update(bound=0))
    with pytest.raises(InputRefused, match="seal"):
        solving.resume(cut_off)


def test_a_folder_that_is_no_run_cannot_be_resumed(tmp_path: Path, siting_cli: Run) -> None:
    answer = siting_cli("resume", tmp_path / "nowhere", "--quiet")
    assert (answer.code, "E190" in answer.err) == (3, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_plan_of_another_run_is_a_start(tiny: Path, solved: Path, tmp_path: Path) -> None:
    seen: list[Plan] = []
    listener = solving.Listener(plan=lambda county, plan: seen.append(plan))
    told = solving.solve(tiny, tmp_path / "new", Ask(), listener, start=solved)
    assert told["status"] == "optimal"
    assert seen[0].to_json() == Plan.from_json(content(solved / "plan.json")).to_json()


def wrong_type(plan: Any) -> None:
    plan["services"]["clinic"]["open"][0]["site"] = 7


def too_dear(plan: Any) -> None:
    plan["spending"][0]["amount"] += 1


def foreign(plan: Any) -> None:
    plan["county"] = "elsewhere"


def other_services(plan: Any) -> None:
    del plan["services"]["school"]


@pytest.mark.parametrize("how", [wrong_type, too_dear, foreign, other_services])
def test_a_start_that_is_no_plan_here_is_one_fault(
    tiny: Path, solved: Path, tmp_path: Path, siting_cli: Run, how: Callable[[Any], None]
) -> None:
    other = Path(shutil.copytree(solved, tmp_path / "other"))
    change(other / "plan.json", how)
    answer = siting_cli("solve", tiny, "--out", tmp_path / "new", "--start", other, "--quiet")
    assert answer.code == 3
    assert answer.err.count("E191") == 1, answer.err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("spoil", [b"", b"{", b"[]", b"\xff\xfe", b"nul", b"[" * 100_000])
def test_a_start_that_cannot_be_read_is_one_fault(tiny: Path, tmp_path: Path, siting_cli: Run, spoil: bytes) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "plan.json").write_bytes(spoil)
    answer = siting_cli("solve", tiny, "--out", tmp_path / "new", "--start", tmp_path / "other", "--quiet")
    assert (answer.code, answer.err.count("E191")) == (3, 1), answer.err


def test_a_known_bound_holds_from_the_levels_of_its_proof_upwards() -> None:
    known = Known(("a", "b"), "tier 2", 7, {"tier 1": 5})
    assert known.holds(("a", "b"), "tier 2", {"tier 1": 5})
    assert known.holds(("a", "b"), "tier 2", {"tier 1": 6})
    assert not known.holds(("a", "b"), "tier 2", {"tier 1": 4})
    assert not known.holds(("a", "b"), "tier 2", {})
    assert not known.holds(("a",), "tier 2", {"tier 1": 5})
    assert not known.holds(("a", "b"), "worth", {"tier 1": 5})


def stubbed(monkeypatch: pytest.MonkeyPatch, solver: Callable[[Problem, Effort], Outcome]) -> None:
    """Put a solver in the place of ``highs``."""
    found = rooms.solver
    monkeypatch.setattr(rooms, "solver", lambda name: solver if name == "highs" else found(name))


def test_a_better_plan_on_the_way_is_not_given_up_for_the_last_one(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy = rooms.solver("greedy")

    def forgetful(problem: Problem, effort: Effort) -> Outcome:
        good = greedy(problem, Effort())
        effort.on_plan(good.plan)
        today = tmp_path / "today"
        solving.solve(tiny, today, Ask(scenario="baseline", solver="greedy"))
        worse = Plan.from_json(content(today / "plan.json"))
        return Outcome(worse, (Stage("worth", 0, None, Stop.HEURISTIC, 0.0),), "forgetful", "1")

    stubbed(monkeypatch, forgetful)
    told = solving.solve(tiny, tmp_path / "run", Ask())
    best = solving.solve(tiny, tmp_path / "best", Ask(solver="greedy"))
    assert told["objective"] == best["objective"] == told["stages"][0]["objective"] > 0


@pytest.mark.parametrize(("more", "bound", "stop"), [(1, None, Stop.TIME), (0, -1, Stop.TIME), (0, None, Stop.PROVEN)])
def test_a_stage_that_claims_what_the_plan_does_not_have_is_refused(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int, bound: int | None, stop: Stop
) -> None:
    greedy = rooms.solver("greedy")

    def boasts(problem: Problem, effort: Effort) -> Outcome:
        true = greedy(problem, effort)
        worth = true.stage("worth")
        assert worth is not None
        said = Stage("worth", worth.objective + more, None if bound is None else worth.objective + bound, stop, 0.0)
        return Outcome(true.plan, (said,), "boasts", "1")

    stubbed(monkeypatch, boasts)
    with pytest.raises(SolverFailed, match="E902"):
        solving.solve(tiny, tmp_path / "run", Ask())
    assert not (tmp_path / "run" / "result.json").exists()
    assert verify_run(tmp_path / "run").word == "valid"  # what was kept on the way


def test_a_solver_that_dies_leaves_its_last_plan(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "JOURNAL_EVERY_S", 1e9)
    greedy = rooms.solver("greedy")

    def dies(problem: Problem, effort: Effort) -> Outcome:
        first = greedy(problem, Effort()).plan
        effort.on_plan(first)
        effort.on_plan(first)
        raise SolverFailed(())

    stubbed(monkeypatch, dies)
    with pytest.raises(SolverFailed):
        solving.solve(tiny, tmp_path / "run", Ask())
    assert verify_run(tmp_path / "run").word == "valid"
    assert journal.read(tmp_path / "run").plans


def test_a_folder_with_other_things_in_it_is_not_taken(tiny: Path, tmp_path: Path, siting_cli: Run) -> None:
    letters = tmp_path / "letters"
    (letters / "inputs").mkdir(parents=True)
    (letters / "inputs" / "letter.txt").write_text("dear", encoding="utf-8")
    for out in (letters, tiny):
        answer = siting_cli("solve", tiny, "--out", out, "--quiet")
        assert (answer.code, "E803" in answer.err) == (8, True)
    assert (letters / "inputs" / "letter.txt").read_text(encoding="utf-8") == "dear"
    assert not (tiny / ".lock").exists()


def test_a_folder_that_is_used_again_keeps_no_report_of_before(tiny: Path, solved: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(solved, tmp_path / "run"))
    for name in ("report.docx", "report.en.pdf", "report.json", "sites.geojson", "moves.csv"):
        (run / name).write_text("old", encoding="utf-8")
    (run / "notes.txt").write_text("mine", encoding="utf-8")
    made = {path.name for path in solved.iterdir()} - {".lock", "inputs"}
    assert made <= {*folder.MADE, "plan.json", "result.json", "before.json", "journal.json", "solver.log"}
    folder.clear(run)
    assert sorted(path.name for path in run.iterdir()) == [".lock", "notes.txt"]


def test_a_file_that_changes_while_it_is_read_is_said(tiny: Path, tmp_path: Path) -> None:
    from siting.reading import instance

    county, _ = instance.read(tiny)
    (tiny / "sites.csv").write_text("id\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="E194"):
        folder.copy_inputs(county, store.make_folder(tmp_path / "run"))
    (tiny / "sites.csv").unlink()
    with pytest.raises(InputRefused, match="E194"):
        folder.copy_inputs(county, tmp_path / "run")


def test_two_runs_of_the_same_second_get_folders_of_their_own(tmp_path: Path) -> None:
    names = [store.new_folder(tmp_path / "runs" / "a").name for _ in range(3)]
    assert names == ["a", "a-2", "a-3"]
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotWrite):
        store.new_folder(tmp_path / "file" / "a")
