"""Every sentence exists in both languages with the same holes, and every code that the program uses has one."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from siting.errors import Fault
from siting.messages import fault_lines, fault_objects, sentence
from siting.reports import content
from siting.words import LANGS, Lang, load

ROOT = Path(__file__).resolve().parents[1]
ENGLISH = sorted((*(ROOT / "siting" / "words").glob("*.en.toml"), *(ROOT / "reports" / "words").glob("*.en.toml")))


def sentences(path: Path) -> dict[str, str]:
    """Key → sentence of one file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def holes(sentence: str) -> list[str]:
    """Names of the holes; ``unit_en`` fills the hole ``unit`` of an English sentence."""
    return sorted({name.removesuffix("_en") for _, name, _, _ in Formatter().parse(sentence) if name is not None})


@pytest.mark.parametrize("english", ENGLISH, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_both_languages_have_the_same_sentences_with_the_same_holes(english: Path) -> None:
    chinese = english.with_name(english.name.replace(".en.", ".zh."))
    en, zh = sentences(english), sentences(chinese)
    assert list(en) == list(zh), "the same keys in the same order"
    for key in en:
        assert en[key].strip(), key
        assert zh[key].strip(), key
        assert holes(en[key]) == holes(zh[key]), key
        assert all(name.isidentifier() for name in holes(en[key])), key


def test_no_chinese_file_is_without_an_english_one() -> None:
    chinese = {*(ROOT / "siting" / "words").glob("*.zh.toml"), *(ROOT / "reports" / "words").glob("*.zh.toml")}
    assert {path.name.replace(".zh.", ".en.") for path in chinese} == {path.name for path in ENGLISH}
    assert len(chinese) == len(ENGLISH)


@pytest.mark.parametrize("room", ["siting", "reports"])
def test_no_sentence_stands_in_two_files(room: str) -> None:
    """The files of a folder become one table of sentences: of two with the same key, one would be lost."""
    keys = [key for path in ENGLISH if path.parent.parent.name == room for key in sentences(path)]
    assert sorted(keys) == sorted(set(keys))


def test_a_mode_of_travel_is_told_in_words() -> None:
    fault = Fault("W167", values={"value": 90, "mode": "walk", "least": 1, "most": 9})
    assert "步行一般在" in sentence(fault, load("zh"))
    assert "walk" in sentence(fault, load("en"))


def test_what_a_sentence_asks_for_in_words_has_words() -> None:
    asked: set[str] = set()
    for lang in LANGS:
        known = load(lang).sentences
        for key, text in known.items():
            families = {family for _, _, family, _ in Formatter().parse(text) if family and family.isalpha()}
            assert {f for f in families if not any(word.startswith(f"{f}.") for word in known)} == set(), key
            asked |= families
    assert asked == {"zone", "room", "mode", "thing", "removal", "outcome"}


@pytest.mark.parametrize("lang", LANGS)
def test_every_end_of_a_solve_has_words(lang: Lang) -> None:
    ends = ("optimal", "gap_reached", "time_limit", "memory_limit", "stopped", "heuristic")  # of result.status_of
    for end in ends:
        assert f"solved.{end}" in load(lang, content.WORDS).sentences
        assert f"outcome.{end}" in load(lang).sentences
    for end in ("refused", "failed", "waiting"):
        assert f"outcome.{end}" in load(lang).sentences


def test_a_list_of_modes_is_told_in_words_and_what_has_none_as_it_stands() -> None:
    values = {"count": 1, "total": 2, "modes": "walk, drive"}
    assert "对步行、驾车，" in sentence(Fault("W171", values=values), load("zh"))
    assert "for walk, drive their" in sentence(Fault("W171", values=values), load("en"))
    assert "对walk, boat，" in sentence(Fault("W171", values={**values, "modes": "walk, boat"}), load("zh"))


def test_money_is_told_in_the_unit_of_the_language() -> None:
    fault = Fault("W169", values={"value": 9, "whole": 1, "unit": "万元", "unit_en": "wan yuan"})
    assert "9 万元" in sentence(fault, load("zh"))
    assert "9 wan yuan" in sentence(fault, load("en"))


def test_chinese_sentences_speak_chinese() -> None:
    for path in (ROOT / "siting" / "words").glob("faults.zh.toml"):
        for key, text in sentences(path).items():
            assert re.search(r"[\u4e00-\u9fff]", text), key


def test_every_code_in_the_program_has_a_sentence() -> None:
    used: dict[str, str] = {}
    for room in ("siting", "instances", "solvers", "reports"):
        for path in (ROOT / room).rglob("*.py"):
            if path.parent.name == "verify":
                continue  # the checker says its breaches itself
            for found in re.findall(r"""["']([EWN]\d{3})["']""", path.read_text(encoding="utf-8")):
                used.setdefault(found, path.name)
    assert len(used) > 40
    for lang in LANGS:
        known = load(lang).sentences
        assert {code: file for code, file in used.items() if code not in known} == {}


def test_every_code_with_a_sentence_is_used() -> None:
    text = "".join(
        p.read_text(encoding="utf-8")
        for r in ("siting", "instances", "solvers", "reports")
        for p in (ROOT / r).rglob("*.py")
    )
    spoken = {key for key in load("en").sentences if re.fullmatch(r"[EWN]\d{3}", key)}
    assert {code for code in spoken if f'"{code}"' not in text} == set()


@pytest.mark.parametrize("lang", LANGS)
def test_faults_are_gathered_by_kind_and_errors_come_first(lang: str) -> None:
    words = load(lang)  # type: ignore[arg-type]
    many = [Fault("E107", "b.csv", row, "name") for row in range(2, 14)]
    faults = [Fault("W137", "a.csv", 2, "x", {"value": 3, "residents": 2}), *many]
    lines = list(fault_lines(faults, words))
    assert len(lines) == 10
    assert lines[0].startswith("E107 b.csv:2:name ")
    assert "4" in lines[8]
    assert lines[9].startswith("W137 a.csv:2:x ")
    assert len(fault_objects(faults, words)) == 13


def test_a_name_with_braces_does_not_open_a_hole() -> None:
    line = next(fault_lines([Fault("E122", "a.csv", 2, "x", {"value": "{value!r}{0}"})], load("en")))
    assert "“{value!r}{0}”" in line


#: Half-width punctuation beside a Chinese sign: an official document has none.
HALF_WIDTH = re.compile(
    r"[\u4e00-\u9fff，。；：“”][,;?!]|[,;?!][\u4e00-\u9fff“”]|[\u4e00-\u9fff]\([^()]*[\u4e00-\u9fff][^()]*\)"
)


@pytest.mark.parametrize("path", [*(Path(str(p).replace(".en.", ".zh.")) for p in ENGLISH)], ids=lambda p: p.name)
def test_chinese_sentences_have_chinese_punctuation(path: Path) -> None:
    assert [text for text in sentences(path).values() if HALF_WIDTH.search(text)] == []


@pytest.mark.parametrize("preset", sorted((ROOT / "instances" / "presets").glob("*.toml")), ids=lambda p: p.stem)
def test_chinese_names_of_a_preset_have_chinese_punctuation(preset: Path) -> None:
    names = re.findall(r'^name = "(.*)"$', preset.read_text(encoding="utf-8"), re.MULTILINE)
    assert names
    assert [name for name in names if HALF_WIDTH.search(name)] == []


def test_a_red_line_is_told_by_its_name_and_kind_in_words() -> None:
    fault = Fault("W141", values={"id": "CL1", "zone": "林一", "zone_en": "Wood 1", "kind": "permanent_farmland"})
    assert "“林一”（永久基本农田）" in sentence(fault, load("zh"))
    assert "“Wood 1” (permanent farmland)" in sentence(fault, load("en"))
    other = Fault("W141", values={"id": "CL1", "zone": "Z", "zone_en": "Z", "kind": "my own"})
    assert "my own" in sentence(other, load("zh"))
