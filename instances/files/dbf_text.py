"""Texts of a Shapefile's table: in which encoding they are, and how a text that was cut in mid-character is read.

GDAL takes a table without ``.cpg`` for Latin-1, which turns Chinese into rubbish without a word. So the bytes are taken
as they are (Latin-1 maps every byte to a character and back) and decoded here: as the ``.cpg`` says, else as UTF-8
where all texts are that, else as GB18030. Fields have a fixed width in bytes, headings ten: what is left of a character
at the end is dropped.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path

#: The encoding in which GDAL is asked to read, so that every byte survives.
BYTES = "ISO-8859-1"
HEADING_BYTES = 10

_CHINESE = {"936", "cp936", "ansi 936", "oem 936", "gbk", "gb2312", "gb18030"}


def named(cpg: Path) -> str | None:
    """The encoding that a ``.cpg`` names; None where Python knows none of that name."""
    said = cpg.read_bytes()[:40].decode("ascii", "replace").strip().lower()
    if said in _CHINESE:
        return "gb18030"
    try:
        return codecs.lookup(said.removeprefix("ansi ").removeprefix("oem ") or "-").name
    except (LookupError, ValueError):
        return None


def guess(texts: Iterable[str]) -> str:
    """UTF-8 where all ``texts`` (as GDAL gave them) are that, else GB18030."""
    try:
        for text in texts:
            decoded(text, "utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def decoded(text: str, encoding: str) -> str:
    """A text as GDAL gave it, in its own encoding. Raises UnicodeDecodeError where it is none of that encoding."""
    raw = text.encode("latin-1", "replace")
    return codecs.getincrementaldecoder(encoding)("strict").decode(raw, final=False)


def cut(name: str, encoding: str) -> str:
    """What is left of a heading in a Shapefile."""
    raw = name.encode(encoding, "replace")[:HEADING_BYTES]
    return codecs.getincrementaldecoder(encoding)("ignore").decode(raw, final=False)
