"""Writing a county folder: into a folder beside it first, read back, then renamed. UTF-8 with BOM and LF for tables."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from siting.counties.rows import Row
from siting.errors import CannotWrite, Fault, InputRefused, Severity
from siting.reading import instance


def refuse_if_full(folder: Path) -> None:
    """Raises `InputRefused` with E203 where ``folder`` is a file or holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputRefused(Fault("E203", values={"folder": str(folder)}))


def write_folder(
    folder: Path, texts: Mapping[str, str | bytes], tables: Mapping[str, tuple[Sequence[str], Sequence[Row]]]
) -> tuple[Fault, ...]:
    """Write ``folder`` whole or not at all: texts and tables (columns, rows) by file name; gives its warnings.

    Raises:
        InputRefused: what was written does not read back as a county, with the faults.
        CannotWrite: E215.
    """
    part: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        for name, text in texts.items():
            (part / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        for name, (columns, rows) in tables.items():
            (part / name).write_bytes(_csv(columns, rows).encode("utf-8-sig"))
        _, faults = instance.examine(part)
        if any(fault.severity is Severity.ERROR for fault in faults):
            raise InputRefused(faults)
        part.chmod(0o755)
        refuse_if_full(folder)
        if folder.exists():
            folder.rmdir()
        os.rename(part, folder)
    except OSError as problem:
        values = {"folder": str(folder), "reason": problem.strerror or str(problem)}
        raise CannotWrite(Fault("E215", values=values)) from problem
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
    return tuple(faults)


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """The table as text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(getattr(row, column)) for column in columns] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    """A number without exponent, degrees to 1e-7; blank for None."""
    if isinstance(value, float):
        return f"{value:.7f}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)
