"""``import-log.md``: what was read, what was made of it, and every row that was not taken over as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siting.errors import Fault

_TITLES = {
    "N201": ("道路禁止通行，未采用", "Ways closed to everybody, left out"),
    "N202": ("限速读不懂，留空", "Speed limits not understood, left blank"),
    "N203": ("不采用的道路类别", "Road classes not used"),
    "N204": ("重复设施，已合并", "Facilities drawn twice, joined"),
    "N205": ("未采用的设施", "Facilities not used"),
    "N206": ("类型不明，按默认服务处理", "Facilities of unknown type, taken by default"),
    "N207": ("附近已有设施，不设候选点", "No candidate: an existing site stands near"),
    "N208": ("边界之外", "Outside the boundary"),
    "N209": ("不是居民点的地名", "Places that are no settlements"),
    "N210": ("单行标记读不懂，按双向处理", "One-way tags not understood, taken as two-way"),
    "N211": ("通行限制改变了道路类别", "Class changed by access rules"),
    "N212": ("本预设不用的设施种类", "Kinds that no service of the preset uses"),
    "N213": ("未用的列", "Columns not used"),
    "N214": ("道路在边界处截断", "Roads cut at the boundary"),
    "N215": ("范围内的设施未使用", "Facilities of the extract not used"),
    "N216": ("同一地名重复，合并", "Places drawn twice, joined"),
    "N240": ("同义列，未使用", "Columns of the same meaning, not used"),
    "N241": ("合计行，未作为居民点", "Total rows, no places"),
    "N242": ("标题、备注和其他工作表", "Titles, remarks, other sheets"),
    "N243": ("合并单元格，向下填充", "Merged cells, filled down"),
    "N244": ("按单位或分隔符读出的数", "Numbers read with units or separators"),
    "N245": ("按名称定位的居民点", "Settlements found by name"),
    "N246": ("地图上有、清单上没有的设施", "Facilities of the map that the list lacks"),
    "N247": ("没有坐标的设施，已定位", "Facilities without coordinates, placed"),
    "N248": ("不能设的候选点", "Candidates taken out"),
    "N249": ("红线文件", "Red-line files"),
    "W201": ("路网不连通", "Road network in several components"),
    "W202": ("缺少坐标的道路点", "Road nodes without a position"),
    "W203": ("没有人口的居民点，未采用", "Places without population, left out"),
    "W204": ("人口为合计数，未采用", "A total of the others, left out"),
    "W205": ("减去街区人口", "People of quarters taken out"),
    "W206": ("规模为假设值", "Capacity assumed"),
    "W207": ("人口为估计值", "Population estimated"),
    "W208": ("没有几何的关系", "Relations without geometry"),
    "W209": ("预设中没有的服务", "Services that the preset lacks"),
    "W211": ("类别不明，按村处理", "Kind not known, taken as a village"),
    "W231": ("表中坐标疑为偏移坐标", "Points that look shifted"),
    "W232": ("坐标系到 WGS84 的转换不精确", "Systems without an exact way to WGS84"),
    "W234": ("孤立的路网部分", "Parts of the roads that stand alone"),
    "W235": ("可能缺一段路", "Links that are probably missing"),
    "W236": ("位于孤立路网上的居民点", "Settlements on a part that stands alone"),
    "W237": ("道路疑为偏移坐标", "Roads that look shifted"),
    "W238": ("只能经轮渡到达的路网", "Parts reached by ferry only"),
    "N236": ("被边界切下的路网", "Parts cut off by the boundary"),
    "N239": ("轮渡", "Ferries"),
    "W230": ("不认识的道路等级，未采用", "Road classes not known, left out"),
    "W233": ("路段长度与图形不符", "Lengths that differ from the drawing"),
    "W239": ("出行时间表中缺少的点对", "Pairs that the travel-time table lacks"),
    "N217": ("路网节点的海拔", "Heights of road nodes"),
    "N218": ("公交线路", "Bus lines"),
    "W249": ("没有海拔的节点，其道路按平路计", "Nodes without a height, whose roads count as level"),
    "N230": ("文字编码", "Encoding of texts"),
    "N231": ("未采用的坐标系说明", "Coordinate systems said but not applied"),
    "N232": ("重新编号的节点", "Nodes numbered anew"),
    "N233": ("坐标系", "Coordinate systems"),
    "N234": ("不是线的要素", "Features that are no lines"),
    "N235": ("双向合并的道路", "Directions joined to two-way roads"),
    "N237": ("含多个等级的路段", "Edges of several classes"),
    "N238": ("联网取得的道路", "Roads fetched online"),
    "W240": ("用其他列代替", "Columns that stand in"),
    "W241": ("合计与各行之和不符", "Totals that differ from their rows"),
    "W242": ("找不到位置的居民点，未采用", "Settlements without a place, left out"),
    "W243": ("自列候选点被去掉", "Candidates of your own list, taken out"),
    "W244": ("人口推算", "People of the later year"),
    "W245": ("所在乡镇没有总人口的居民点", "Settlements whose township has no total"),
    "W246": ("栅格人口", "People of the raster"),
    "W247": ("没有建筑物，平均分配", "Without buildings, spread evenly"),
    "W248": ("人均垃圾量", "Waste per head"),
    "W210": ("边界之外的居民点，未采用", "Settlements outside the boundary, left out"),
}


def write_log(
    title: str, facts: Mapping[tuple[str, str], object], notes: Sequence[Fault], kinds: Sequence[Sequence[str]] = ()
) -> str:
    """Text of the log: ``facts`` by (Chinese, English) name, the table ``kinds`` (heads first), the notes by code."""
    lines = [f"# {title}", "", "## 概况 / Counts", "", "| 项目 | item | |", "|---|---|---:|"]
    lines += [f"| {zh} | {en} | {_cell(value)} |" for (zh, en), value in facts.items()]
    if len(kinds) > 1:
        rows = [[_cell(cell) for cell in row] for row in kinds]
        lines += ["", "## 地图要素与服务 / What each kind of the map became", ""]
        lines += [_row(rows[0]), _row(["---"] * len(rows[0])), *map(_row, rows[1:])]
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
