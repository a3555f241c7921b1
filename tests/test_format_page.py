"""The page of the county format says what the reader reads.

``SITING_UPDATE_GOLDEN=1 pytest tests/test_format_page.py`` writes the reference anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from siting.counties import sections, services
from siting.reading.format_page import BEGIN, END, SECTIONS, reference, renewed
from siting.reading.instance import TABLES

PAGE = Path(__file__).parents[1] / "instances" / "README.md"


def test_the_reference_of_the_format_page_is_that_of_today() -> None:
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("SITING_UPDATE_GOLDEN") == "1":
        PAGE.write_text(renewed(page), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == renewed(page), "stale; run with SITING_UPDATE_GOLDEN=1"


def test_every_column_and_key_stands_in_the_reference() -> None:
    text = reference()
    for schema in (*(row_type for row_type, _ in TABLES.values()), *SECTIONS.values()):
        for name, field in schema.model_fields.items():
            assert f"| `{name}` |" in text
            assert (field.description or "see below") in text


def test_no_section_is_forgotten() -> None:
    kinds = [kind for module in (sections, services) for kind in vars(module).values() if isinstance(kind, type)]
    known = {kind for kind in kinds if issubclass(kind, services.Noun)}
    assert known - {services.Noun} == set(SECTIONS.values())


def test_a_bound_of_an_optional_number_is_shown() -> None:
    assert "| `threshold_pct` | no | number, > 0, ≤ 100 | % |" in reference()


def test_text_outside_the_markers_stays() -> None:
    page = f"before\n{BEGIN}\na stale page\n{END}\nafter\n"
    again = renewed(page)
    assert again.startswith("before\n")
    assert again.endswith("\nafter\n")
    assert "a stale page" not in again
    assert renewed(again) == again


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        renewed("no markers here")


def test_descriptions_do_not_break_the_tables() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {6}
