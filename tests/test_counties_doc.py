"""The lines of docs/counties.md, run as they stand there: from raw extracts and tables to plans that are verified."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COUNTIES = ROOT.parent / "shared" / "counties"
PAGE = (ROOT / "docs" / "counties.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
OF_COUNTIES = [line for line in LINES if " counties/" in line]


def _name(line: str) -> str:
    return line.split()[2]


def test_each_of_the_three_counties_has_one_line_to_a_verified_plan() -> None:
    assert [_name(line) for line in OF_COUNTIES] == ["legazpi", "andorra", "liechtenstein"]
    for line in OF_COUNTIES:
        assert [step.split()[:2] for step in line.split(" && ")] == [
            ["siting", "new"], ["siting", "solve"], ["siting", "verify"]
        ]  # fmt: skip
        assert ".osm.pbf" in line


@pytest.mark.long
@pytest.mark.skipif(not COUNTIES.is_dir(), reason="the real extracts are not beside the project")
@pytest.mark.parametrize("line", OF_COUNTIES, ids=_name)
def test_the_line_of_the_page_ends_in_a_verified_plan(tmp_path: Path, line: str) -> None:
    (tmp_path / "counties").symlink_to(COUNTIES)
    environment = os.environ | {"SITING_LANG": "en", "SITING_CACHE": str(tmp_path / "cache"), "PYTHONUTF8": "1"}
    for step in line.split(" && "):
        command = [sys.executable, "-c", "from siting.cli import main; main()", *shlex.split(step)[1:]]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=3600, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    run = tmp_path / "runs" / _name(line)
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert result["verdict"] == "valid"
    assert result["status"] in ("optimal", "gap_reached")
    assert (run / "report.html").is_file()
