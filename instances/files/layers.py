"""Layers of a Shapefile or GeoPackage, read by GDAL in a process of its own without network and without other programs.

A library that can open a hundred formats and any address is kept from both: the caller has looked at the first bytes of
the file, and the process could not reach anything if it were deceived. If it dies of a file, that is a fault in words.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What may read.
DRIVERS = ("ESRI Shapefile", "GPKG")


class UnreadableError(ValueError):
    """GDAL cannot read the file; one sentence of its own says why."""


@dataclass(frozen=True)
class Table:
    """What a layer holds: ``columns`` by ``headings``, a value a feature; ``shapes`` in WKB; its system, or ""."""

    name: str
    headings: Sequence[str]
    columns: Sequence[Sequence[Any]]
    shapes: Sequence[bytes | None]
    system: str


@dataclass(frozen=True)
class Layers:
    """(name, kind) of every layer with shapes, the names of those that were asked for, and what was read of them."""

    every: Sequence[tuple[str, str]]
    chosen: Sequence[str]
    tables: Sequence[Table]


def read(path: Path, encoding: str | None = None, kinds: Sequence[str] | None = None) -> Layers:
    """All layers of a file; with ``kinds`` only the one whose kind has one of these words, if it is one alone.

    Raises:
        UnreadableError: the file cannot be read, or is of another kind than its first bytes said.
    """
    asked = json.dumps({"path": str(path.resolve()), "encoding": encoding, "kinds": kinds})
    found = answered(asked.encode())
    if len(found) < 8:
        raise UnreadableError("the process that read it has died")
    end = 8 + int.from_bytes(found[:8], "big")
    head, at = json.loads(found[8:end]), end
    if "fault" in head:
        raise UnreadableError(head["fault"])
    tables = []
    for row in head["tables"]:
        if row["driver"] not in DRIVERS:
            raise UnreadableError(f"{row['driver']}, neither Shapefile nor GeoPackage")
        shapes: list[bytes | None] = []
        for size in row["sizes"]:
            shapes.append(None if size < 0 else found[at : at + size])
            at += max(0, size)
        tables.append(Table(row["name"], row["headings"], row["columns"], shapes, row["system"]))
    return Layers([(name, kind) for name, kind in head["layers"]], head["chosen"], tables)


def answered(asked: bytes) -> bytes:
    """What the child says to a question."""
    command = [sys.executable, "-P", "-m", "siting.instances.files.gdal_child"]
    return subprocess.run(command, input=asked, capture_output=True, check=False).stdout
