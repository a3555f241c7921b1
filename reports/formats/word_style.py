"""The look of an official document: page, type and styles after GB/T 9704-2012, for Chinese and for English.

The standard asks for an A4 page with margins of 37, 35, 28 and 26 mm (top, bottom, left, right), a title in 小标宋 of
size 二号 (22 pt), a body in 仿宋 of size 三号 (16 pt) with 22 lines a page, headings in 黑体, 楷体 and 仿宋, and page
numbers in 宋体 of size 四号 (14 pt) between dashes. Tables are set smaller. Fonts that a machine lacks are replaced by
the fall-backs named in the document's font table, never by boxes.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle

from siting.words import Lang

TITLE, BODY, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN = "Times New Roman"
#: What stands in for a font that a machine lacks, the nearest first.
FALL_BACKS = {
    TITLE: "方正小标宋_GBK,FZXiaoBiaoSong-B05S,宋体,SimSun,Noto Serif CJK SC",
    BODY: "仿宋,FangSong,STFangsong,华文仿宋,方正仿宋_GBK,Noto Serif CJK SC",
    HEI: "SimHei,STHeiti,方正黑体_GBK,Noto Sans CJK SC",
    KAI: "楷体,KaiTi,STKaiti,华文楷体,方正楷体_GBK,Noto Serif CJK SC",
    SONG: "SimSun,STSong,Noto Serif CJK SC",
}
#: Width and height of A4, and what the margins leave.
WIDTH, HEIGHT = 210, 297
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26
TEXT_MM, SIDEWAYS_MM = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

PARAGRAPH, NUMBER, CELL, NOTE, FIGURE, WARNING, SUBTITLE, MADE = (
    "Siting Body", "Siting Number", "Siting Cell", "Siting Note", "Siting Figure", "Siting Warning", "Siting Subtitle",
    "Siting Made",
)  # fmt: skip
TABLE = "Siting Table"


def prepare(document: Doc, lang: Lang, own: bool) -> None:
    """Give ``document`` our styles; ``own`` is False for a bureau's template, whose page and headings stay its own."""
    small = lang == "en"
    if own:
        page(document.sections[0])
        _style(document, "Normal", BODY, 12 if small else 16)
        _style(document, "Title", TITLE, 18 if small else 22, align="center", bold=small, after=8)
        _style(document, "Heading 1", HEI, 14 if small else 16, bold=small, before=12, after=4, keep=True)
        _style(document, "Heading 2", KAI, 13 if small else 16, bold=small, before=8, after=4, keep=True)
        _style(document, "Heading 3", BODY, 12 if small else 16, bold=True, before=6, after=4, keep=True)
        _fonts(document)
    body = 12 if small else 16
    line = 18 if small else 28.9
    _style(
        document,
        PARAGRAPH,
        BODY,
        body,
        align="both",
        exact=line,
        indent=0 if small else 2 * body,
        after=6 if small else 0,
    )
    _style(document, SUBTITLE, KAI, 11 if small else 14, align="center", after=10)
    _style(document, WARNING, KAI, 11 if small else 14, after=6, shade="FFF1CC")
    _style(document, CELL, SONG, 9, before=1, after=1)
    _style(document, NUMBER, SONG, 9, align="right", before=1, after=1)
    _style(document, NOTE, SONG, 9, before=2, after=8)
    _style(document, FIGURE, HEI, 10.5, align="center", before=2, after=10)
    _style(document, MADE, KAI, 10.5, align="right", before=16)
    _table_style(document)


def page(section: Section, sideways: bool = False) -> None:
    """Size and margins of a page; a page turned sideways keeps the margins of its edges."""
    if sideways:
        section.page_width, section.page_height = Mm(HEIGHT), Mm(WIDTH)
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (
            Mm(TOP), Mm(BOTTOM), Mm(RIGHT), Mm(LEFT),
        )  # fmt: skip
        section.orientation = WD_ORIENT.LANDSCAPE
    else:
        section.page_width, section.page_height = Mm(WIDTH), Mm(HEIGHT)
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (
            Mm(LEFT), Mm(RIGHT), Mm(TOP), Mm(BOTTOM),
        )  # fmt: skip
        section.orientation = WD_ORIENT.PORTRAIT
    section.footer_distance = Mm(25)
    section.header_distance = Mm(15)


def _style(
    document: Doc,
    name: str,
    font: str,
    size: float,
    *,
    align: str = "left",
    bold: bool | None = None,
    before: float = 0,
    after: float = 0,
    exact: float | None = None,
    indent: float = 0,
    keep: bool = False,
    shade: str = "",
) -> ParagraphStyle:
    """The paragraph style of that name, made or changed."""
    style = (
        document.styles[name] if name in document.styles else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    )
    assert isinstance(style, ParagraphStyle)
    properties = style.element.get_or_add_rPr()
    for child in list(properties):
        properties.remove(child)
    properties.append(parse_xml(
        f"<w:rFonts {nsdecls('w')} w:ascii='{LATIN}' w:hAnsi='{LATIN}' w:cs='{LATIN}' w:eastAsia={quoteattr(font)}/>"
    ))  # fmt: skip
    style.font.size, style.font.bold = Pt(size), bold
    form = style.paragraph_format
    form.alignment = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER,
                      "right": WD_ALIGN_PARAGRAPH.RIGHT, "both": WD_ALIGN_PARAGRAPH.JUSTIFY}[align]  # fmt: skip
    form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), keep
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY if exact else WD_LINE_SPACING.SINGLE
    if exact:
        form.line_spacing = Pt(exact)
    form.first_line_indent = Pt(indent)
    around = style.element.get_or_add_pPr()
    for tag in ("w:pBdr", "w:shd"):
        for child in around.findall(qn(tag)):
            around.remove(child)
    if shade:
        shading = parse_xml(f"<w:shd {nsdecls('w')} w:val='clear' w:color='auto' w:fill='{shade}'/>")
        around.insert_element_before(shading, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
    return style


def _table_style(document: Doc) -> None:
    """Strong lines above and below, a shaded head, fine lines between the rows."""
    if TABLE in document.styles:
        return
    style = document.styles.add_style(TABLE, WD_STYLE_TYPE.TABLE)
    for xml in (
        "<w:tblPr {0}><w:tblBorders><w:top w:val='single' w:sz='12' w:color='000000'/>"
        "<w:bottom w:val='single' w:sz='12' w:color='000000'/><w:insideH w:val='single' w:sz='4' w:color='BFBFBF'/>"
        "</w:tblBorders><w:tblCellMar><w:left w:w='57' w:type='dxa'/><w:right w:w='57' w:type='dxa'/></w:tblCellMar>"
        "</w:tblPr>",
        "<w:tblStylePr {0} w:type='firstRow'><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>"
        "<w:bottom w:val='single' w:sz='6' w:color='000000'/></w:tcBorders>"
        "<w:shd w:val='clear' w:color='auto' w:fill='E8EDF3'/></w:tcPr></w:tblStylePr>",
    ):
        style.element.append(parse_xml(xml.format(nsdecls("w"))))


def _fonts(document: Doc) -> None:
    """The font table: every font with its fall-backs."""
    fonts = "".join(
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(others)}/><w:charset w:val='86'/></w:font>"
        for name, others in FALL_BACKS.items()
    )
    whole = f"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<w:fonts {nsdecls('w')}>{fonts}</w:fonts>"
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/fontTable"):
            relation.target_part._blob = whole.encode("utf-8")
