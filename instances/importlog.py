"""``import-log.md``: what was read, what was made of it, and every row that was not taken over as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siting.errors import Fault

_TITLES = {
    "N201": ("道路禁止通行,未采用", "Ways closed to everybody, left out"),
    "N202": ("限速读不懂,留空", "Speed limits not understood, left blank"),
    "N203": ("不采用的道路类别", "Road classes not used"),
    "N204": ("重复设施,已合并", "Facilities drawn twice, joined"),
    "N205": ("未采用的设施", "Facilities not used"),
    "N206": ("类型不明,按默认服务处理", "Facilities of unknown type, taken by default"),
    "N207": ("附近已有设施,不设候选点", "No candidate: an existing site stands near"),
    "N208": ("边界之外", "Outside the boundary"),
    "N209": ("不是居民点的地名", "Places that are no settlements"),
    "N210": ("单行标记读不懂,按双向处理", "One-way tags not understood, taken as two-way"),
    "N211": ("通行限制改变了道路类别", "Class changed by access rules"),
    "N212": ("本预设不用的设施种类", "Kinds that no service of the preset uses"),
    "N213": ("未用的列", "Columns not used"),
    "N214": ("道路在边界处截断", "Roads cut at the boundary"),
    "N215": ("范围内的设施未使用", "Facilities of the extract not used"),
    "N216": ("同一地名重复,合并", "Places drawn twice, joined"),
    "W201": ("路网不连通", "Road network in several components"),
    "W202": ("缺少坐标的道路点", "Road nodes without a position"),
    "W203": ("没有人口的居民点,未采用", "Places without population, left out"),
    "W204": ("人口为合计数,未采用", "A total of the others, left out"),
    "W205": ("减去街区人口", "People of quarters taken out"),
    "W206": ("规模为假设值", "Capacity assumed"),
    "W207": ("人口为估计值", "Population estimated"),
    "W208": ("没有几何的关系", "Relations without geometry"),
    "W209": ("预设中没有的服务", "Services that the preset lacks"),
    "W211": ("类别不明,按村处理", "Kind not known, taken as a village"),
    "W210": ("边界之外的居民点,未采用", "Settlements outside the boundary, left out"),
}


def write_log(title: str, facts: Mapping[tuple[str, str], object], notes: Sequence[Fault]) -> str:
    """Text of the log: ``facts`` by (Chinese, English) name, then the notes, grouped by code, one table each."""
    lines = [f"# {title}", "", "## 概况 / Counts", "", "| 项目 | item | |", "|---|---|---:|"]
    lines += [f"| {zh} | {en} | {_cell(value)} |" for (zh, en), value in facts.items()]
    lines += ["", "## 未照原样采用的数据 / Rows not taken over as they are"]
    for code in sorted({note.code for note in notes}):
        group = [note for note in notes if note.code == code]
        zh, en = _TITLES.get(code, (code, code))
        lines += ["", f"### {zh} / {en} ({code}, {len(group)})", "", *_table(group)]
    if not notes:
        lines += ["", "无 / none"]
    return "\n".join(lines) + "\n"


def _table(notes: Sequence[Fault]) -> list[str]:
    """Rows of values, a column a key."""
    keys = list(dict.fromkeys(key for note in notes for key in note.values))
    places = any(note.where for note in notes)
    head = ["where"] * places + keys
    rows = [[note.where] * places + [_cell(note.values.get(key, "")) for key in keys] for note in notes]
    return [_row(head), _row(["---"] * len(head)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    """Text for a table cell: bars and angle brackets cannot break the page."""
    return str(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
