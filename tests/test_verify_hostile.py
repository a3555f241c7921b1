"""Whatever is put into a plan or a county folder, the checker answers, and it passes nothing that differs."""

from __future__ import annotations

import copy
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.verify import Auditor

from . import test_verify_haul as haul
from . import test_verify_lines as lines
from . import test_verify_shared as shared
from .verify_street import Plan, site

COUNTIES = ("lines", "haul", "shared")


def folder_of(name: str, path: Path) -> Path:
    """One of the counties of the other tests."""
    if name == "shared":
        return shared.county(path)
    if name == "haul":
        sites = site("W2", "waste", 2, "existing", capacity_tpd=0.15) + site("W4", "waste", 4)
        return haul.street.write(path, haul.TOML, sites, disposal=haul.DISPOSAL)
    sites = site("S0", "school", 0, "existing", size="small") + site("S4", "school", 4)
    return lines.street.write(path, lines.TOML, sites, lines=lines.LINES)


def plan_of(name: str, folder: Path) -> Plan:
    return {"lines": lines, "haul": haul, "shared": shared}[name].plan(folder)


@pytest.fixture(scope="module")
def truths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Auditor, Plan]]:
    """Auditor and valid plan by county."""
    found = {}
    for name in COUNTIES:
        folder = folder_of(name, tmp_path_factory.mktemp(name) / "county")
        auditor, plan = Auditor(folder), plan_of(name, folder)
        figures = auditor.check(plan).figures
        plan["claims"] = {key: figures[key] for key in plan["claims"]}
        assert auditor.check(plan).breaches == ()
        found[name] = auditor, plan
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything in a plan but the whole."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, item in items for found in [(*path, key), *places(item, (*path, key))]]
    return []


WORDS = re.findall(
    r"\S+",
    """
    S0 S4 L1 L2 L3 W2 W4 D1 D2 D3 C0 C1 C2 C3 C4 H1 H3 V0 V1 V2 V3 V4 V5 school bus waste clinic hospital county health
    small beds places daily seldom large standard keep new expand 2025 2030 full not_built no_site_in_reach unreachable
    base baseline poor towns rich wrong broken 1 0.5 {x}
    """,
)
VALUES = st.one_of(
    st.integers(-2, 300),
    st.integers(),
    st.sampled_from(["", *WORDS]),
    st.text(),
    st.floats(),
    st.none(),
    st.booleans(),
    st.just([]),
    st.just({}),
)


@pytest.mark.parametrize("name", COUNTIES)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_change_passes_unseen(name: str, data: st.DataObject, truths: dict[str, tuple[Auditor, Plan]]) -> None:
    auditor, true = truths[name]
    plan = copy.deepcopy(true)
    for _ in range(data.draw(st.integers(1, 3))):
        *steps, last = data.draw(st.sampled_from(places(plan)))
        at: Any = plan
        for step in steps:
            at = at[step]
        change = data.draw(st.sampled_from(["put", "put", "put", "drop", "twice"]))
        if change == "put":
            at[last] = data.draw(VALUES)
        elif change == "drop":
            del at[last]
        elif isinstance(at, list):
            at.insert(last, copy.deepcopy(at[last]))
    verdict = auditor.check(plan)
    if verdict.word == "valid":
        assert plan["services"] == true["services"]
        assert plan["spending"] == true["spending"]


@pytest.mark.parametrize("name", COUNTIES)
@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_folder_never_crashes(name: str, seed: int, tmp_path: Path) -> None:
    """A few characters of one file changed, a line dropped, or a word of the county in the place of another."""
    rng = random.Random(seed * 7 + len(name))
    folder = folder_of(name, tmp_path / "county")
    for _ in range(3):
        path = rng.choice(sorted(folder.iterdir()))
        text = path.read_text(encoding="utf-8")
        rows = text.split("\n")
        row = rng.randrange(len(rows))
        kind = rng.randrange(4)
        if kind == 0:
            del rows[row]
        elif kind == 1 and rows[row]:
            at = rng.randrange(len(rows[row]))
            rows[row] = rows[row][:at] + rng.choice('0-.,;"[]{}=é\x00') + rows[row][at + 1 :]
        else:
            words = rows[row].replace('"', ",").split(",")
            rows[row] = rows[row].replace(rng.choice(words) or "?", rng.choice(["", "-1", "0", "1e9", "nan", *WORDS]))
        path.write_text("\n".join(rows), encoding="utf-8")
    plan = plan_of(name, folder)
    verdict = Auditor(folder).check(plan)
    assert verdict.word == "rejected"  # its claims are empty
    assert all(breach.code.startswith("E7") for breach in verdict.breaches)
