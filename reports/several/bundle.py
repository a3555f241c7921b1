"""A content with pictures and data, written in every format: for studies of many plans."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.errors import Fault, InputRefused
from siting.store import write_bytes, write_json, write_text

from ..formats import json_report, pdf, word, workbook
from ..formats.layout import body, node
from ..formats.page import assembled, made
from ..formats.workbook import Sheet
from ..maps import fonts, painter
from ..nouns import Content
from ..speech import Speech

FORMATS = ("html", "docx", "xlsx", "pdf", "json")
#: The section that holds the first picture.
PICTURE = "map"


@dataclass(frozen=True)
class Bundle:
    """What is written: ``stem`` names the files, ``data`` is what programs read beside the content, ``figures`` are
    title and PNG."""

    stem: str
    told: Content
    say: Speech
    data: Mapping[str, Any]
    created: str
    figures: tuple[word.Figure, ...] = ()


def write(bundle: Bundle, kind: str, out: Path) -> list[Path]:
    """Write one format.

    Raises:
        InputRefused: no such format (E192), or no font for the PDF (E306).
    """
    if kind not in FORMATS:
        raise InputRefused(Fault("E192", values={"kind": "reports", "name": kind, "known": ", ".join(FORMATS)}))
    path = out / f"{bundle.stem}.{kind}"
    told, say = bundle.told, bundle.say
    if kind == "html":
        return [write_text(path, html(bundle))]
    if kind == "docx":
        return [write_bytes(path, word.document(told, say, bundle.figures, bundle.created))]
    if kind == "pdf":
        fonts.required()
        return [write_bytes(path, pdf.document(told, say, bundle.figures, bundle.created))]
    if kind == "xlsx":
        return [write_bytes(path, workbook.file(_sheets(bundle), say, told.title, bundle.created))]
    head = {"format": json_report.FORMAT, "kind": bundle.stem, "created": bundle.created}
    return [write_json(path, {**head, **bundle.data, "content": json_report.spoken(told, say)})]


def html(bundle: Bundle) -> str:
    """The page as one text: it has pictures and no map."""
    told, say = bundle.told, bundle.say
    parts = body(told, say, made(say))
    main = next(part for part in parts if part.tag == "main")
    for place in [part for part in main if part.get("id") == PICTURE]:
        for room in [part for part in place if part.get("id") == "map-room"]:
            place.remove(room)
        for title, data in bundle.figures:
            source = f"data:image/png;base64,{base64.b64encode(painter.png(data)).decode()}"
            picture = node("img", src=source, alt=title)
            place.append(node("figure", picture, node("figcaption", title), class_="picture"))
    return assembled(told, say, parts, {})


def _sheets(bundle: Bundle) -> list[Sheet]:
    told, say = bundle.told, bundle.say
    sentences = (told.subtitle, *(say("excel.item", n=n, text=text) for n, text in enumerate(told.verdict, 1)))
    sheets = [Sheet(say("excel.verdict"), told.title, sentences, (), told.warnings, told.tiles)]
    for section in told.sections:
        if section.id != PICTURE:
            sheets.append(Sheet(section.title, section.title, section.sentences, section.tables))
    return sheets + [Sheet(title, title, picture=painter.png(data)) for title, data in bundle.figures]
