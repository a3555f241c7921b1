"""The text of ``county.toml``: travel, demand groups, money and sources of the generated county.

Services, targets and scenarios stand in modules of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from .scenarios import scenarios
from .services import SERVICES, sourced
from .sources import SOURCES
from .sources_zh import TITLES_ZH
from .targets import FUNDS, LAND, targets

HEAD = """\
# 云岭县:虚构的县,由程序生成(种子 @seed@)。Yunling County is not a real place; it was generated (seed @seed@).
# A number written as { value = 30, source = "S041" } names its source under [sources].
format = 1
running_budget_per_year = @running@

[county]
id = "yunling"
name = "云岭县"
name_en = "Yunling County"
year = 2025
synthetic = true
note = "虚构的山区县，并非真实地点。人口和年龄按2020年人口普查中等规模县的中位数标定，其余均为程序生成。\
文化站和高中的公交时间按道路上减速行车推算，未计候车，也不表示已有线路；中小学只计规划中的公交线路。"
note_en = "An invented mountain county, not a real place. Population and ages follow the median of such counties \
in the 2020 census; terrain, roads, names and facilities are generated. Bus times to culture \
stations and senior high schools are those of a slower car, without waiting, and do not mean that a line exists; for \
primary and junior high schools only the lines of the plan count."
attribution = "生成数据；人口按2020年分县人口普查标定（Lei Dong 整理，MIT 许可）"
attribution_en = "generated data; calibrated on the 2020 census by county (Lei Dong, MIT)"
townships_en = { @towns@ }

[money]
unit = "万元"
unit_en = "wan yuan"
base = "元"
base_per_unit = 10000

[network]
snap_limit_m = 2000
allow_unserved = false

[network.modes.walk]
access_kmh = { value = 4, source = "S219" }
oneway = false
[network.modes.walk.speeds_kmh]
national = { value = 5, source = "S220" }
county = { value = 5, source = "S220" }
street = { value = 5, source = "S220" }
township = { value = 4.5, source = "S219" }
village = { value = 4, source = "S219" }
path = { value = 3.5, source = "A-speed-path" }

[network.modes.bicycle]
access_kmh = { value = 4, source = "S219" }
oneway = false
[network.modes.bicycle.speeds_kmh]
national = { value = 15, source = "S219" }
county = { value = 15, source = "S219" }
street = { value = 15, source = "S219" }
township = { value = 12, source = "S219" }
village = { value = 12, source = "S219" }
path = { value = 5, source = "A-speed-path" }

[network.modes.drive]
access_kmh = { value = 4, source = "S219" }
signed_speeds = true
[network.modes.drive.speeds_kmh]
national = { value = 42, source = "S219" }
county = { value = 30, source = "S218" }
street = { value = 25, source = "A-speed-street" }
township = { value = 25, source = "A-speed-township" }
village = { value = 20, source = "S218" }

[network.modes.bus]
access_kmh = { value = 4, source = "S219" }
[network.modes.bus.speeds_kmh]
national = { value = 35, source = "A-speed-bus" }
county = { value = 25, source = "A-speed-bus" }
street = { value = 18, source = "A-speed-bus" }
township = { value = 20, source = "A-speed-bus" }
village = { value = 15, source = "A-speed-bus" }
"""

# id, column, name, name in English
DEMAND = (
    ("residents", "population_persons", "常住人口", "residents", "CENSUS2020"),
    ("rural", "rural_persons", "农村常住人口", "rural residents", "CENSUS2020"),
    ("children_3_5", "children_3_5_persons", "3—5岁儿童", "children aged 3–5", "D-ages"),
    ("pupils_primary", "pupils_primary_persons", "小学学龄（6—11岁）", "primary pupils (6–11)", "D-ages"),
    ("pupils_grade4up", "pupils_grade4up_persons", "小学四至六年级", "primary pupils, grades 4–6", "D-grades"),
    ("pupils_junior", "pupils_junior_persons", "初中学龄（12—14岁）", "junior high pupils (12–14)", "D-ages"),
    ("pupils_senior", "pupils_senior_persons", "高中学龄（15—17岁）", "senior high pupils (15–17)", "D-ages"),
    ("elderly_60", "elderly_60_persons", "60岁以上老人", "people aged 60+", "D-elderly"),
    ("births", "births_persons", "年出生人口", "births a year", "D-ages"),
    ("waste", "waste_kgpd", "生活垃圾", "household waste", "A-waste"),
)
#: Settlements that count one each: what the papers call all townships and central villages.
ON_A_LINE = """\
[demand.on_a_line]
each_settlement_of = ["central_town", "township_seat", "central_village"]
name = "乡镇驻地和中心村（个）"
name_en = "township seats and central villages (count)"
source = "P006"
"""
RUNNING_FIXED, RUNNING_PER_300 = 5_000, 13_000  # 万元 a year: what any county town needs, and 300 villages


def county_toml(seed: int, villages: int, demonstration: Sequence[str], towns: Mapping[str, str]) -> str:
    """The whole file; funds grow with the number of ``villages``, ``demonstration`` lists those of the package,
    ``towns`` are the townships by their English names."""
    running = sourced(f"{RUNNING_FIXED + RUNNING_PER_300 * villages // 300} @A-running")
    head = HEAD.replace("@seed@", str(seed)).replace("@running@", running)
    head = head.replace("@towns@", ", ".join(f'"{name}" = "{name_en}"' for name, name_en in towns.items()))
    parts = [head, _demand(), ON_A_LINE, SERVICES, _funds(villages), sourced(LAND)]
    return "\n".join([*parts, targets(villages, demonstration), scenarios(villages), _sources()])


def _demand() -> str:
    rows = []
    for ident, column, name, name_en, source in DEMAND:
        rows.append(f'[demand.{ident}]\ncolumn = "{column}"\nname = "{name}"\nname_en = "{name_en}"')
        rows.append(f'estimated = {"false" if ident == "residents" else "true"}\nsource = "{source}"\n')
    return "\n".join(rows)


def _funds(villages: int) -> str:
    rows = []
    for fund in FUNDS:
        capital = sourced(f"{fund.amount(villages)} @A-funds")
        rows.append(f"[[funds]]\n{fund.described}\ncapital = {capital}\npays = {json.dumps(fund.pays)}\n")
    return "\n".join(rows)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sources() -> str:
    rows = []
    for ident, title, clause, status, url in SOURCES:
        head = f"[sources.{ident}]\ntitle = {_text(TITLES_ZH[ident])}\ntitle_en = {_text(title)}"
        rows.append(f"{head}\nstatus = {_text(status)}")
        rows += [f"{key} = {_text(value)}" for key, value in (("clause", clause), ("url", url)) if value]
        rows.append("")
    return "\n".join(rows)
