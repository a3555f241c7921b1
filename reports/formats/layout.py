"""The content of a report as a tree of page elements; nothing here joins strings into markup."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ..nouns import Amount, Cell, Column, Content, Section, Table
from ..speech import Speech
from . import paper

NUMBERS = frozenset({"count", "money", "share", "seconds", "metres", "number", "tpd", "persons", "settlements", "m2"})
CHART_WIDTH = 1000
#: Tables with more rows scroll in a box of their own, their heads staying in sight.
TALL = 20


def node(tag: str, *inside: ET.Element | str, **attributes: str) -> ET.Element:
    """An element; ``class_`` and ``for_`` are written without their underscore, other underscores become hyphens."""
    element = ET.Element(tag, {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()})
    for part in inside:
        if isinstance(part, str):
            if len(element):
                element[-1].tail = (element[-1].tail or "") + part
            else:
                element.text = (element.text or "") + part
        else:
            element.append(part)
    return element


def body(told: Content, say: Speech, made: str) -> list[ET.Element]:
    """Everything between the page's body tags."""
    links = [node("li", node("a", section.title, href=f"#{section.id}")) for section in told.sections]
    return [
        node("a", say("page.skip"), class_="skip", href="#conclusion"),
        node(
            "header",
            node("h1", told.title),
            node("p", told.subtitle, class_="subtitle"),
            class_="page-head",
        ),
        node(
            "main",
            *(node("p", text, class_="warning", role="note") for text in told.warnings),
            _conclusion(told, say),
            node("nav", node("ul", *links), aria_label=say("page.contents"), class_="contents"),
            *(_section(section, say) for section in told.sections),
        ),
        node("footer", node("p", made)),
    ]


def _conclusion(told: Content, say: Speech) -> ET.Element:
    tiles = [
        node(
            "li",
            node("span", tile.label, class_="tile-label"),
            node("strong", tile.value, class_="tile-value"),
            node("span", tile.note, class_="tile-note"),
            class_=f"tile {tile.tone}",
        )
        for tile in told.tiles
    ]
    return node(
        "section",
        node("h2", say("page.conclusion")),
        node("ul", *tiles, class_="tiles"),
        node("ul", *(node("li", text) for text in told.verdict), class_="verdict"),
        id="conclusion",
    )


def _section(section: Section, say: Speech) -> ET.Element:
    parts: list[ET.Element] = [node("h2", section.title)]
    parts += [node("p", text) for text in section.sentences]
    if section.id == "map":
        parts.append(node("div", node("noscript", node("p", say("map.noscript"), class_="warning")), id="map-room"))
    for table in section.tables:
        if table.id == "services":
            parts.append(_chart(table, say))
        parts.append(_table(table, say, titled=len(section.tables) > 1))
    return node("section", *parts, id=section.id)


def _table(table: Table, say: Speech, titled: bool) -> ET.Element:
    head = node("tr", *(_head(column) for column in table.columns))
    printed, rest = paper.printed(table, say)
    rows = [_row(row, table, n in table.hidden, say) for n, row in enumerate(table.rows)]
    for n in set(range(len(rows))) - set(printed) - table.hidden:
        rows[n].set("class", "unprinted")
    whole = node("table", node("thead", head), node("tbody", *rows), class_="data", id=f"table-{table.id}")
    if table.hidden:
        whole.set("data-quiet", "")
    scroller = node(
        "div",
        whole,
        class_="scroll tall" if len(rows) > TALL else "scroll",
        tabindex="0",
        role="region",
        aria_label=table.title,
    )
    parts: list[ET.Element] = [scroller]
    if rest:
        parts.append(node("p", rest, class_="note on-paper"))
    if table.note:
        parts.append(node("p", table.note, class_="note"))
    if table.folded:
        return node("details", node("summary", f"{table.title} ({len(table.rows):,})"), *parts, class_="table-block")
    if titled:
        parts.insert(0, node("h3", table.title))
    return node("div", *parts, class_="table-block")


def _head(column: Column) -> ET.Element:
    """The head of a column; one that stands for a plan has a long title and a brief one for narrow screens."""
    inside: tuple[ET.Element | str, ...] = (column.title,)
    style = _style(column)
    if column.brief:
        style = f"{style} plan"
        if column.brief != column.title:
            inside = (
                node("span", column.title, class_="long"),
                node("span", column.brief, class_="brief", aria_hidden="true"),
            )
    return node("th", *inside, scope="col", class_=style, data_key=column.key)


def _style(column: Column) -> str:
    return "num" if column.kind in NUMBERS else f"col-{column.key.replace('_', '-')}"


def _row(row: tuple[Cell, ...], table: Table, quiet: bool, say: Speech) -> ET.Element:
    line = node("tr")
    if quiet:
        line.set("class", "quiet")
    for n, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
        text = say.text(cell, column.kind)
        box = node("th" if n == 0 else "td", class_=_style(column))
        if n == 0:
            box.set("scope", "row")
        if column.kind == "code" and isinstance(cell, str) and cell.startswith(("status.", "action.", "solved.")):
            box.append(node("span", text, class_="badge " + cell.replace(".", "-")))
        elif isinstance(cell, str):
            box.append(node("bdi", text))
        else:
            box.text = text
        value = cell.value if isinstance(cell, Amount) else cell
        if isinstance(value, int | float):
            box.set("data-value", f"{value}")
        line.append(box)
    return line


def _chart(table: Table, say: Speech) -> ET.Element:
    """People served today and under the plan, one pair of bars a service."""
    at = {column.key: n for n, column in enumerate(table.columns)}
    lines = []
    for row in table.rows:
        pair = []
        for key, style, when in (("people_before", "was", "map.before"), ("people_after", "now", "map.after")):
            share = row[at[key]]
            assert isinstance(share, float)
            bar = node("svg", viewBox=f"0 0 {CHART_WIDTH} 10", preserveAspectRatio="none", aria_hidden="true")
            bar.append(node("rect", class_="ground", width=str(CHART_WIDTH), height="10"))
            bar.append(node("rect", class_=style, width=str(round(share * CHART_WIDTH)), height="10"))
            pair.append(
                node(
                    "div",
                    node("span", say(when), class_="bar-when"),
                    bar,
                    node("span", say.share(share), class_="bar-value"),
                    class_="bar",
                )
            )
        name = row[at["service"]]
        lines.append(node("li", node("span", str(name), class_="bar-name"), node("div", *pair)))
    return node("figure", node("figcaption", say("page.chart")), node("ul", *lines, class_="bars"))
