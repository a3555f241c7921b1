"""Spoilt county folders: each ends in named faults or in a plan that the checker accepts, and never in a traceback.

The short form runs here with every test; ``nox -s campaign-files -- 10000`` asks so many folders.
"""

from __future__ import annotations

import os
import shutil
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from siting.errors import Fault, Severity, SitingError
from siting.messages import UNSEEN, fault_lines
from siting.plans import measure
from siting.plans.outcome import Effort
from siting.problems import reachable
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.roads import travel
from siting.runs.journal import plan_file
from siting.solvers import greedy
from siting.verify import Auditor
from siting.words import LANGS, load

from . import test_options, test_own_times_county, test_verify_shared
from .conftest import write_tiny
from .spoiling import Files, spoilt
from .verify_street import write

SEEDS = int(os.environ.get("SITING_CAMPAIGN", "300"))
ESCAPED = sorted((Path(__file__).parent / "escaped" / "files").glob("*.toml"))


def bases_in(folder: Path) -> dict[str, Files]:
    """Four counties that hold all families, phases, red lines, targets, scenarios and own times between them."""
    street = write(folder / "street", test_options.TOML, test_options.SITES, lines=test_options.LINES,
                   disposal=test_options.DISPOSAL)  # fmt: skip
    toml = test_verify_shared.TOML.partition("[scenarios.wrong]")[0].replace('{ value = 15, source = "X" }', "15")
    shared = test_verify_shared.county(folder / "shared", toml)
    timed = test_own_times_county.tell(write_tiny(folder / "timed"), test_own_times_county.every("0.7", V1_C1="0"))
    made = {"tiny": write_tiny(folder / "tiny"), "street": street, "shared": shared, "timed": timed}
    return {name: {path.name: path.read_bytes() for path in sorted(at.iterdir())} for name, at in made.items()}


def judge(files: Files, folder: Path) -> str:
    """What siting makes of a folder: "refused", "no plan" or "planned"; an AssertionError where that is wrong."""
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    county, faults = instance.examine(folder)
    said(faults)
    auditor = Auditor(folder)
    if county is None or any(fault.severity is Severity.ERROR for fault in faults):
        assert any(fault.severity is Severity.ERROR for fault in faults), "refused without a reason"
        auditor.check({})
        return "refused"
    try:
        for name in ("baseline", *(n for n in scenario.names(county) if n != "baseline")):
            chosen, varied = scenario.of(county, name), scenario.under(county, name)
            problem = pose(varied, travel.times(varied), chosen)
            plan = greedy.solve(problem, Effort()).plan
            measures = measure.of(plan, varied, chosen)
            verdict = auditor.check(plan_file(plan, measures, varied, chosen))
            assert verdict.word == "valid", [(b.code, b.where, b.says) for b in verdict.breaches]
            said(list(reachable.faults(varied, problem, chosen)))
            for row, reached in zip(problem.targets, measures.targets, strict=True):
                most = reachable.most_of(problem, row)
                assert most is None or reached.value <= most, row.id
    except SitingError as refusal:
        said(list(refusal.faults))
        return "no plan"
    return "planned"


def said(faults: list[Fault]) -> None:
    """Every fault is a sentence in both languages, on one line, and names the file that it is about."""
    for lang in LANGS:
        for line in fault_lines(faults, load(lang)):
            assert not {unicodedata.category(c) for c in line} & UNSEEN, line


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    return bases_in(tmp_path_factory.mktemp("bases"))


def campaign(bases: dict[str, Files], folder: Path, seeds: range) -> Counter[str]:
    """Judge one spoilt county a seed; a failure names the seed and what was done."""
    ends: Counter[str] = Counter()
    for seed in seeds:
        name = sorted(bases)[seed % len(bases)]
        files, story = spoilt(bases[name], seed)
        try:
            ends[judge(files, folder / "county")] += 1
        except Exception as fault:
            raise AssertionError(f"seed {seed}, county {name}: {'; '.join(story)}") from fault
        shutil.rmtree(folder / "county")
        if seed % 500 == 499:
            print(f"seeds {seeds[0]} to {seed}: {dict(sorted(ends.items()))}", flush=True)
    return ends


@pytest.mark.parametrize("block", range(3))
def test_spoilt_folders_are_refused_in_words_or_planned(bases: dict[str, Files], tmp_path: Path, block: int) -> None:
    ends = campaign(bases, tmp_path, range(block * SEEDS // 3, (block + 1) * SEEDS // 3))
    assert ends["refused"] > SEEDS // 10
    assert ends["planned"] > SEEDS // 20
    print(f"seeds {block * SEEDS // 3} to {(block + 1) * SEEDS // 3 - 1}: {dict(sorted(ends.items()))}")


def test_bases_are_planned(bases: dict[str, Files], tmp_path: Path) -> None:
    assert {name: judge(files, tmp_path / name) for name, files in bases.items()} == dict.fromkeys(bases, "planned")


@pytest.mark.parametrize("path", ESCAPED, ids=lambda path: path.stem)
def test_what_was_found_once_stays_mended(path: Path, bases: dict[str, Files], tmp_path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    files = dict(bases[case["county"]])
    for change in case["changes"]:
        name = change["file"]
        if change.get("delete"):
            del files[name]
            continue
        text = files[name].decode("utf-8")
        assert change.get("old", "") in text
        text = text.replace(change["old"], change["new"], 1) if "old" in change else text
        files[name] = text.encode(change.get("encoding", "utf-8"))
    assert judge(files, tmp_path / "county") == case["ends"]
    codes = {fault.code for fault in instance.examine(tmp_path / "county")[1]}
    assert set(case.get("codes", [])) <= codes
