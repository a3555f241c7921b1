"""What a planner wrote and what was meant: a message names the cure, not only the fault."""

from __future__ import annotations

import ast
import importlib
import re
from importlib.resources import files
from pathlib import Path

import click
import pytest

from siting import commands, words
from siting.counties.sections import MoneyUnit
from siting.errors import Fault
from siting.messages import fault_lines
from siting.reading import instance
from siting.reading.likeness import Likeness
from siting.reading.tables import clean

from . import small_county
from .conftest import Run
from .test_check_cli import Break, append, replace

CHANGES = "\n[scenarios.s.changes]\n"


def parted_by(sign: str) -> Break:
    """A table as the spreadsheet of another region saves it: byte-order mark, another sign, CRLF."""

    def change(folder: Path) -> None:
        path = folder / "settlements.csv"
        text = path.read_text(encoding="utf-8-sig").replace(",", sign)
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    return change


#: What is wrong, how it comes about, and the line that is read; of "!" lines nothing is read.
HINTS: dict[str, tuple[Break, list[str]]] = {
    "semicolons": (parted_by(";"), ["E167 settlements.csv:1 has its cells parted by “;”", "!E117"]),
    "tabs": (parted_by("\t"), ["E167 settlements.csv:1 has its cells parted by “Tab”", "!E117"]),
    "a Chinese heading": (replace("sites.csv", "status", "状态"), ["sites.csv:1:status", "the first row has: id,"]),
    "a Chinese word": (replace("sites.csv", "existing", "现有"), ["did you mean “existing”?"]),
    "an id in small letters": (replace("sites.csv", ",V1,", ",v1,"), ["unknown settlement “v1”; did you mean “V1”?"]),
    "a misspelt service": (replace("sites.csv", ",clinic,", ",clinics,"), ["did you mean “clinic”?"]),
    "a misspelt key of a list": (
        replace("county.toml", "limit_min = { value = 1,", "limit_mins = { value = 1,"),
        ["“limit_min” is one", "!services.clinic.access is missing"],
    ),
    "money with its unit": (
        replace("county.toml", "running_budget_per_year = 4 ", "running_budget_per_year = 4万 "),
        ["E100 county.toml:3", "running_budget_per_year = 4万"],
    ),
    "a scenario that leads nowhere": (
        append("county.toml", CHANGES + '"services.clinc.may_close" = true\n'),
        ["E183", "there is no “clinc”; there is: clinic, ", "did you mean “clinic”?"],
    ),
    "a scenario with a misspelt key": (
        append("county.toml", CHANGES + '"services.clinic.wieght" = 3\n'),
        ["E184", "“services.clinic.wieght” is not a key of this section; “weight” is one"],
    ),
    "one bracket for two": (
        replace("county.toml", "[[services.clinic.access]]", "[services.clinic.walking]"), ["E116", "!plain number"],
    ),
    "a list without brackets": (
        replace("county.toml", 'hosts = ["county_town", "village"]', 'hosts = "village"'),
        ["E169", "a list stands here, in square brackets", "!plain number"],
    ),
    "an id in Chinese": (replace("county.toml", 'id = "tiny"', 'id = "小河"'), ["E177", "only small letters", "!^["]),
    "a county file in GBK": (
        lambda folder: (folder / "county.toml").write_bytes(
            (folder / "county.toml").read_text(encoding="utf-8").replace("Tiny", "小河").encode("gb18030")
        ) and None,
        ["E176 county.toml:", "Save county.toml as UTF-8", "!encoding ="],
    ),
    "two limits": (
        replace("county.toml", "limit_min = { value = 1,", "limit_m = 30\nlimit_min = { value = 1,"),
        ["E171", "give exactly one of limit_min and limit_m", "!{'"],
    ),
    "a road class that no mode knows": (
        lambda folder: [replace("edges.csv", ",road,", ",raod,")(folder) for _ in range(5)] and None,
        ["E128", "W178 edges.csv:road_class", "did you mean “road”?", "!“drive”?"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HINTS)
def test_the_message_says_what_was_meant(case: str, tmp_path: Path) -> None:
    spoil, wanted = HINTS[case]
    folder = small_county.write(tmp_path / "county")
    spoil(folder)
    _, faults = instance.examine(folder)
    text = "\n".join(fault_lines(faults, words.load("en")))
    for part in wanted:
        assert (part[1:] not in text) if part.startswith("!") else (part in text), text
    assert list(fault_lines(faults, words.load("zh")))


class Row:
    def __init__(self, id: str, name: str) -> None:
        self.id, self.name = id, name


@pytest.mark.parametrize(
    ("written", "meant"),
    [("V 3", "V3"), ("v-03", "V3"), ("东坪", "V3"), ("上湾", ""), ("V30", ""), ("", ""), (clean("Ｖ3"), "")],
)
def test_an_id_is_known_by_its_looks_or_by_its_name_where_only_one_fits(written: str, meant: str) -> None:
    rows = [Row("V3", "东坪"), Row("V4", "上湾"), Row("V5", "上湾"), Row("V300", "")]
    assert Likeness(rows).meant(written) == meant


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a planner leaves it: a county, a finished run, one that was cut off, and notes."""
    small_county.write(tmp_path / "xiaohe")
    small_county.write(tmp_path / "runs" / "first" / "inputs")
    (tmp_path / "runs" / "first" / "plan.json").write_text("{}", encoding="utf-8")
    (tmp_path / "runs" / "cut").mkdir()
    (tmp_path / "runs" / "cut" / "journal.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        ("check xiaohee", ["E151 xiaohee ", "counties near: yunling, xiaohe", "did you mean “xiaohe”?"]),
        ("check runs/first", ["E152 county.toml ", "whose county is runs/first/inputs"]),
        ("check .", ["E152 county.toml ", "counties near: xiaohe"]),
        ("verify xiaohe", ["E190 xiaohe ", "it is a county", "siting solve xiaohe --out runs/first"]),
        ("compare xiaohe", ["E190 xiaohe ", "--scenarios"]),
        ("report runs/cut", ["E190 runs/cut ", "siting resume runs/cut goes on"]),
        ("explain runs/frst", ["E190 runs/frst ", "runs near: runs/cut, runs/first", "did you mean “runs/first”?"]),
        ("resume first", ["E190 first ", "did you mean “runs/first”?"]),
    ],
)
def test_a_wrong_folder_is_told_what_it_is_and_what_lies_near(
    command: str, parts: list[str], desk: Path, siting_cli: Run
) -> None:
    answer = siting_cli(*command.split())
    assert answer.code == 3
    for part in parts:
        assert part in answer.out + answer.err
    assert siting_cli(*command.split(), lang="zh").code == 3


def test_the_county_file_itself_names_its_folder(desk: Path, siting_cli: Run) -> None:
    assert siting_cli("check", "xiaohe/county.toml").out == siting_cli("check", "xiaohe").out


def test_doctor_says_which_solvers_are_ready_and_what_brings_the_others(siting_cli: Run) -> None:
    facts = siting_cli("doctor", "--json").object
    assert {"highs", "greedy", "direct"} <= set(facts["solvers"])
    assert all(facts["solvers_missing"].values())
    assert not set(facts["solvers"]) & set(facts["solvers_missing"])


@pytest.mark.parametrize(
    ("options", "ignored"),
    [("--synthetic --preset x", "--preset"), ("--osm x.osm --seed 3", "--seed"), ("--classic x --year 2030", "--year")],
)
def test_an_option_that_would_be_ignored_is_refused(
    options: str, ignored: str, tmp_path: Path, siting_cli: Run
) -> None:
    answer = siting_cli("new", tmp_path / "new", *options.split())
    assert (answer.code, ignored in answer.err) == (2, True)
    assert not (tmp_path / "new").exists()


def test_the_help_of_new_names_every_preset(siting_cli: Run) -> None:
    text = siting_cli("new", "--help").out
    for preset in files("siting.instances.presets").iterdir():
        assert preset.name.removesuffix(".toml") in text


def test_roads_of_unknown_classes_are_named_where_none_is_left(tmp_path: Path, siting_cli: Run) -> None:
    folder = small_county.write(tmp_path / "county")
    edges = folder / "edges.csv"
    edges.write_text(edges.read_text(encoding="utf-8-sig").replace(",road,", ",Weg,"), encoding="utf-8")
    answer = siting_cli("new", tmp_path / "new", "--roads", edges, "--settlements", folder / "settlements.csv")
    assert answer.code == 3
    assert "E210 edges.csv no road within the boundary" in answer.err
    assert "W230" in answer.err
    assert "“Weg” is not known" in answer.err


def test_the_command_line_refuses_in_chinese_too(siting_cli: Run) -> None:
    for arguments, part in (
        (["solve", "x", "--gap", "one"], "'--gap' 的值有误：'one' 不是数"),
        (["solve", "x", "--gap", "2"], "'--gap' 的值有误：2.0 不在范围 0<=x<1 内"),
        (["solve", "x", "--gab", "2"], "没有选项 '--gab'"),
        (["solv"], "没有命令 'solv'"),
    ):
        answer = siting_cli(*arguments, lang="zh")
        assert answer.code == 2
        assert f"错误：{part}" in answer.err
        assert "用法：" in answer.err
        assert "Error" in siting_cli(*arguments).err


def test_what_is_translated_is_what_click_says() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(click.__file__).parent.glob("*.py"))
    said = {k: text for k, text in words.load("en").sentences.items() if k.startswith("click.")}
    assert [text for text in said.values() if f'_("{text}")' not in source.replace("_(\n", "_(")] == []


def test_what_is_said_twice_is_told_once(tmp_path: Path, siting_cli: Run) -> None:
    answer = siting_cli("new", tmp_path / "new", "--roads", tmp_path / "nope.gpkg")
    assert answer.err.count("E213 nope.gpkg no such file") == 1


def test_a_scenario_file_with_a_misspelt_key_names_the_right_one(tiny: Path, tmp_path: Path, siting_cli: Run) -> None:
    (tmp_path / "more.toml").write_text("[change]\n'funds[county].capital' = 1\n", encoding="utf-8")
    answer = siting_cli("solve", tiny, "--scenario", tmp_path / "more.toml", "--out", tmp_path / "run", "-q")
    assert "more.toml:change is not a key of this section; “changes” is one" in answer.err


def test_a_person_who_waits_is_told_for_what_and_a_file_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.waiting("step.report")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    commands.waiting("step.explain", run="runs/first")
    told = capsys.readouterr()
    assert (told.out, "runs/first" in told.err) == ("", True)


def test_the_waste_of_a_hamlet_is_not_nothing() -> None:
    from siting.reports.speech import Speech

    say = Speech(words.load("en", Path(str(files("siting.reports").joinpath("words")))), MoneyUnit())
    assert [say.some("tpd", value) for value in (0.043, 0.43, 0, 5.25)] == [
        "0.043 t/d",
        "0.43 t/d",
        "0.0 t/d",
        "5.2 t/d",
    ]


def test_one_bracket_where_several_sections_may_stand_is_told_so(tiny: Path, siting_cli: Run) -> None:
    text = (tiny / "county.toml").read_text(encoding="utf-8")
    (tiny / "county.toml").write_text(
        text.replace("[[targets]]", "[targets]", 1).split("[[targets]]")[0], encoding="utf-8"
    )
    answer = siting_cli("check", tiny)
    assert "E170 county.toml:" in answer.out
    assert "in double brackets, [[targets]]" in answer.out


def test_a_share_as_a_fraction_and_a_factor_in_per_cent_are_asked_about(tiny: Path, siting_cli: Run) -> None:
    with (tiny / "county.toml").open("a", encoding="utf-8") as out:
        out.write("\n[scenarios.fifty]\ncapital_factor = 50\n")
    text = (tiny / "county.toml").read_text(encoding="utf-8")
    (tiny / "county.toml").write_text(re.sub(r"threshold_pct = \d+", "threshold_pct = 0.95", text), encoding="utf-8")
    told = siting_cli("check", tiny).out
    assert "asks for 0.95 %: shares are written in per cent. Was 95 meant?" in told
    assert "multiplies the money by 50: a factor of 1 changes nothing. Was 0.5 meant?" in told


def test_why_keys_do_not_go_together_is_told_in_chinese() -> None:
    known = {text for key, text in words.load("en").sentences.items() if key.startswith("why.")}
    for name in ("sections", "services"):
        tree = ast.parse(Path(importlib.import_module(f"siting.counties.{name}").__file__ or "").read_text("utf-8"))
        raised = [n.exc for n in ast.walk(tree) if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call)]
        said = [
            ast.literal_eval(e.args[0]) for e in raised if ast.unparse(e).startswith(("ValueError('", 'ValueError("'))
        ]
        assert len(said) > 5
        assert set(said) <= known
    fault = Fault("E171", "county.toml", values={"why": "an aim stands twice"})
    assert next(fault_lines([fault], words.load("zh"))) == "E171 county.toml 前后不一致：aims 中有重复"


def test_a_gap_and_budgets_may_be_written_in_per_cent(tiny: Path, tmp_path: Path, siting_cli: Run) -> None:
    answer = siting_cli("solve", tiny, "--gap", "2.5%", "--solver", "greedy", "--out", tmp_path / "run", "--json", "-q")
    assert answer.object["options"]["gap"] == 0.025
    assert siting_cli("solve", tiny, "--gap", "100%").code == 2
    assert siting_cli("solve", tiny, "--gap", "%").code == 2
    out = tmp_path / "money"
    money = ["--budgets", "50%, 100%", "--service", "clinic", "--solver", "greedy", "--out", out, "--json", "-q"]
    assert [p["budget_pct"] for p in siting_cli("frontier", tiny, *money).object["curves"][0]["free"]] == [50, 100]
