"""The scenarios of the generated ``county.toml``: what if there were more money, other rules, or a policy year by year.

``baseline`` (build nothing) needs no section. A scenario's ``changes`` replace values of the county file.
"""

from __future__ import annotations

import json

from .services import sourced
from .targets import FUNDS, Fund

MONEY = """\
[scenarios.half-budget]
name = "资金减半"
name_en = "Half the capital"
capital_factor = 0.5 @A-scenarios

[scenarios.double-budget]
name = "资金加倍"
name_en = "Twice the capital"
capital_factor = 2 @A-scenarios
"""

PARTS = """\
[scenarios.schools-and-clinics]
name = "只规划小学、初中、公交和村卫生室"
name_en = "Primary and junior high schools, buses, clinics and health centres only"
services = ["school_primary", "school_junior", "bus", "clinic_village", "health_township"]

[scenarios.coverage-only]
name = "只规划覆盖类服务"
name_en = "Coverage services only"
services = ["clinic_village", "health_township", "fitness", "culture_station", "elderly_care"]

[scenarios.clinics]
name = "只规划村卫生室和乡镇卫生院"
name_en = "Clinics and health centres only"
services = ["clinic_village", "health_township"]

[scenarios.clinics-least-cost]
name = "村卫生室和乡镇卫生院：同样的服务，最低的费用"
name_en = "Clinics and health centres at least cost"
services = ["clinic_village", "health_township"]
aims = ["worth", "cost", "travel"]

[scenarios.waste-only]
name = "只规划生活垃圾收运"
name_en = "Household waste only"
services = ["waste"]
"""

SCHOOLS = """\
[scenarios.concentrate-schools]
name = "学校向城镇集中"
name_en = "Schools move to the towns"
[scenarios.concentrate-schools.changes]
"services.school_primary.hosts" = ["county_town", "central_town", "township_seat"]
"services.school_junior.hosts" = ["county_town", "central_town"]
"services.school_junior.may_close" = true
"services.school_junior.close_only_if_served" = true
"services.school_primary.close_only_if_served" = false
"services.school_primary.min_persons" = 100 @A-min-concentrated

[scenarios.keep-village-schools]
name = "保留村小"
name_en = "Village schools stay"
[scenarios.keep-village-schools.changes]
"services.school_primary.may_close" = false
"services.school_primary.close_only_if_served" = false

[scenarios.no-boarding]
name = "不办寄宿"
name_en = "No boarding"
[scenarios.no-boarding.changes]
"services.school_primary.access[2].offered" = false
"services.school_junior.access[3].offered" = false

[scenarios.school-buses]
name = "初中也开校车"
name_en = "School buses to junior high schools too"
[scenarios.school-buses.changes]
"services.school_junior.access[1].offered" = true

[scenarios.public-buses]
name = "小学不开校车，改乘公交"
name_en = "Bus lines instead of school buses for primary schools"
[scenarios.public-buses.changes]
"services.school_primary.access" = [{ mode = "walk", limit_min = 30 @S041 }, \
{ mode = "walk", kind = "line", line = "bus", limit_min = 40 @S047, wait_min = 5 @A-wait }, \
{ mode = "bus", kind = "boarding", limit_min = 60 @S234, eligible = "pupils_grade4up" }]

[scenarios.whole-village-kindergartens]
name = "幼儿园按村划片"
name_en = "A village goes to one kindergarten"
[scenarios.whole-village-kindergartens.changes]
"services.kindergarten.whole_settlements" = true
"""

INCINERATION = """\
[scenarios.more-incineration]
name = "垃圾全部焚烧"
name_en = "All waste is burnt"
[scenarios.more-incineration.changes]
"services.waste.haul.kinds" = ["incinerator"]
"funds[operator].capital" = @operator@
"""

PHASED = """\
[scenarios.@id@]
name = "2025—2026年行动计划@more@"
name_en = "Action plan 2025–2026@more_en@"
[scenarios.@id@.changes]
phases = [{ id = "2025", name = "2025年", name_en = "2025", year = 2025 }, \
{ id = "2026", name = "2026年", name_en = "2026", year = 2026 }]
@funds@
"""
#: The same with a land quota, which joins all services into one problem: much slower.
BY_LAND = ("policy-2025-land", "，限制新增用地", ", new building land limited")

#: Shares of a fund's capital in the two years, in per cent, and new building land of 300 villages in m2.
BY_YEAR_PCT = (60, 50)
QUOTA_M2 = (250_000, 200_000)
#: What an incinerator costs (see ``disposal.csv``) and more, in 万元.
OPERATOR_PER_300 = 13_000


def scenarios(villages: int) -> str:
    """All scenarios of a county of ``villages`` villages."""
    operator = sourced(f"{max(1, OPERATOR_PER_300 * villages // 300)} @A-scenarios")
    funds = "\n".join(f'"funds[{fund.id}]" = {_by_year(fund, villages)}' for fund in FUNDS)
    quota = _list([f"{area * villages // 300} @A-quota" for area in QUOTA_M2])
    years = _phased(("policy-2025", "", ""), funds)
    land = _phased(BY_LAND, f'"land.quota_m2" = {quota}\n{funds}')
    parts = [MONEY, years, land, SCHOOLS, INCINERATION.replace("@operator@", operator), PARTS]
    return "\n".join(sourced(part) for part in parts)


def _phased(about: tuple[str, str, str], changes: str) -> str:
    """The scenario of two years with an id and what its names add."""
    text = PHASED.replace("@funds@", changes)
    for hole, words in zip(("@id@", "@more@", "@more_en@"), about, strict=True):
        text = text.replace(hole, words)
    return text


def _by_year(fund: Fund, villages: int) -> str:
    """The fund as an inline table with an amount a year; money of the government lapses, other money stays."""
    amounts = _list([f"{fund.amount(villages, pct)} @A-funds" for pct in BY_YEAR_PCT])
    keys = fund.described.replace("\n", ", ")
    carries = "false" if fund.funding_class == "government" else "true"
    return f"{{ {keys}, carries_over = {carries}, capital_by_phase = {amounts}, pays = {json.dumps(fund.pays)} }}"


def _list(numbers: list[str]) -> str:
    return "[" + ", ".join(sourced(number) for number in numbers) + "]"
