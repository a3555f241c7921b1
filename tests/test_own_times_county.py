"""A county that goes by the planner's own travel times: in the plan, in the checker, in what is said of them."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from siting.counties.county import County
from siting.errors import InputRefused
from siting.reading import instance
from siting.reports import content
from siting.roads import travel
from siting.runs import solving
from siting.studies import study
from siting.verify import verify_run

from . import verify_street as street
from .conftest import Run, write_tiny
from .test_verify_haul import DISPOSAL, TOML
from .verify_street import site

CLINICS, SCHOOLS = ("C1", "C3", "C5"), ("S2", "S4")
VILLAGES = tuple(f"V{k}" for k in range(1, 8))


@pytest.fixture
def county_folder(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny")


def tell(folder: Path, rows: list[tuple[str, str, str, str]], head: str = "settlement,site,mode,minutes") -> Path:
    text = "\n".join([head, *(",".join(row) for row in rows)])
    (folder / "times.csv").write_text(text + "\n", encoding="utf-8")
    return folder


def every(minutes: str = "5", **others: str) -> list[tuple[str, str, str, str]]:
    """A row by car for each pair; ``others`` gives other minutes, as in ``V1_C1="0.5"``."""
    return [(v, s, "drive", others.get(f"{v}_{s}", minutes)) for v in VILLAGES for s in (*CLINICS, *SCHOOLS)]


def ways(county: County, service: str) -> dict[tuple[str, str], tuple[int, int]]:
    """(settlement, site) → (access, ms or mm)."""
    found, sites = travel.times(county).pairs(service), [i for _, i in travel.sites_of(county, service)]
    columns = (found.settlement.tolist(), found.site.tolist(), found.access.tolist(), found.cost.tolist())
    return {(county.settlements[i].id, sites[j]): (a, c) for i, j, a, c in zip(*columns, strict=True)}


def codes(folder: Path) -> list[tuple[str, int | None, str]]:
    _, faults = instance.examine(folder)
    return [(f.code, f.row, f.column) for f in faults if f.file == "times.csv"]


def test_the_ways_in_time_are_those_of_the_table(county_folder: Path) -> None:
    tell(county_folder, every("5", V1_C3="0.99999", V4_C1="1", V5_C5="1.0000001", V6_C1="0", V2_C1="", V7_S4="0.5"))
    county, _ = instance.read(county_folder)
    clinic = ways(county, "clinic")
    timed = {pair: cost for pair, (access, cost) in clinic.items() if access == 0}
    assert timed == {("V1", "C3"): 60_000, ("V4", "C1"): 60_000, ("V6", "C1"): 0}  # rounded up; the limit is inside
    assert clinic["V5", "C5"] == (1, 0)  # on foot by road distance, which the table does not change
    assert ("V2", "C1") not in clinic
    assert ways(county, "school") == {("V7", "S4"): (0, 30_000)}


def test_a_mode_that_the_table_does_not_name_stays_with_the_roads(county_folder: Path) -> None:
    before = ways(instance.read(county_folder)[0], "clinic")
    tell(county_folder, [(v, s, "walk", "999") for v in VILLAGES for s in CLINICS])
    assert ways(instance.read(county_folder)[0], "clinic") == before  # walking has no limit in time here


def plan_of(folder: Path, run: Path) -> Path:
    solving.solve(folder, run, solving.Ask(solver="greedy"))
    assert verify_run(run).breaches == ()
    return run


@pytest.mark.parametrize("seed", range(4))
def test_the_checker_accepts_plans_on_any_table(county_folder: Path, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    rows = [(v, s, m, dice.choice(["", "0", "0.25", "0.5", "0.9999", "1", "1.00001", "3"])) for v, s, m, _ in every()]
    tell(county_folder, [row for row in rows if dice.random() < 0.8])
    plan_of(county_folder, tmp_path / "run")


def test_a_plan_of_other_times_is_rejected(county_folder: Path, tmp_path: Path) -> None:
    tell(county_folder, every("0.5"))
    run = plan_of(county_folder, tmp_path / "run")
    tell(run / "inputs", every("0.6"))
    assert "E706" in {breach.code for breach in verify_run(run).breaches}
    tell(run / "inputs", every("2"))
    assert "E702" in {breach.code for breach in verify_run(run).breaches}
    tell(run / "inputs", [*every("0.5"), ("V1", "C1", "drive", "0.5")])
    assert {breach.code for breach in verify_run(run).breaches} == {"E708"}


def test_the_report_says_whose_times_they_are(county_folder: Path, tmp_path: Path) -> None:
    tell(county_folder, every("0.5", V1_C1=""))
    toml = (county_folder / "county.toml").read_text(encoding="utf-8")
    toml = toml.replace("access_kmh = 3.6\n", "access_kmh = 3.6\nslopes = [[-5, 90], [5, 120]]\n")
    (county_folder / "county.toml").write_text(toml, encoding="utf-8")
    told = content.of(study.load(plan_of(county_folder, tmp_path / "run")), "en")
    sentences = next(section for section in told.sections if section.id == "data").sentences
    assert any("drive, 35 pairs, 34 of them with a way" in sentence for sentence in sentences)
    assert any("heights of the road nodes: walk" in sentence for sentence in sentences)


def test_who_lives_off_the_roads_is_reached_by_a_time(county_folder: Path, tmp_path: Path) -> None:
    """V6 lies 22 km from every road: the table reaches it, and the reason of who is left over changes."""
    tell(county_folder, every("3", V6_C1="1"))
    run = plan_of(county_folder, tmp_path / "run")
    services = json.loads((run / "plan.json").read_text(encoding="utf-8"))["services"]
    assert [a["site"] for a in services["clinic"]["assignments"] if a["settlement"] == "V6"] == ["C1"]
    reasons = {u["settlement"]: u["reason"] for u in services["school"]["unserved"]}
    assert reasons["V6"] == "no_site_in_reach"
    assert not [f for f in instance.examine(county_folder)[1] if f.code in ("E134", "W134") and f.values["id"] == "V6"
                and "drive" in str(f.values["modes"])]  # fmt: skip
    tell(county_folder, [(v, s, m, "" if v == "V6" else t) for v, s, m, t in every("3")])
    run = plan_of(county_folder, tmp_path / "again")
    services = json.loads((run / "plan.json").read_text(encoding="utf-8"))["services"]
    assert {u["settlement"]: u["reason"] for u in services["school"]["unserved"]}["V6"] == "unreachable"


def test_every_fault_of_the_table_at_once(county_folder: Path) -> None:
    tell(
        county_folder,
        [
            ("V1", "C1", "drive", "1"), ("V9", "C1", "drive", "1"), ("V1", "C9", "drive", "1"),
            ("V1", "C3", "boat", "1"), ("V1", "C1", "drive", ""), ("V2", "C1", "drive", "1e3"),
            ("V2", "C3", "drive", "-1"), ("V2", "C5", "drive", "10081"), ("V3", "C5", "drive", "１０"),
        ],
    )  # fmt: skip
    assert codes(county_folder) == [
        ("E122", 3, "settlement"), ("E172", 4, "site"), ("E109", 5, "mode"), ("E173", 6, "site"),
        ("E110", 7, "minutes"), ("E110", 8, "minutes"), ("E108", 9, "minutes"), ("W172", None, "site"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [("settlement,site,mode\nV1,C1,drive\n", "E117"), ("settlement,site,mode,minute\nV1,C1,drive,1\n", "E115"),
     ("settlement,site,mode,minutes\n", "E119"), ("settlement,site,mode,minutes\nV1,C1,drive\n", "E106")],
)  # fmt: skip
def test_a_table_of_another_shape_is_refused(county_folder: Path, text: str, code: str) -> None:
    (county_folder / "times.csv").write_text(text, encoding="utf-8")
    assert codes(county_folder)[0][0] == code
    with pytest.raises(InputRefused):
        instance.read(county_folder)


def test_missing_pairs_are_counted_and_named(county_folder: Path) -> None:
    rows = every("2")
    tell(county_folder, rows)
    assert codes(county_folder) == []
    tell(county_folder, [row for row in rows if row[:2] not in {("V2", "C3"), ("V4", "S4"), ("V7", "C1")}])
    (fault,) = [f for f in instance.examine(county_folder)[1] if f.code == "W172"]
    assert (fault.values["count"], fault.values["total"]) == (3, 35)
    assert fault.values["first"] == "V2 → C3, V4 → S4, V7 → C1"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_command_takes_a_table_over(county_folder: Path, tmp_path: Path, siting_cli: Run) -> None:
    table = tmp_path / "步行.csv"
    pairs = [(v, s) for v in VILLAGES for s in (*CLINICS, *SCHOOLS) if (v, s) != ("V2", "S2")]
    lines = [f"{v},{s},{'' if v == 'V6' else '0.333335'}" for v, s in pairs]
    table.write_bytes(("村,设施,分钟\n" + "\n".join(lines)).encode("gb18030"))
    assert siting_cli("times", county_folder, table).code == 3  # it does not say by which mode
    assert not (county_folder / "times.csv").exists()
    answer = siting_cli("times", county_folder, table, "--mode", "drive", lang="zh")
    assert answer.code == 0, answer.text
    assert "34" in answer.out
    rows = _rows(county_folder / "times.csv")
    assert len(rows) == 34
    assert {row["minutes"] for row in rows if row["settlement"] == "V6"} == {""}
    assert _rows(county_folder / "times_missing.csv") == [{"settlement": "V2", "site": "S2", "mode": "drive"}]
    county, _ = instance.read(county_folder)
    assert set(county.own_times["drive"].ms.tolist()) == {20_001}  # 0.333335 min are 20,000.1 ms
    # a second table by another mode leaves the first alone
    before = county.own_times["drive"].ms.tolist()
    other = tmp_path / "walk.csv"
    other.write_text("settlement,site,minutes,mode\n" + "\n".join(f"{v},{s},9,步行" for v, s in pairs), "utf-8")
    assert siting_cli("times", county_folder, other).code == 0
    county, _ = instance.read(county_folder)
    assert county.own_times["drive"].ms.tolist() == before
    assert set(county.own_times) == {"drive", "walk"}


def test_the_command_refuses_a_table_with_holes(county_folder: Path, tmp_path: Path, siting_cli: Run) -> None:
    table = tmp_path / "t.csv"
    table.write_text("settlement,site,minutes\n" + "\n".join(f"{v},C1,1" for v in VILLAGES[:5]), encoding="utf-8")
    answer = siting_cli("times", county_folder, table, "--mode", "drive")
    assert answer.code == 3
    assert "E251" in answer.err
    assert "V6, V7" in answer.err
    assert "E252" in answer.err
    assert not (county_folder / "times.csv").exists()
    assert siting_cli("times", county_folder, table, "--mode", "bus").code == 3


def test_parquet_is_taken_over(county_folder: Path, tmp_path: Path, siting_cli: Run) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    rows = every("0.5")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(("settlement", "site", "mode", "minutes"))}
    parquet.write_table(
        arrow.table(columns | {"minutes": [float(m) for m in columns["minutes"]]}), tmp_path / "t.parquet"
    )
    assert siting_cli("times", county_folder, tmp_path / "t.parquet").code == 0
    assert set(instance.read(county_folder)[0].own_times["drive"].ms.tolist()) == {30_000}


def test_waste_goes_by_its_own_times_and_on_by_the_roads(tmp_path: Path) -> None:
    sites = site("W2", "waste", 2, "existing", capacity_tpd=0.15) + site("W4", "waste", 4, host="V4")
    folder = street.write(tmp_path / "street", TOML.replace("homes_m = 100", "homes_m = 0"), sites, disposal=DISPOSAL)
    told = {("V0", "D1"): "1", ("V4", "W4"): "0.5", ("V0", "W2"): "1", ("V3", "W2"): "2"}
    rows = [
        (f"V{k}", s, "drive", told.get((f"V{k}", s), "9")) for k in range(6) for s in ("W2", "W4", "D1", "D2", "D3")
    ]
    tell(folder, rows)
    county, faults = instance.read(folder)
    assert not [f for f in faults if f.code == "W172"]
    assert ways(county, "waste") == {("V0", "D1"): (1, 60_000), ("V0", "W2"): (0, 60_000), ("V4", "W4"): (0, 30_000)}
    assert len(travel.times(county).transfers["waste"].cost) > 0
    plan_of(folder, tmp_path / "run")
