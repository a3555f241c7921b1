"""Walking up and down hills: times by hand, and the checker's own arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.counties.sections import Travel
from siting.errors import InputRefused
from siting.reading import instance
from siting.roads import slope, travel
from siting.roads.network import build, height_mm
from siting.roads.slope import UNKNOWN_MM
from siting.runs import solving
from siting.verify import verify_run
from siting.verify.read import read_county
from siting.verify.slope import height, milliseconds, read_pairs
from siting.verify.travel import Network

from .conftest import write_tiny

TOBLER = ((-10, 100), (-5, 84), (0, 100), (5, 119), (10, 142))
#: Heights of the nodes A to E: up 100 m in a kilometre, down 50 m, level, and one that nobody knows.
NODES = (
    "id,lon,lat,elevation_m\nA,100.00,25.0,0\nB,100.01,25.0,100\nC,100.02,25.0,50.0\nD,100.03,25.0,50\nE,100.04,25.0,\n"
)


def one(mm: int, mph: int, rise: int, pairs: slope.Slopes) -> int:
    arrays = (np.array([v], dtype=np.int64) for v in (mm, mph, rise))
    return int(slope.time_ms(*arrays, pairs)[0])


@pytest.mark.parametrize(
    ("rise_m", "ms"),
    [
        (100, 852_000),  # 10 %: 600 s * 1.42
        (-50, 504_000),  # 5 % down: 600 s * 0.84
        (-100, 600_000),
        (25, 657_000),  # 2.5 %: half-way from 100 to 119
        (0, 600_000),
        (400, 852_000),  # steeper than the table: its last share
        (-400, 600_000),
    ],
)
def test_times_by_hand(rise_m: int, ms: int) -> None:
    assert one(1_000_000, 6000, rise_m * 1000, TOBLER) == ms
    assert milliseconds(1_000_000, 6000, 0, rise_m * 1000, TOBLER) == ms


def test_without_slopes_or_heights_a_road_is_level() -> None:
    assert one(1_000_000, 6000, 100_000, ()) == 600_000
    assert one(1_000_000, 6000, UNKNOWN_MM, TOBLER) == 600_000
    assert milliseconds(1_000_000, 6000, None, 5, TOBLER) == 600_000
    known = np.array([0, UNKNOWN_MM, 7_000], dtype=np.int64)
    rises = slope.rises_mm(known, np.array([0, 1, 2, 0]), np.array([1, 0, 0, 2]))
    assert rises.tolist() == [UNKNOWN_MM, UNKNOWN_MM, -7_000, 7_000]


@settings(max_examples=60)
@given(
    mm=st.integers(1, 10**9),
    mph=st.integers(1, 200_000),
    heights=st.tuples(st.integers(-500_000, 9_000_000), st.integers(-500_000, 9_000_000)),
    pairs=st.dictionaries(st.integers(-100, 100), st.integers(10, 2000), min_size=2, max_size=8),
)
def test_model_and_checker_count_the_same_milliseconds(
    mm: int, mph: int, heights: tuple[int, int], pairs: dict[int, int]
) -> None:
    table = tuple(sorted(pairs.items()))
    found = one(mm, mph, heights[1] - heights[0], table)
    assert found == milliseconds(mm, mph, *heights, table)
    least, most = (bound(pairs.values()) for bound in (min, max))
    assert math.ceil(Fraction(mm * 36 * least, mph)) <= found <= math.ceil(Fraction(mm * 36 * most, mph))


@settings(max_examples=60)
@given(st.decimals(-500, 9000, places=5))
def test_heights_are_read_alike(metres: object) -> None:
    text = f"{metres:f}"
    assert height_mm(metres) == height(text)  # type: ignore[arg-type]


def test_heights_round_upwards_on_the_half() -> None:
    assert [height(text) for text in ("1.0005", "-1.0005", "-0.0015", "")] == [1001, -1000, -1, None]
    with pytest.raises(ValueError, match="out of range"):
        height("NaN")


@pytest.mark.parametrize("pairs", [[[0, 100]], [[5, 100], [0, 100]], [[0, 100], [0, 120]], [[0, 5], [5, 90]]])
def test_slopes_that_make_no_sense_are_refused(pairs: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="slopes"):
        Travel.model_validate({"speeds_kmh": {"road": 5}, "access_kmh": 5, "slopes": pairs})


def hilly(folder: Path, slopes: str = "[[-10, 100], [-5, 84], [0, 100], [5, 119], [10, 142]]") -> Path:
    """The county on a sheet of paper, with hills, and clinics on foot within 600 s a kilometre."""
    write_tiny(folder)
    toml = (folder / "county.toml").read_text(encoding="utf-8")
    toml = toml.replace("access_kmh = 3.6\n", f"access_kmh = 3.6\nslopes = {{ value = {slopes}, source = 'X' }}\n")
    drive = 'mode = "drive"\nlimit_min = { value = 1, source = "X", note = "inclusive" }'
    toml = toml.replace(drive, 'mode = "walk"\nlimit_min = 11')
    (folder / "county.toml").write_text(toml, encoding="utf-8")
    (folder / "nodes.csv").write_text(NODES, encoding="utf-8")
    return folder


def test_directions_of_a_road_differ(tmp_path: Path) -> None:
    folder = hilly(tmp_path / "hills")
    county, faults = instance.read(folder)
    assert [(f.code, f.values["count"]) for f in faults if f.code == "W171"] == [("W171", 1)]
    walk = build(county, "walk")
    place = {str(county.roads.node_ids[k]): n for n, k in enumerate(walk.node)}
    theirs = Network(read_county(folder), "walk").into[0]
    number = {name: k for k, name in enumerate("ABCDE")}
    seconds = {
        "AB": 852, "BA": 600, "BC": 504, "CB": 714, "CD": 600, "DE": 600, "EA": 300, "AE": 300,
    }  # fmt: skip  # up 100 m and down, down 50 m and up, level, a height that is not known
    for (tail, head), expected in seconds.items():
        assert walk.time_ms[place[tail], place[head]] == expected * 1000
        assert dict(theirs[number[head]])[number[tail]] == expected * 1000
        assert walk.length_mm[place[tail], place[head]] == (500_000 if {tail, head} == {"A", "E"} else 1_000_000)


def test_whole_numbers_may_be_written_with_a_point(tmp_path: Path) -> None:
    folder = hilly(tmp_path / "hills", "[[-10.0, 100], [-5, 84.0], [0, 100], [5, 119], [10, 142]]")
    county, _ = instance.read(folder)
    assert county.file.network.modes["walk"].slopes == TOBLER
    assert read_pairs(read_county(folder).toml["network"]["modes"]["walk"]["slopes"]) == TOBLER
    for wrong in ([[0, 100], [0.5, 90]], [[True, 100], [1, 90]], [[0, 100], [0, 90]], [[None, 1]]):
        with pytest.raises(ValueError, match=r"number|ascend"):
            read_pairs(wrong)


def test_slopes_change_who_is_served(tmp_path: Path) -> None:
    """In a valley V2 walks 10 minutes to either clinic on the level, but 14 and 12 minutes uphill; the limit is 11."""
    valley = NODES.replace("25.0,0\n", "25.0,100\n").replace("B,100.01,25.0,100", "B,100.01,25.0,0")

    def reached(slopes: str) -> set[tuple[str, str]]:
        folder = hilly(tmp_path / f"h{len(slopes)}", slopes)
        (folder / "nodes.csv").write_text(valley, encoding="utf-8")
        county, _ = instance.read(folder)
        ways = travel.times(county).pairs("clinic")
        sites = [i for _, i in travel.sites_of(county, "clinic")]
        return {(county.settlements[k].id, sites[j]) for k, j in zip(ways.settlement, ways.site, strict=True)}

    level, steep = reached("[[-10, 100], [10, 100]]"), reached("[[-5, 84], [0, 100], [5, 119], [10, 142]]")
    assert level - steep == {("V2", "C1"), ("V2", "C3")}
    assert steep <= level


def test_a_plan_on_hills_is_verified(tmp_path: Path) -> None:
    run = tmp_path / "run"
    solving.solve(hilly(tmp_path / "hills"), run, solving.Ask(solver="greedy"))
    assert verify_run(run).word == "valid"
    # on other slopes the same ways take other times, and the checker says so
    toml = (run / "inputs" / "county.toml").read_text(encoding="utf-8")
    (run / "inputs" / "county.toml").write_text(toml.replace("[-5, 84]", "[-5, 83]"), encoding="utf-8")
    breaches = verify_run(run).breaches
    assert {breach.code for breach in breaches if breach.where.startswith("services.clinic")} == {"E706"}


def test_a_scenario_may_change_slopes(tmp_path: Path) -> None:
    folder = hilly(tmp_path / "hills")
    toml = (folder / "county.toml").read_text(encoding="utf-8")
    toml += "\n[scenarios.level]\nname = 'level'\nchanges = { 'network.modes.walk.slopes' = [] }\n"
    (folder / "county.toml").write_text(toml, encoding="utf-8")
    from siting.reading import scenario
    from siting.verify.read import read_folder

    county, _ = instance.read(folder)
    changed = build(scenario.under(county, "level"), "walk")
    assert set(changed.time_ms.data.tolist()) == {600_000.0, 300_000.0}
    theirs = Network(read_folder(folder).county("level"), "walk").into[0]
    assert {ms for arcs in theirs for _, ms in arcs} == {600_000, 300_000}


def test_a_height_that_is_none_is_refused(tmp_path: Path) -> None:
    folder = hilly(tmp_path / "hills")
    (folder / "nodes.csv").write_text(NODES.replace("50.0", "29000"), encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        instance.read(folder)
    assert [(f.code, f.file, f.row, f.column) for f in caught.value.faults if f.code[0] == "E"][:1] == [
        ("E108", "nodes.csv", 4, "elevation_m")
    ]
