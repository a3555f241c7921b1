"""Faults as a planner reads them: where, what is wrong, what to do; many of a kind are gathered."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from siting.errors import Fault, Severity
from siting.words import Words

#: So many faults of one kind in one column are shown; the others are counted (all are in ``--json``).
SHOWN_OF_A_KIND = 8
#: Nobody reads a longer value in a message.
LONGEST = 400
#: Kinds of characters that are not to be obeyed: controls, direction marks, halves of pairs, ends of lines.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    """``text`` on one line, with control and direction marks written out, so that no name can play with a terminal."""
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in UNSEEN else c for c in text)


def clipped(text: str) -> str:
    """``text`` without the end of what is too long to be read."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def sentence(fault: Fault, words: Words) -> str:
    """What is wrong and what to do, on one line."""
    return printable(words(fault.code, **{k: clipped(str(v)) for k, v in fault.values.items()}))


def fault_lines(faults: Iterable[Fault], words: Words, more: str = "cli.more_of_a_kind") -> Iterator[str]:
    """One line per fault, errors first; of many alike only the first are shown; ``more`` names where the rest is."""
    order = [Severity.ERROR, Severity.WARNING, Severity.NOTE]
    ranked = sorted(faults, key=lambda f: (order.index(f.severity), f.file, f.code, f.column, f.row or 0))
    for _, group in groupby(ranked, key=lambda f: (f.file, f.code, f.column.split("[")[0])):
        alike = list(group)
        for fault in alike[:SHOWN_OF_A_KIND]:
            yield f"{fault.code} {printable(clipped(fault.where))} {sentence(fault, words)}".replace("  ", " ")
        if len(alike) > SHOWN_OF_A_KIND:
            yield words(more, code=alike[0].code, count=len(alike) - SHOWN_OF_A_KIND)


def fault_objects(faults: Iterable[Fault], words: Words) -> list[dict[str, Any]]:
    """All faults as plain objects."""
    return [
        {
            "code": fault.code,
            "severity": fault.severity.value,
            "file": fault.file,
            "row": fault.row,
            "column": fault.column,
            "message": sentence(fault, words),
        }
        for fault in faults
    ]
