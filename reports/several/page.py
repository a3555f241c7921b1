"""A comparison as one HTML file that opens offline, with the map of two plans and pictures of all differences."""

from __future__ import annotations

import base64
from pathlib import Path

from siting.store import write_text
from siting.studies.comparing import Comparison
from siting.words import Words

from ..content import speech
from ..formats.layout import body, node
from ..formats.page import assembled, made
from ..maps import fonts, painter
from . import difference_map, overview
from .wording import Names


def write(comparison: Comparison, out: Path, words: Words) -> list[Path]:
    """Write ``overview.html``."""
    return [write_text(out / "compare.html", html(comparison, words))]


def html(comparison: Comparison, words: Words) -> str:
    """The page as one text."""
    say = speech(comparison.county, words.lang)
    told, names = overview.of(comparison, words.lang), Names(comparison, say)
    parts = body(told, say, made(say))
    main = next(part for part in parts if part.tag == "main")
    place = next(part for part in main if part.get("id") == "map")
    drawn = difference_map.pictures(comparison, names, say) if fonts.chinese() else []
    for title, data in drawn:
        source = f"data:image/png;base64,{base64.b64encode(painter.png(data)).decode()}"
        figure = node("figure", node("img", src=source, alt=title), node("figcaption", title), class_="picture")
        place.append(figure)
    map_content, other_words = difference_map.page_map(comparison, names, say)
    return assembled(told, say, parts, map_content, other_words)
