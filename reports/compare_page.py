"""A comparison as one HTML file that opens offline, with the map of two plans and pictures of all differences."""

from __future__ import annotations

import base64
from pathlib import Path

from siting.comparing import Comparison
from siting.store import write_text
from siting.words import Words

from . import compare, compare_map, fonts
from .compare_words import Names
from .content import speech
from .layout import body, node
from .page import assembled, made


def write(comparison: Comparison, out: Path, words: Words) -> list[Path]:
    """Write ``compare.html``."""
    return [write_text(out / "compare.html", html(comparison, words))]


def html(comparison: Comparison, words: Words) -> str:
    """The page as one text."""
    say = speech(comparison.county, words.lang)
    told, names = compare.of(comparison, words.lang), Names(comparison, say)
    parts = body(told, say, made(say))
    main = next(part for part in parts if part.tag == "main")
    place = next(part for part in main if part.get("id") == "map")
    drawn = compare_map.pictures(comparison, names, say) if fonts.chinese() else []
    for title, data in drawn:
        source = f"data:image/png;base64,{base64.b64encode(data).decode()}"
        figure = node("figure", node("img", src=source, alt=title), node("figcaption", title), class_="picture")
        place.append(figure)
    map_content, other_words = compare_map.page_map(comparison, names, say)
    return assembled(told, say, parts, map_content, other_words)
