"""A planner's own travel times: read whole, every fault at once, nothing that is missing is guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting import words
from siting.errors import InputRefused
from siting.instances import own_times
from siting.instances.own_times import TimesRead, read_own_times

VILLAGES = ("01", "02", "甲")
SITES = ("s1", "s2")


def table(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, modes: tuple[str, ...] = ("walk", "drive")) -> TimesRead:
    return read_own_times(path, VILLAGES, SITES, modes)


def refused(path: Path, modes: tuple[str, ...] = ("walk", "drive")) -> list[tuple[str, int | None]]:
    with pytest.raises(InputRefused) as caught:
        read(path, modes)
    for fault in caught.value.faults:
        assert all(words.load(lang)(fault.code, **fault.values) for lang in words.LANGS)
    return sorted((fault.code, fault.row) for fault in caught.value.faults)


def rows(times: TimesRead, mode: str) -> list[tuple[int, int, int]]:
    pairs = times.by_mode[mode]
    assert {column.dtype for column in vars(pairs).values()} == {np.dtype(np.int64)}
    return list(zip(pairs.settlement.tolist(), pairs.site.tolist(), pairs.ms.tolist(), strict=True))


WHOLE = "01,s1,3.00001\n01,s2,０\n02,s1,\n02,s2,12.5\n甲,s1,7\n甲,s2,10080\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_whole_table_for_every_mode(tmp_path: Path, encoding: str) -> None:
    times = read(table(tmp_path / "t.csv", "村,设施,时间（分钟）\n" + WHOLE, encoding))
    assert times.notes == ()
    assert rows(times, "walk") == rows(times, "drive")
    assert rows(times, "walk") == [
        (0, 0, 180_001), (0, 1, 0), (1, 1, 750_000), (2, 0, 420_000), (2, 1, 604_800_000)
    ]  # fmt: skip  # milliseconds are rounded up; a blank cell is no way


def test_modes_have_their_own_times(tmp_path: Path) -> None:
    lines = [line + f",{mode}" for mode in ("步行", "Drive") for line in WHOLE.splitlines()]
    times = read(table(tmp_path / "t.csv", "settlement,site,minutes,mode\n" + "\n".join(lines)))
    assert rows(times, "walk") == rows(times, "drive")
    assert refused(tmp_path / "t.csv", ("walk",)) == [("E258", row) for row in range(8, 14)]


def test_rows_in_another_order_give_the_same(tmp_path: Path) -> None:
    one = read(table(tmp_path / "a.csv", "site;settlement;minutes;note\n" + "".join(
        ";".join([*reversed(line.split(",")[:2]), line.split(",")[2], "x"]) + "\n" for line in WHOLE.splitlines()[::-1]
    )))  # fmt: skip
    two = read(table(tmp_path / "b.csv", "settlement,site,minutes\n" + WHOLE))
    assert rows(one, "walk") == rows(two, "walk")
    assert [note.code for note in one.notes] == ["N213"]


def test_pairs_without_a_row_are_counted(tmp_path: Path) -> None:
    times = read(table(tmp_path / "t.csv", "settlement,site,minutes\n01,s1,3\n02,s2,3\n甲,s1,4\n"), ("walk",))
    assert [(note.code, note.values["count"], note.values["total"]) for note in times.notes] == [("W239", 3, 6)]


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = "settlement,site,minutes\n1,s1,3\n01,s9,-1\n01,s1,nan\n01,s1,4\n02,s2,1e3\n02,s1,inf\n甲,s1,10081\n"
    assert refused(table(tmp_path / "t.csv", text)) == [
        ("E253", 2), ("E254", 3), ("E255", 5), ("E256", 3), ("E256", 4), ("E256", 6), ("E256", 7), ("E256", 8)
    ]  # fmt: skip


def test_forgotten_settlements_and_sites_are_named(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "settlement,site,minutes\n01,s1,3\n")
    with pytest.raises(InputRefused) as caught:
        read(path)
    assert [(f.code, f.values["ids"], f.values["count"]) for f in caught.value.faults] == [
        ("E251", "02, 甲", 2), ("E252", "s2", 1)
    ]  # fmt: skip
    table(path, "settlement,site,minutes,mode\n" + "".join(f"{line},walk\n" for line in WHOLE.splitlines()))
    assert refused(path) == [("E251", None), ("E252", None)]  # nothing for drive


def test_tables_that_are_none(tmp_path: Path) -> None:
    assert refused(tmp_path / "absent.csv") == [("E213", None)]
    assert refused(tmp_path / "absent.parquet") == [("E213", None)]
    assert refused(table(tmp_path / "t.csv", "")) == [("E119", None)]
    assert refused(table(tmp_path / "t.csv", "a,b\n1,2\n")) == [("E205", 1)] * 3
    assert refused(table(tmp_path / "t.csv", "settlement,settlement\n1,2\n")) == [("E113", 1)]
    assert refused(table(tmp_path / "t.csv", "settlement,site,minutes\n01,s1\n")) == [("E106", 2)]
    assert refused(table(tmp_path / "t.parquet", "PAR1 broken")) == [("E257", None)]


def test_parquet_gives_the_same(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    cells = [line.split(",") for line in WHOLE.replace("０", "0").splitlines()]
    minutes = [float(cell[2]) if cell[2] else None for cell in cells]
    columns = {"settlement": [c[0] for c in cells], "site": [c[1] for c in cells], "minutes": minutes}
    parquet.write_table(arrow.table(columns), tmp_path / "t.parquet")
    expected = read(table(tmp_path / "t.csv", "settlement,site,minutes\n" + WHOLE))
    assert rows(read(tmp_path / "t.parquet"), "walk") == rows(expected, "walk")
    columns["minutes"][0] = float("inf")
    parquet.write_table(arrow.table(columns), tmp_path / "t.parquet")
    assert refused(tmp_path / "t.parquet") == [("E256", 1)]


def test_many_missing_ids_are_named_up_to_a_limit(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "settlement,site,minutes\nv0,s1,3\nv0,s2,3\n")
    with pytest.raises(InputRefused) as caught:
        read_own_times(path, [f"v{k}" for k in range(100)], SITES, ["walk"])
    (fault,) = caught.value.faults
    assert fault.values["count"] == 99
    assert str(fault.values["ids"]).count(",") == own_times.NAMED - 1
