"""The headings that a planner's tables may bear, by our column names; of several in one table the first listed counts.

`docs/tables.md` prints these lists; a test keeps the two alike. Headings are compared without case, without spaces and
stars, in half-width characters, and without a unit in brackets.
"""

from __future__ import annotations

_LON = ("lon", "lng", "longitude", "x", "经度", "东经", "经度坐标")
_LAT = ("lat", "latitude", "y", "纬度", "北纬", "纬度坐标")
_TOWNSHIP = ("township", "town", "乡镇", "乡镇名称", "所属乡镇", "所在乡镇", "乡镇(街道)", "乡镇街道", "镇街", "街道")

SETTLEMENTS: dict[str, tuple[str, ...]] = {
    "id": ("id", "settlement_id", "osm", "code", "编号", "编码", "代码", "村编码", "村代码", "行政区划代码",
           "区划代码"),
    "name": ("name", "名称", "村名", "村庄名称", "居民点", "居民点名称", "自然村", "自然村名称", "自然村名", "地名",
             "小区"),
    "name_en": ("name_en", "英文名"),
    "population_persons": (
        "population_persons", "常住人口", "常住人口数", "现状常住人口", "population", "pop", "residents", "人口",
        "总人口", "人口数", "人数",
    ),
    "registered_persons": ("registered_persons", "户籍人口", "户籍人口数", "户籍总人口"),
    "migrants_persons": ("migrants_persons", "流动人口", "外来人口", "外来常住人口", "流入人口"),
    "pupils_primary_persons": ("pupils_primary_persons", "小学适龄人口", "小学学龄儿童", "小学生", "小学生数",
                               "6-11岁"),
    "pupils_junior_persons": ("pupils_junior_persons", "初中适龄人口", "初中生", "初中生数", "12-14岁"),
    "children_3_5_persons": ("children_3_5_persons", "学龄前儿童", "3-5岁", "幼儿"),
    "elderly_60_persons": ("elderly_60_persons", "60岁以上", "60岁及以上", "60岁以上人口", "老年人口", "老年人"),
    "population_source": ("population_source", "人口来源", "数据来源"),
    "lon": _LON,
    "lat": _LAT,
    "level": ("level", "级别", "层级", "等级", "村庄等级"),
    "place": ("place", "类别"),
    "township": _TOWNSHIP,
    "village": ("village", "行政村", "行政村名称", "行政村名", "村委会", "村(社区)", "村委会(社区)", "社区"),
    "urban": ("urban", "城镇"),
}  # fmt: skip
#: What may stand in for a missing column; the import says so.
SETTLEMENTS_INSTEAD = {"name": "village", "population_persons": "registered_persons"}

FACILITIES: dict[str, tuple[str, ...]] = {
    "id": ("id", "osm", "编号", "编码", "代码", "学校标识码", "机构代码"),
    "kind": ("kind", "type", "类型", "类别", "设施类型", "设施类别", "学校类型", "机构类型", "办学类型"),
    "service": ("service", "服务"),
    "name": ("name", "名称", "设施名称", "学校名称", "学校", "机构名称", "单位名称"),
    "township": _TOWNSHIP,
    "settlement": ("settlement", "所在村", "村", "村名", "行政村", "所在居民点"),
    "lon": _LON,
    "lat": _LAT,
    "capacity_persons": (
        "capacity_persons", "capacity_or_beds", "capacity", "容量", "学位", "学位数", "核定学位", "办学规模",
        "设计规模",
    ),
    "source": ("source", "来源", "数据来源"),
}  # fmt: skip

CANDIDATES: dict[str, tuple[str, ...]] = {
    "id": ("id", "编号", "编码", "地块编号"),
    "service": ("service", "服务", "设施类型", "拟建设施", "用途"),
    "name": ("name", "名称", "地块名称", "地点"),
    "name_en": ("name_en", "英文名"),
    "settlement": ("settlement", "所在村", "村", "村名", "行政村", "所在居民点"),
    "lon": _LON,
    "lat": _LAT,
    "source": ("source", "来源", "依据"),
}

TOTALS: dict[str, tuple[str, ...]] = {
    "township": (*_TOWNSHIP, "name", "名称"),
    "population_persons": SETTLEMENTS["population_persons"],
    "source": ("source", "来源", "数据来源"),
}

GROWTH: dict[str, tuple[str, ...]] = {
    "level": ("level", "级别", "层级", "等级"),
    "growth_pct_per_year": ("growth_pct_per_year", "growth", "年均增长率", "年增长率", "增长率"),
    "source": ("source", "来源", "依据"),
}

RELOCATION: dict[str, tuple[str, ...]] = {
    "from": ("from", "from_settlement", "迁出", "迁出村", "迁出地"),
    "to": ("to", "to_settlement", "迁入", "迁入地", "安置点", "安置地"),
    "persons": ("persons", "moved_persons", "搬迁人数", "搬迁人口", "人数", "人口"),
}

LINES: dict[str, tuple[str, ...]] = {
    "id": ("id", "line", "line_id", "编号", "线路编号"),
    "name": ("name", "名称", "线路", "线路名称"),
    "name_en": ("name_en", "英文名"),
    "stops": ("stops", "站点", "停靠站点", "途经站点", "途经", "停靠村"),
    "trips_per_day": ("trips_per_day", "trips", "班次", "日班次", "每日班次", "每日往返班次"),
    "source": ("source", "来源", "数据来源"),
}

TABLES = {
    "settlements": SETTLEMENTS, "facilities": FACILITIES, "candidates": CANDIDATES, "totals": TOTALS, "growth": GROWTH,
    "relocation": RELOCATION, "lines": LINES,
}  # fmt: skip
