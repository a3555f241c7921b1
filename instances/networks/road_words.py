"""What the columns and values of a road table are called, in English and Chinese: headings, classes, directions.

The lists stand in ``docs/roads.md``; a test compares the two. Classes are those of OpenStreetMap, for the speed
tables of the presets speak them. Which Chinese class becomes which is our choice, so that the speeds of the preset
(national road 60 km/h, county 40, township 30, village 20) meet the roads they were written for.
"""

from __future__ import annotations

import re
import unicodedata

from ..tags import ROAD_CLASSES

#: Accepted headings by our name of a column, lower case.
HEADINGS: dict[str, tuple[str, ...]] = {
    "road_class": (
        "road_class", "highway", "fclass", "class", "road_type", "type", "道路等级", "道路类型", "道路类别", "公路等级",
        "行政等级", "技术等级", "等级", "类型",
    ),
    "oneway": ("oneway", "one_way", "is_oneway", "单行", "单行线", "单向", "是否单行", "是否单行线", "通行方向"),
    "speed_kmh": ("speed_kmh", "maxspeed", "maxspeed_kmh", "限速", "限速_km/h", "限速(km/h)", "设计速度"),
    "name": ("name", "road_name", "street", "名称", "道路名称", "路名", "路线名称"),
    "ref": ("ref", "road_no", "路线编号", "路线编码", "道路编号"),
    "access": ("access",),
    "motor_vehicle": ("motor_vehicle",),
    "vehicle": ("vehicle",),
    "foot": ("foot",),
    "bicycle": ("bicycle",),
    "junction": ("junction",),
    "from_node": ("from_node", "from", "u", "source", "start_node", "起点", "起点编号", "起始节点", "起点节点"),
    "to_node": ("to_node", "to", "v", "target", "end_node", "终点", "终点编号", "终止节点", "终点节点"),
    "from_lon": ("from_lon", "lon1", "x1", "start_lon", "起点经度"),
    "from_lat": ("from_lat", "lat1", "y1", "start_lat", "起点纬度"),
    "to_lon": ("to_lon", "lon2", "x2", "end_lon", "终点经度"),
    "to_lat": ("to_lat", "lat2", "y2", "end_lat", "终点纬度"),
    "length_m": ("length_m", "长度_m", "长度(m)", "长度(米)", "长度_米", "里程_m", "里程(米)"),
    "length_km": ("length_km", "长度_km", "长度(km)", "长度(公里)", "长度_公里", "里程_km", "里程(公里)"),
    "length": ("length", "长度", "里程"),
}  # fmt: skip
#: Accepted headings of a table of nodes.
NODE_HEADINGS: dict[str, tuple[str, ...]] = {
    "id": ("id", "node", "node_id", "osmid", "编号", "节点", "节点编号"),
    "lon": ("lon", "longitude", "lng", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "elevation_m": (
        "elevation_m",
        "elevation",
        "ele",
        "height_m",
        "海拔",
        "海拔_m",
        "海拔(m)",
        "海拔(米)",
        "高程",
        "高程_m",
        "高程(m)",
        "高程(米)",
    ),
}

#: Chinese classes. Administrative classes, technical classes (JTG B01), city streets (CJJ 37), others.
CLASSES: dict[str, str] = {
    "高速": "motorway", "高速公路": "motorway",
    "国道": "trunk", "省道": "primary", "县道": "secondary", "乡道": "tertiary", "村道": "unclassified",
    "专用公路": "unclassified", "专用道路": "unclassified",
    "一级": "trunk", "一级公路": "trunk", "二级": "primary", "二级公路": "primary",
    "三级": "tertiary", "三级公路": "tertiary", "四级": "unclassified", "四级公路": "unclassified",
    "等外": "unclassified", "等外公路": "unclassified", "等外路": "unclassified",
    "快速路": "trunk", "主干路": "primary", "主干道": "primary", "次干路": "secondary", "次干道": "secondary",
    "支路": "tertiary", "街巷": "residential", "巷道": "residential", "居住区道路": "residential",
    "匝道": "primary_link", "服务道路": "service", "内部道路": "service",
    "机耕路": "track", "机耕道": "track", "生产路": "track", "林道": "track",
    "步行街": "pedestrian", "人行道": "footway", "步道": "footway", "小路": "path", "山路": "path", "台阶": "steps",
    "自行车道": "cycleway", "非机动车道": "cycleway",
}  # fmt: skip
#: Road numbers of GB/T 919 and GB/T 917 as a class: three digits after G or S are a road, one, two or four a motorway.
NUMBERS: tuple[tuple[str, str], ...] = (
    (r"[GS](\d{1,2}|\d{4})", "motorway"),
    (r"G(\d{3})?", "trunk"),
    (r"S(\d{3})?", "primary"),
    (r"X(\d{3})?", "secondary"),
    (r"Y(\d{3})?", "tertiary"),
    (r"C([\dA-Z]{3})?", "unclassified"),
    (r"Z(\d{3})?", "unclassified"),
)
#: From the fastest to the slowest: where an edge has several classes, the slowest counts.
FAST_TO_SLOW = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "motorway_link", "trunk_link", "primary_link",
    "secondary_link", "tertiary_link", "unclassified", "road", "residential", "living_street", "service", "track",
    "cycleway", "pedestrian", "footway", "path", "steps",
)  # fmt: skip

#: 1 with the line, 0 both ways, -1 against it. Letters of navigation data: FT from-to, TF to-from, B both.
DIRECTIONS: dict[str, int] = {
    "yes": 1, "true": 1, "1": 1, "ft": 1, "是": 1, "单行": 1, "单向": 1, "正向": 1, "顺向": 1,
    "no": 0, "false": 0, "0": 0, "b": 0, "both": 0, "否": 0, "双行": 0, "双向": 0, "": 0,
    "-1": -1, "reverse": -1, "tf": -1, "反向": -1, "逆向": -1,
}  # fmt: skip
#: Read only in a column that also says B: elsewhere F and T may mean false and true.
LETTERS: dict[str, int] = {"f": 1, "t": -1}


def road_class(text: str) -> str | None:
    """Class of OpenStreetMap that a value means, None where it is not known."""
    said = unicodedata.normalize("NFKC", text).strip()
    low = said.lower()
    if low in ROAD_CLASSES:
        return low
    if re.fullmatch(r"track_grade[1-5]", low):
        return "track"
    if said in CLASSES:
        return CLASSES[said]
    return next((meant for pattern, meant in NUMBERS if re.fullmatch(pattern, said.upper())), None)


def slowest(classes: list[str]) -> str:
    """Of several known classes the slowest."""
    return max(classes, key=FAST_TO_SLOW.index)
