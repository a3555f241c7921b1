"""CSV as a spreadsheet may open it: UTF-8 with a byte-order mark, and no text that it would run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

#: First characters that make a spreadsheet compute a text (OWASP), full-width forms included.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def table(heads: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """One table as the bytes of its file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(head) for head in heads])
    writer.writerows([harmless(row[head]) for head in heads] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: object) -> object:
    """``cell`` with an apostrophe in front of a text that would be computed (a plain number never); None is blank."""
    if isinstance(cell, str):
        cell = cell.replace("\0", "")
        return "'" + cell if cell.startswith(RUNS) and not NUMBER.fullmatch(cell) else cell
    if isinstance(cell, bool):
        return int(cell)
    return "" if cell is None else cell
