"""The text of ``county.toml``: travel, demand groups, money, targets and scenarios of the generated county."""

from __future__ import annotations

import json

from .synthetic_services import SERVICES
from .synthetic_sources import SOURCES

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
公交时间按道路上减速行车推算，未计候车，也不表示已有线路。"
note_en = "An invented mountain county, not a real place. Population and ages follow the median of such counties \
in the 2020 census; terrain, roads, names and facilities are generated. Bus times are those of a slower car, without \
waiting; they do not mean that a line exists."
attribution = "生成数据 / generated data; 人口标定 / calibration: 2020 census by county, Lei Dong, MIT"

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
    ("pupils_primary", "pupils_primary_persons", "小学学龄(6—11岁)", "primary pupils (6–11)", "D-ages"),
    ("pupils_junior", "pupils_junior_persons", "初中学龄(12—14岁)", "junior high pupils (12–14)", "D-ages"),
    ("pupils_senior", "pupils_senior_persons", "高中学龄(15—17岁)", "senior high pupils (15–17)", "D-ages"),
    ("elderly_60", "elderly_60_persons", "60岁以上老人", "people aged 60+", "D-elderly"),
    ("births", "births_persons", "年出生人口", "births a year", "D-ages"),
    ("waste", "waste_kgpd", "生活垃圾", "household waste", "A-waste"),
)

# id, name, name in English, class, amount for 300 villages in 万元, services that it may pay for
FUNDS = (
    ("compulsory", "县义务教育专项资金", "County compulsory education fund", "government", 15_000,
     ("school_primary", "school_junior")),
    ("senior", "县普通高中建设资金", "County senior high school fund", "government", 9_000, ("school_senior",)),
    ("health", "县卫生健康专项资金", "County health fund", "government", 9_000,
     ("clinic_village", "health_township", "hospital_county")),
    ("general", "县财政统筹与社会资本", "County general budget with social capital", "government+social", 8_000,
     ("fitness", "culture_station", "elderly_care", "clinic_village", "kindergarten")),
    ("village", "村集体公益资金", "Village collective fund", "village", 600,
     ("clinic_village", "fitness", "elderly_care", "kindergarten")),
)  # fmt: skip
RUNNING_FIXED, RUNNING_PER_300 = 4_000, 10_000  # 万元 a year: what any county town needs, and 300 villages

# id, service, indicator, threshold, its source, urban, tier, policy, name, name in English
TARGETS = (
    ("clinics-rural", "clinic_village", "served_share", 100, "P236", 0, 1, "P236",
     "基本医疗卫生服务覆盖全体农村居民", "Basic health care for all rural residents"),
    ("primary-all", "school_primary", "served_share", 98, "A-target-98", None, 1, "P142",
     "小学生在标准内就近入学", "Primary pupils within the standard"),
    ("junior-all", "school_junior", "served_share", 90, "A-target-junior", None, 1, "P142",
     "初中生在标准内入学", "Junior high pupils within the standard"),
    ("elderly-network", "elderly_care", "served_share", 100, "P088", None, 2, "P088",
     "居家社区养老服务网络覆盖", "Home and community elderly care"),
    ("fitness-circle", "fitness", "served_share", 95, "A-target-fitness", None, 2, "P082",
     "10分钟健身圈覆盖居民", "Residents within the 10-minute fitness circle"),
    ("kindergarten-all", "kindergarten", "served_share", 80, "A-target-kindergarten", None, 2, "P145",
     "农村学前教育资源覆盖", "Places in kindergarten within reach"),
    ("senior-all", "school_senior", "served_share", 85, "A-target-senior", None, 2, "P027",
     "高中阶段入学", "Places in senior high school"),
    ("health-centres", "health_township", "served_share", 85, "A-target-health", None, 2, "P147",
     "乡镇卫生院30分钟可达", "A health centre within 30 minutes"),
    ("culture", "culture_station", "settlements_share", 90, "A-target-culture", None, 2, "P155",
     "公共文化服务覆盖", "Settlements with a culture station in reach"),
    ("hospital", "hospital_county", "served_share", 72, "A-target-hospital", None, 2, "P200",
     "县级医院60分钟可达", "A county hospital within 60 minutes"),
)  # fmt: skip

SCENARIOS = """\
[scenarios.half-budget]
name = "资金减半"
name_en = "Half the capital"
capital_factor = { value = 0.5, source = "A-scenarios" }

[scenarios.double-budget]
name = "资金加倍"
name_en = "Twice the capital"
capital_factor = { value = 2, source = "A-scenarios" }

[scenarios.schools-and-clinics]
name = "只规划小学、初中和村卫生室"
name_en = "Primary and junior high schools and clinics only"
services = ["school_primary", "school_junior", "clinic_village"]

[scenarios.coverage-only]
name = "只规划覆盖类服务"
name_en = "Coverage services only"
services = ["clinic_village", "fitness", "culture_station", "elderly_care"]

[scenarios.clinics]
name = "只规划村卫生室"
name_en = "Clinics only"
services = ["clinic_village"]
"""


def county_toml(seed: int, villages: int) -> str:
    """The whole file; the funds grow with the number of villages."""
    running = _sourced(RUNNING_FIXED + RUNNING_PER_300 * villages // 300, "A-running")
    head = HEAD.replace("@seed@", str(seed)).replace("@running@", running)
    parts = [head, _demand(), SERVICES, _funds(villages), _targets(), SCENARIOS, _sources()]
    return "\n".join(parts)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _demand() -> str:
    rows = []
    for ident, column, name, name_en, source in DEMAND:
        rows.append(f'[demand.{ident}]\ncolumn = "{column}"\nname = "{name}"\nname_en = "{name_en}"')
        rows.append(f'estimated = {"false" if ident == "residents" else "true"}\nsource = "{source}"\n')
    return "\n".join(rows)


def _funds(villages: int) -> str:
    rows = []
    for ident, name, name_en, kind, amount, pays in FUNDS:
        rows.append(f'[[funds]]\nid = "{ident}"\nname = "{name}"\nname_en = "{name_en}"\nfunding_class = "{kind}"')
        rows.append(f"capital = {_sourced(max(1, amount * villages // 300), 'A-funds')}\npays = {_text_list(pays)}\n")
    return "\n".join(rows)


def _text_list(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(_text(word) for word in words) + "]"


def _sourced(value: int, source: str) -> str:
    return f'{{ value = {value}, source = "{source}" }}'


def _targets() -> str:
    rows = []
    for ident, service, indicator, threshold, source, urban, tier, policy, name, name_en in TARGETS:
        rows.append(f'[[targets]]\nid = "{ident}"\nname = "{name}"\nname_en = "{name_en}"\nservice = "{service}"')
        rows.append(f'indicator = "{indicator}"\nthreshold_pct = {_sourced(threshold, source)}')
        if urban is not None:
            rows.append(f"urban = {urban}")
        rows.append(f'tier = {tier}\npolicy = "{policy}"\n')
    return "\n".join(rows)


def _sources() -> str:
    rows = []
    for ident, title, clause, status, url in SOURCES:
        rows.append(f"[sources.{ident}]\ntitle = {_text(title)}\nstatus = {_text(status)}")
        rows += [f"{key} = {_text(value)}" for key, value in (("clause", clause), ("url", url)) if value]
        rows.append("")
    return "\n".join(rows)
