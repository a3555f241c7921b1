"""The list of hashes holds the versions that the tests ran with, each with a hash of every file that was published."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
#: What the list has and the tested versions have not: what builds siting, and what only Windows needs.
BESIDE = {"setuptools", "colorama"}


def normal(name: str) -> str:
    """The name of a package as an index has it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def versions(text: str) -> dict[str, str]:
    """Version by package."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", text, flags=re.MULTILINE)
    return {normal(name): version for name, version in found}


def lock() -> str:
    return (SCRIPTS / "requirements.lock").read_text(encoding="utf-8")


def test_the_list_of_hashes_has_the_versions_that_were_tested() -> None:
    tested = versions((SCRIPTS / "constraints.txt").read_text(encoding="utf-8"))
    listed = versions(lock())
    assert {name: version for name, version in listed.items() if name not in BESIDE} == tested
    assert listed.keys() - tested.keys() == BESIDE


def test_every_package_of_the_list_has_hashes() -> None:
    entries = [part for part in re.split(r"\n(?=\S)", lock()) if "==" in part.partition("\n")[0]]
    assert len(entries) == len(versions(lock()))
    for entry in entries:
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})(?= \\\n|\Z|\n)", entry)
        assert hashes, entry[:60]
        assert len(hashes) == len(set(hashes)) == entry.count("--hash")


def test_whatever_siting_asks_for_is_listed() -> None:
    project = tomllib.loads((SCRIPTS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(name for part in project["optional-dependencies"].values() for name in part)]
    names = {normal(re.split(r"[\s<>=!~\[;]", name, maxsplit=1)[0]) for name in asked}
    assert names <= versions(lock()).keys()
