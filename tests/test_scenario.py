"""What a scenario changes: values by their path, money by factors, services by name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from siting.counties.county import County
from siting.errors import InputRefused
from siting.reading import instance, scenario

from .test_options import DISPOSAL, LINES, SITES, TOML
from .verify_street import write


def read(folder: Path, changes: str) -> County:
    toml = TOML + f"[scenarios.s]\ncapital_factor = 0.5\n[scenarios.s.changes]\n{changes}\n"
    return instance.read(write(folder / "street", toml, SITES, lines=LINES, disposal=DISPOSAL))[0]


def test_values_are_replaced_by_their_path(tmp_path: Path) -> None:
    changes = [
        '"services.school.min_persons" = 20',
        '"services.school.access[1].offered" = false',
        '"services.school.sizes[large].capital" = 250',
        '"funds[county].capital_by_phase" = [10, 3]',
        '"services.school.hosts" = ["village"]',
        '"land.shared_saving_pct" = 0',
    ]
    before = read(tmp_path, "\n".join(changes))
    county = scenario.under(before, "s")
    school = county.services["school"]
    assert (school.min_persons, before.services["school"].min_persons) == (20, 6)
    assert [a.offered for a in school.access] == [True, False, True]
    assert [size.capital for size in school.sizes] == [100, 250]
    assert school.hosts == ("village",)
    assert county.file.land.shared_saving_pct == 0
    # the factor of the scenario is on the new amounts, rounded down: 10 * 0.5 and 3 * 0.5
    assert scenario.capital_available(county, scenario.of(county, "s")) == {"county": (5, 1)}


def test_a_scenario_without_changes_is_the_county_itself(tmp_path: Path) -> None:
    county = read(tmp_path, "")
    assert scenario.under(county, "base") is county
    assert scenario.under(county, "s") is county
    assert scenario.of(county, "s").capital_factor == Decimal("0.5")
    assert scenario.names(county) == ("base", "baseline", "s")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ('"services.nursery.hosts" = ["village"]', "E183"),
        ('"services.school.access[9].offered" = false', "E183"),
        ('"funds[nobody].capital" = 1', "E183"),
        ('"services.school.min_persons" = "many"', "E184"),
        ('"services.school.colour" = "red"', "E184"),
        ('"services.school.hosts" = ["moon"]', "E184"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(tmp_path: Path, change: str, code: str) -> None:
    with pytest.raises(InputRefused, match=code):
        scenario.under(read(tmp_path, change), "s")


def test_an_unknown_scenario_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="E180"):
        scenario.of(read(tmp_path, ""), "nobody's")
