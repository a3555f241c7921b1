"""A report as a PDF, set by Typst: offline, without a browser, from the same leaves as the Word document.

Every text reaches the typesetter as data (JSON), never as markup, so that no name can be read as an order. Without a
font that has Chinese characters there is no PDF, but a fault that says what to install.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from PIL import ImageFont

from siting import __version__
from siting.errors import Fault, SolverFailed
from siting.store import write_bytes
from siting.studies.study import Study
from siting.words import Words

from .. import content
from ..maps import fonts, vector
from ..maps.marks import Picture
from ..nouns import Content
from ..speech import Speech, visible
from . import columns, paper, word
from .paper import Leaf
from .pdf_packing import packed
from .word_style import SIDEWAYS_MM, TEXT_MM

TEMPLATE = Path(__file__).parents[1] / "templates" / "report.typ"
COLORS = {"good": "#1b7f4b", "bad": "#b3261e", "plain": "#17365d"}


def write(study: Study, out: Path, words: Words) -> list[Path]:
    """Write ``report.pdf``, for a second language ``report.<lang>.pdf``.

    Raises:
        InputRefused: this machine has no font with Chinese characters (E306).
    """
    fonts.required()
    first = study.result.get("lang", words.lang) == words.lang
    say = content.speech(study.county, words.lang)
    data = document(
        content.of(study, words.lang), say, word.pictures(study, words.lang), str(study.result.get("created", ""))
    )
    return [write_bytes(out / ("report.pdf" if first else f"report.{words.lang}.pdf"), data)]


def document(told: Content, say: Speech, figures: Sequence[word.Figure], created: str) -> bytes:
    """The PDF as bytes; the same content and fonts give the same bytes.

    Raises:
        InputRefused: this machine has no font with Chinese characters (E306).
        SolverFailed: the typesetter gave up (E307).
    """
    file, face = fonts.required()
    family = str(ImageFont.truetype(str(file), 12, index=face).getname()[0])
    with tempfile.TemporaryDirectory(prefix="siting-") as name:
        folder = Path(name)
        (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
        for n, (_, picture) in enumerate(figures):
            data = picture if isinstance(picture, bytes) else vector.svg(picture, family)
            (folder / _file(n, picture)).write_bytes(data)
        told_json = json.dumps(_data(told, say, figures) | {"fonts": [family]}, ensure_ascii=False)
        try:
            made = typst.compile(
                str(folder / "report.typ"),
                root=name,
                font_paths=[str(file.parent)],
                sys_inputs={"told": told_json},
                format="pdf",
                timestamp=_moment(created),
            )
        except (typst.TypstError, RuntimeError) as error:
            raise SolverFailed(Fault("E307", values={"why": str(error).splitlines()[0]})) from error
    assert isinstance(made, bytes)
    return packed(made)


def _moment(created: str) -> int:
    """Seconds since 1970 of the run, so that the file does not name another time."""
    try:
        return int(datetime.fromisoformat(created).timestamp())
    except ValueError:
        return 0


def _data(told: Content, say: Speech, figures: Sequence[word.Figure]) -> dict[str, Any]:
    """Everything that the template sets, as plain texts."""
    sheets = paper.of(told, say)
    drawn = [
        {"file": _file(n, picture), "title": say("paper.figure", n=n + 1, title=visible(title))}
        for n, (title, picture) in enumerate(figures)
    ]
    chapters = [_chapter(n, c, drawn, sheets.annex, say) for n, c in enumerate(sheets.chapters, 2)]
    return {
        "lang": told.lang,
        "title": visible(told.title),
        "subtitle": visible(told.subtitle),
        "warnings": [visible(text) for text in told.warnings],
        "conclusion": paper.heading(1, say("paper.conclusion"), say),
        "verdict": [say("excel.item", n=n, text=visible(text)) for n, text in enumerate(told.verdict, 1)],
        "tiles": [
            {"label": visible(t.label), "value": visible(t.value), "note": visible(t.note), "color": COLORS[t.tone]}
            for t in told.tiles
        ],
        "chapters": chapters,
        "maps": paper.heading(len(chapters) + 2, say("paper.maps"), say),
        "figures": drawn[1:],
        "annex": [
            {"title": say("paper.annex", n=n, title=leaf.title), **_leaf(leaf, None, SIDEWAYS_MM, say)}
            for n, leaf in enumerate(sheets.annex, 1)
        ],
        "made": say("paper.made", version=__version__),
    }


def _file(n: int, picture: Picture) -> str:
    return f"{n}.png" if isinstance(picture, bytes) else f"{n}.svg"


def _chapter(
    n: int, chapter: paper.Chapter, drawn: list[dict[str, str]], annex: tuple[Leaf, ...], say: Speech
) -> dict[str, Any]:
    sentences = [visible(text) for text in chapter.sentences]
    sentences += [say("paper.see_annex", n=k, title=annex[k - 1].title) for k in chapter.annexes]
    titled = len({leaf.title for leaf in chapter.leaves}) > 1
    leaves, number, last = [], 0, ""
    for leaf in chapter.leaves:
        fresh = titled and leaf.title != last
        number, last = number + fresh, leaf.title
        leaves.append(_leaf(leaf, paper.subheading(number, leaf.title, say) if fresh else None, TEXT_MM, say))
    return {
        "heading": paper.heading(n, chapter.title, say),
        "sentences": sentences,
        "figure": drawn[0] if chapter.id == "map" and drawn else None,
        "leaves": leaves,
    }


def _leaf(leaf: Leaf, heading: str | None, width: float, say: Speech) -> dict[str, Any]:
    table = leaf.table
    widths = columns.widths(table, say, width)
    return {
        "heading": heading,
        "columns": [{"title": visible(c.title), "right": c.kind in paper.NUMBERS} for c in table.columns],
        "widths": [round(w, 2) for w in widths],
        "long": columns.lines(table, say, widths) > word.TOGETHER,
        "rows": [
            [visible(say.text(cell, c.kind)) for cell, c in zip(row, table.columns, strict=True)] for row in table.rows
        ],
        "notes": [visible(text) for text in (leaf.rest, table.note) if text],
    }
