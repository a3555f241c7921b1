"""Faults as a planner reads them: where, what is wrong, what to do; many of a kind are gathered."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import groupby
from typing import Any

from siting.errors import Fault, Severity
from siting.words import Words

#: So many faults of one kind in one column are shown; the others are counted (all are in ``--json``).
SHOWN_OF_A_KIND = 8
#: Nobody reads a longer value in a message.
LONGEST = 400
#: Words of the format, and what planners write in Chinese for them.
CHINESE = {
    "city": ("市区",), "county_town": ("县城",), "central_town": ("中心镇",), "central_village": ("中心村",),
    "township_seat": ("乡镇", "乡镇驻地", "乡镇政府驻地"), "village": ("村", "行政村"), "hamlet": ("自然村",),
    "existing": ("现有", "已有", "现状"), "candidate": ("候选", "规划"),
    "walk": ("步行",), "bicycle": ("骑行", "自行车"), "drive": ("驾车",), "bus": ("公交",),
}  # fmt: skip
TERMS = {chinese: word for word, all_of_it in CHINESE.items() for chinese in all_of_it}
#: Kinds of characters that are not to be obeyed: controls, direction marks, halves of pairs, ends of lines.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    """``text`` on one line, with control and direction marks written out, so that no name can play with a terminal."""
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in UNSEEN else c for c in text)


def clipped(text: str) -> str:
    """``text`` without the end of what is too long to be read."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def sentence(fault: Fault, words: Words) -> str:
    """What is wrong and what to do, on one line; what was meant, where it can be guessed."""
    values = {k: sentence(v, words) if isinstance(v, Fault) else clipped(str(v)) for k, v in fault.values.items()}
    if "why" in values:
        values["why"] = words.translated("why", values["why"])
    meant = values.get("meant") or _meant(values.get("value") or values.get("name", ""), values.get("known", ""))
    return printable(words(fault.code, **values) + (words("fault.meant", meant=meant) if meant else ""))


def _meant(written: str, known: str) -> str:
    """The one of the ``known`` words that looks like the written one, or that is its English name; "" for none."""
    choice = known.split(", ")
    if written in choice:
        return ""
    near = get_close_matches(written, choice, 1, 0.6)
    return near[0] if near else TERMS[written] if TERMS.get(written) in choice else ""


def fault_lines(faults: Iterable[Fault], words: Words, more: str = "cli.more_of_a_kind") -> Iterator[str]:
    """One line per fault, errors first; of many alike only the first are shown; ``more`` names where the rest is."""
    order = [Severity.ERROR, Severity.WARNING, Severity.NOTE]
    ranked = sorted(faults, key=lambda f: (order.index(f.severity), f.file, f.code, f.column, f.row or 0))
    for _, group in groupby(ranked, key=lambda f: (f.file, f.code, f.column.split("[")[0])):
        alike = list({(fault.row, str(fault.values)): fault for fault in group}.values())  # said twice is told once
        for fault in alike[:SHOWN_OF_A_KIND]:
            where, said = printable(clipped(fault.where)), sentence(fault, words)
            if said.startswith((f"{where}:", f"{where}：")):  # a sentence that begins with its place says it once
                said = said[len(where) + 1 :].lstrip()
            yield f"{fault.code} {where} {said}".replace("  ", " ")
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
