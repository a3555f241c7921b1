"""A report as a Word document: the verdict first, then the chapters, long tables in an annex on pages turned sideways.

Tables stay tables when they are edited: their heads repeat, their rows do not break, numbers stand to the right, and
every look is a style that a bureau can change. With a template of the bureau the report is put into its letterhead.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from siting import __version__
from siting.store import write_bytes
from siting.studies.study import Study
from siting.words import Lang, Words

from .. import content
from ..maps import fonts, painter, static_map
from ..maps.marks import Picture
from ..nouns import Content
from ..speech import Speech, visible
from . import columns, paper, word_style, word_table, word_template
from .packing import timeless
from .paper import Leaf
from .word_style import CELL, FIGURE, MADE, NOTE, NUMBER, PARAGRAPH, SIDEWAYS_MM, SUBTITLE, TABLE, TEXT_MM, WARNING

#: Where a template wants the report; without such a paragraph it is put at the end.
PLACES = ("{{报告}}", "{{report}}")
#: Height of a picture at most, in millimetres.
TALLEST_MM = 165
#: Tables of at most so many lines do not break over pages: longer ones would leave too much of a page blank.
TOGETHER = 9
Figure = tuple[str, Picture]


def write(study: Study, out: Path, words: Words, template: Path | None = None) -> list[Path]:
    """Write ``report.docx``, for a second language ``report.<lang>.docx``; ``template`` is a bureau's own document.

    Raises:
        InputRefused: the template cannot be used (E304, E305).
    """
    first = study.result.get("lang", words.lang) == words.lang
    say = content.speech(study.county, words.lang)
    drawn = pictures(study, words.lang)
    data = document(content.of(study, words.lang), say, drawn, str(study.result.get("created", "")), template)
    return [write_bytes(out / ("report.docx" if first else f"report.{words.lang}.docx"), data)]


def pictures(study: Study, lang: Lang) -> tuple[Figure, ...]:
    """The map of the plan, then one of each service; none on a machine without a Chinese font."""
    font = fonts.chinese()
    return () if font is None else _drawn(study, lang, font)


@lru_cache(maxsize=2)
def _drawn(study: Study, lang: Lang, font: tuple[Path, int]) -> tuple[Figure, ...]:
    """`pictures` with a font, drawn once for Word and PDF."""
    say = content.speech(study.county, lang)
    return (say("map.title"), static_map.overview(study, say)), *static_map.pictures(study, say)


def document(
    told: Content, say: Speech, figures: Sequence[Figure], created: str, template: Path | None = None
) -> bytes:
    """The document as bytes; the same content gives the same bytes."""
    word = word_template.opened(template) if template else Document()
    after = _make_room(word) if template else []
    word_style.prepare(word, told.lang, own=template is None)
    _properties(word, told, created)
    Writer(word, say, own=template is None).fill(told, figures)
    end = word.element.body.sectPr
    for element in after:
        end.addprevious(element)
    buffer = io.BytesIO()
    word.save(buffer)
    return timeless(buffer.getvalue())


def _make_room(word: Doc) -> list[object]:
    """Remove the paragraph that marks the place of the report; what stands after it comes back at the end."""
    body = list(word.element.body)
    for n, element in enumerate(body):
        if element.tag == qn("w:p") and Paragraph(element, word).text.strip() in PLACES:
            rest = [e for e in body[n + 1 :] if e.tag != qn("w:sectPr")]
            for old in (element, *rest):
                word.element.body.remove(old)
            return rest
    return []


def _properties(word: Doc, told: Content, created: str) -> None:
    try:
        day = datetime.fromisoformat(created).replace(tzinfo=None)
    except ValueError:
        day = datetime(2000, 1, 1)
    about = word.core_properties
    about.title, about.author, about.last_modified_by, about.comments = (
        visible(told.title)[:250],
        "siting",
        "siting",
        "",
    )
    about.created = about.modified = day
    about.language = "zh-CN" if told.lang == "zh" else "en"
    about.revision = 1


class Writer:
    """Adds a report to the end of a document."""

    def __init__(self, word: Doc, say: Speech, own: bool) -> None:
        self.word, self.say, self.own = word, say, own
        self.figure = 0
        self.ids: dict[str, str] = {}

    def fill(self, told: Content, figures: Sequence[Figure]) -> None:
        """Title, verdict, chapters, pictures, annex."""
        if self.own:
            self._number_pages()
        self.text(told.title, "Title" if self.own or self._has("Title") else PARAGRAPH)
        self.text(told.subtitle, SUBTITLE)
        for warning in told.warnings:
            self.text(warning, WARNING)
        self._heading(paper.heading(1, self.say("paper.conclusion"), self.say), 1)
        for n, sentence in enumerate(told.verdict, 1):
            self.text(self.say("excel.item", n=n, text=sentence), PARAGRAPH)
        self._tiles(told)
        sheets = paper.of(told, self.say)
        for n, chapter in enumerate(sheets.chapters, 2):
            self._chapter(n, chapter, figures, sheets.annex)
        if len(figures) > 1:
            self._heading(paper.heading(len(sheets.chapters) + 2, self.say("paper.maps"), self.say), 1)
            for figure in figures[1:]:
                self._picture(figure)
        word_table.keep_last_row(self.word.element.body)
        self.text(self.say("paper.made", version=__version__), MADE)
        self._annex(sheets.annex)

    def text(self, text: str, style: str) -> Paragraph:
        """A paragraph."""
        return self.word.add_paragraph(visible(text), style)

    def _has(self, style: str) -> bool:
        return style in self.word.styles

    def _heading(self, text: str, level: int) -> None:
        name = f"Heading {level}"
        self.text(text, name if self._has(name) else PARAGRAPH).paragraph_format.keep_with_next = True

    def _tiles(self, told: Content) -> None:
        if not told.tiles:
            return
        widths = [TEXT_MM / len(told.tiles)] * len(told.tiles)
        table = word_table.add(self.word, TABLE, widths)
        texts = zip(*((tile.label, tile.value, tile.note) for tile in told.tiles), strict=True)
        rows = [[(text, self._id(CELL)) for text in line] for line in texts]
        word_table.fill(table, widths, rows, head=False, whole=True)
        for n, row in enumerate(table.rows):
            for cell in row.cells:
                paragraph = cell.paragraphs[0]
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                for run in paragraph.runs if n == 1 else ():
                    run.bold, run.font.size = True, Pt(16)

    def _chapter(self, n: int, chapter: paper.Chapter, figures: Sequence[Figure], annex: tuple[Leaf, ...]) -> None:
        self._heading(paper.heading(n, chapter.title, self.say), 1)
        sentences = chapter.sentences
        if chapter.id == "map":
            sentences = sentences if figures else (self.say("paper.no_font"),)
        for n, sentence in enumerate(sentences, 1):
            beside = n == len(sentences) and (chapter.leaves or chapter.id == "map")
            self.text(sentence, PARAGRAPH).paragraph_format.keep_with_next = True if beside else None
        if chapter.id == "map" and figures:
            self._picture(figures[0])
        for k in chapter.annexes:
            self.text(self.say("paper.see_annex", n=k, title=annex[k - 1].title), PARAGRAPH)
        titled = len({leaf.title for leaf in chapter.leaves}) > 1
        number, last = 0, ""
        for leaf in chapter.leaves:
            if titled and leaf.title != last:
                number += 1
                self._heading(paper.subheading(number, leaf.title, self.say), 2)
            elif leaf.title == last:
                self.text("", NOTE)
            last = leaf.title
            self._leaf(leaf, TEXT_MM)

    def _annex(self, leaves: tuple[Leaf, ...]) -> None:
        for n, leaf in enumerate(leaves, 1):
            if n == 1:
                word_style.page(self.word.add_section(WD_SECTION.NEW_PAGE), sideways=True)
            self._heading(self.say("paper.annex", n=n, title=leaf.title), 1)
            self._leaf(leaf, SIDEWAYS_MM)

    def _leaf(self, leaf: Leaf, width: float) -> None:
        table, say = leaf.table, self.say
        widths = columns.widths(table, say, width)
        number, plain = self._id(NUMBER), self._id(CELL)
        rows = [[(c.title, number if c.kind in paper.NUMBERS else plain) for c in table.columns]]
        rows += [
            [
                (say.text(cell, c.kind), number if paper.is_number(cell, c) else plain)
                for cell, c in zip(row, table.columns, strict=True)
            ]
            for row in table.rows
        ]
        whole = columns.lines(table, say, widths) <= TOGETHER
        word_table.fill(word_table.add(self.word, TABLE, widths), widths, rows, head=True, whole=whole)
        for text in filter(None, (leaf.rest, table.note)):
            self.text(text, NOTE)

    def _id(self, style: str) -> str:
        """The id of a style by its name; python-docx looks a style up anew each time, we do it once."""
        if style not in self.ids:
            self.ids[style] = self.word.styles[style].style_id
        return self.ids[style]

    def _picture(self, figure: Figure) -> None:
        title, data = figure
        self.figure += 1
        paragraph = self.word.add_paragraph(style=FIGURE)
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(painter.png(data)), width=Mm(TEXT_MM))
        if shape.height > Mm(TALLEST_MM):
            shape.width, shape.height = round(shape.width * Mm(TALLEST_MM) / shape.height), Mm(TALLEST_MM)
        shape._inline.docPr.set("descr", visible(title))
        self.text(self.say("paper.figure", n=self.figure, title=title), FIGURE)

    def _number_pages(self) -> None:
        """— 1 — outside: to the right on odd pages, to the left on even ones."""
        self.word.settings.odd_and_even_pages_header_footer = True
        section = self.word.sections[0]
        for footer, side in (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            for part in ("— ", None, " —"):
                run = paragraph.add_run(part or "")
                run.font.name, run.font.size = word_style.SONG, Pt(14)
                run._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), word_style.SONG)
                if part is None:
                    for kind, order in (("begin", ""), ("", "PAGE"), ("end", "")):
                        run._r.append(_field(kind, order))
            paragraph.alignment = side


def _field(kind: str, order: str) -> object:
    if kind:
        return parse_xml(f"<w:fldChar {nsdecls('w')} w:fldCharType='{kind}'/>")
    return parse_xml(f"<w:instrText {nsdecls('w')} xml:space='preserve'> {order} </w:instrText>")
