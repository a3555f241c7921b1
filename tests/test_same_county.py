"""One county, however it is written down: encodings, line ends, quotes, the order of rows and columns change no byte of
the plan."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siting.plans import measure
from siting.plans.outcome import Effort
from siting.problems.posing import pose
from siting.reading import instance, scenario
from siting.roads import travel
from siting.runs.journal import plan_file
from siting.solvers import county as direct
from siting.verify import Auditor

from .conftest import write_tiny
from .test_options import DISPOSAL, LINES, SITES, TOML
from .verify_street import write

#: Ids and names that no single byte can hold, one of them beyond the first plane of Unicode.
CHINESE = {"V": "村", "S": "校", "T": "站", "L": "线路", "D": "𠮷场", "N": "节点"}
TABLES = ("settlements.csv", "sites.csv", "nodes.csv", "edges.csv", "lines.csv", "disposal.csv")
Cells = list[list[str]]
Tell = Callable[[Cells], bytes]


def chinese(text: str) -> Cells:
    """The cells of a table with Chinese ids and names."""

    def named(part: str) -> str:
        known = len(part) == 2 and part[0].upper() in CHINESE and part[1].isdigit()
        return CHINESE[part[0].upper()] + part[1] if known else part

    return [[";".join(map(named, cell.split(";"))) for cell in row] for row in csv.reader(io.StringIO(text))]


def told(cells: Cells, end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=quoting).writerows(cells)  # type: ignore[arg-type]
    return text.getvalue()


def shuffled(cells: Cells, seed: int = 7) -> Cells:
    """Rows and columns in another order."""
    dice = random.Random(seed)
    order = dice.sample(range(len(cells[0])), len(cells[0]))
    head, *body = [[row[k] for k in order] for row in cells]
    dice.shuffle(body)
    return [head, *body]


def padded(row: list[str]) -> list[str]:
    """Cells with blanks, and with a character that nobody sees."""
    return [f" {cell}\u200b " for cell in row]


#: How the tables are written, and the encoding that county.toml declares ("" for none).
WAYS: dict[str, tuple[Tell, str]] = {
    "UTF-8": (lambda c: told(c).encode(), ""),
    "UTF-8 with a mark": (lambda c: told(c).encode("utf-8-sig"), ""),
    "GB18030 as declared": (lambda c: told(c).encode("gb18030"), "gb18030"),
    "UTF-16 by its mark": (lambda c: told(c).encode("utf-16"), ""),
    "UTF-16, the other way round": (lambda c: codecs.BOM_UTF16_BE + told(c).encode("utf-16-be"), ""),
    "UTF-16 as declared, without a mark": (lambda c: told(c).encode("utf-16-le"), "utf-16"),
    "a mark goes before what is declared": (lambda c: told(c).encode("utf-8-sig"), "gb18030"),
    "lines of Windows": (lambda c: told(c, "\r\n").encode(), ""),
    "lines of an old Mac": (lambda c: told(c, "\r").encode(), ""),
    "everything in quotes": (lambda c: told(c, quoting=csv.QUOTE_ALL).encode(), ""),
    "rows and columns shuffled": (lambda c: told(shuffled(c)).encode(), ""),
    "all of it": (lambda c: told(shuffled(c, 8), "\r\n", csv.QUOTE_ALL).encode("gb18030"), "gb18030"),
    "blank rows and blanks around": (lambda c: told([c[0], [""] * len(c[0]), *map(padded, c[1:])]).encode(), ""),
}  # fmt: skip


def folder_in(way: str, folder: Path) -> Path:
    """The street of the other tests, with Chinese ids, written in one way."""
    tell, encoding = WAYS[way]
    write(folder, TOML, SITES, lines=LINES, disposal=DISPOSAL)
    for name in TABLES:
        (folder / name).write_bytes(tell(chinese((folder / name).read_text(encoding="utf-8"))))
    if encoding:
        toml = (folder / "county.toml").read_text(encoding="utf-8")
        toml = toml.replace('id = "street"\n', f'id = "street"\nencoding = "{encoding}"\n')
        (folder / "county.toml").write_text(toml, encoding="utf-8")
    return folder


def planned(folder: Path) -> bytes:
    """The bytes of the plan file but for the hashes of the inputs, which are what differs; the checker accepts it."""
    county, faults = instance.read(folder)
    chosen = scenario.of(county)
    outcome = direct.solve(pose(county, travel.times(county), chosen), Effort(gap=0, time_limit_s=900))
    content: dict[str, Any] = plan_file(outcome.plan, measure.of(outcome.plan, county, chosen), county, chosen)
    verdict = Auditor(folder).check(content)
    assert [(b.code, b.where, b.says) for b in verdict.breaches] == []
    del content["inputs"]
    warned = sorted((f.code, f.column, sorted(f.values.items())) for f in faults)
    return json.dumps([content, warned], ensure_ascii=False, default=str).encode()


@pytest.mark.usefixtures("in_process")
def test_however_a_county_is_written_its_plan_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    plans = {way: planned(folder_in(way, tmp_path / f"way-{k}")) for k, way in enumerate(WAYS)}
    first = plans["UTF-8"]
    assert "校".encode() in first
    assert [way for way, plan in plans.items() if plan != first] == []


def test_the_command_line_writes_the_same_plan_of_the_same_county(tmp_path: Path) -> None:
    """Other processes, other hash seeds, GB18030 with shuffled rows: only the hashes of the inputs differ.

    The greedy solver looks at no clock, so a busy machine gives the same plan as an idle one.
    """
    one, two = write_tiny(tmp_path / "one"), write_tiny(tmp_path / "two")
    for path in two.glob("*.csv"):
        cells = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        path.write_bytes(told(shuffled(cells), "\r\n").encode("gb18030"))
    toml = (two / "county.toml").read_text(encoding="utf-8")
    (two / "county.toml").write_text(toml.replace('id = "tiny"', 'id = "tiny"\nencoding = "gb18030"'), "utf-8")
    plans = []
    for seed, folder in enumerate((one, two), 1):
        run = tmp_path / f"run-{seed}"
        answer = subprocess.run(
            [sys.executable, "-m", "siting", "solve", folder, "--out", run, "--solver", "greedy", "--quiet"],
            capture_output=True, text=True, timeout=600, check=False,
            env=os.environ | {"PYTHONHASHSEED": str(seed), "SITING_CACHE": str(tmp_path / "cache")},
        )  # fmt: skip
        assert answer.returncode in (0, 5), answer.stderr
        plans.append(json.loads((run / "plan.json").read_text(encoding="utf-8")))
    assert plans[0].pop("inputs") != plans[1].pop("inputs")
    assert json.dumps(plans[0]) == json.dumps(plans[1])
