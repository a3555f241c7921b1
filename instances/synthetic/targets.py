"""Funds, land, targets, rules and the list of demonstration villages of the generated ``county.toml``.

In the shorthand of `siting.instances.synthetic.services`; what begins with a dollar sign grows with the county.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from .services import sourced


@dataclass(frozen=True)
class Fund:
    """A fund; ``capital`` in 万元 for 300 villages."""

    id: str
    name: str
    name_en: str
    funding_class: str
    capital: int
    pays: tuple[str, ...]

    @property
    def described(self) -> str:
        """Its keys but for money and services."""
        names = f'name = "{self.name}"\nname_en = "{self.name_en}"'
        return f'id = "{self.id}"\n{names}\nfunding_class = "{self.funding_class}"'

    def amount(self, villages: int, pct: int = 100) -> int:
        """``pct`` per cent of the capital of a county of ``villages`` villages, in 万元."""
        return max(1, self.capital * villages * pct // 30_000)


FUNDS = (
    Fund("primary", "县小学布局调整资金", "County primary school fund", "government", 12_000, ("school_primary",)),
    Fund("boarding", "县初中与寄宿制学校资金", "County junior high and boarding school fund", "government", 15_000,
         ("school_junior",)),
    Fund("senior", "县普通高中建设资金", "County senior high school fund", "government", 10_800, ("school_senior",)),
    Fund("health", "县卫生健康专项资金", "County health fund", "government", 9_000,
         ("clinic_village", "health_township", "hospital_county")),
    Fund("general", "县财政统筹与社会资本", "County general budget with social capital", "government+social", 9_000,
         ("fitness", "culture_station", "elderly_care", "clinic_village", "kindergarten")),
    Fund("village", "村集体公益资金", "Village collective fund", "village", 600,
         ("clinic_village", "fitness", "elderly_care", "kindergarten")),
    Fund("transport", "城乡交通运输资金", "Urban and rural transport fund", "government", 1_500, ("bus",)),
    Fund("sanitation", "城乡环卫资金", "Urban and rural sanitation fund", "government+social", 1_600, ("waste",)),
    Fund("operator", "环卫企业投资", "Investment of the sanitation operator", "enterprise", 1_500, ("waste",)),
)  # fmt: skip

LAND = """\
[land]
shared_saving_pct = 10 @A-shared-saving
"""

# id, service, indicator, threshold, further keys, tier, policy, name, name in English
TARGETS = (
    ("clinics-rural", "clinic_village", "served_share", "100 @P236", "urban = 0\nyear = 2025", 1, "P236",
     "基本医疗卫生服务覆盖全体农村居民", "Basic health care for all rural residents"),
    ("primary-all", "school_primary", "served_share", "98 @A-target-98", "", 1, "P142",
     "小学生在标准内就近入学", "Primary pupils within the standard"),
    ("junior-all", "school_junior", "served_share", "90 @A-target-junior", "", 1, "P142",
     "初中生在标准内入学", "Junior high pupils within the standard"),
    ("boarding-schools", "school_junior", "built_count", "$4 @A-target-boarding",
     'sizes = ["12-boarding", "24-boarding"]\nyear = 2025', 1, "P233",
     "新建改扩建乡村寄宿制学校", "Boarding schools built, rebuilt or expanded"),
    ("bus-all", "bus", "served_share", "100 @P006", "year = 2026", 1, "P006",
     "乡镇和中心村通公交", "Bus to all townships and central villages"),
    ("waste-villages", "waste", "settlements_share", "95 @P211",
     'levels = ["central_village", "village"]\nyear = 2026', 1, "P211",
     "农村生活垃圾有效治理的行政村比例", "Administrative villages with waste treated"),
    ("elderly-network", "elderly_care", "served_share", "100 @P088", "year = 2025", 2, "P088",
     "居家社区养老服务网络覆盖", "Home and community elderly care"),
    ("fitness-circle", "fitness", "served_share", "88 @A-target-fitness", "", 2, "P082",
     "10分钟健身圈覆盖居民", "Residents within the 10-minute fitness circle"),
    ("fitness-gap", "fitness", "urban_rural_gap", "30 @A-target-gap", "", 2, "P072",
     "健身圈覆盖的城乡差距", "Urban-rural gap of the fitness circle"),
    ("kindergarten-all", "kindergarten", "served_share", "80 @A-target-kindergarten", "", 2, "P145",
     "农村学前教育资源覆盖", "Places in kindergarten within reach"),
    ("senior-all", "school_senior", "served_share", "85 @A-target-senior", "", 2, "P027",
     "高中阶段入学", "Places in senior high school"),
    ("health-centres", "health_township", "served_share", "70 @A-target-health", "", 2, "P147",
     "乡镇卫生院30分钟可达", "A health centre within 30 minutes"),
    ("clinics-worst-township", "clinic_village", "worst_township_share", "80 @A-target-worst", "year = 2026", 2, "P002",
     "村卫生室覆盖最低的乡镇", "Clinics in the worst township"),
    ("culture", "culture_station", "settlements_share", "90 @A-target-culture", "", 2, "P155",
     "公共文化服务覆盖", "Settlements with a culture station in reach"),
    ("hospital", "hospital_county", "served_share", "72 @A-target-hospital", "", 2, "P200",
     "县级医院60分钟可达", "A county hospital within 60 minutes"),
    ("demonstration", "", "package_count", "$10 @P012", 'package = "demonstration"\nyear = 2026', 2, "P012",
     "示范村服务配套齐全", "Demonstration villages with the whole package"),
    ("bus-frequent", "bus", "open_count", "$6 @A-target-frequent", 'sizes = ["4-trips"]', 3, "P167",
     "每日4班以上的公交线路", "Bus lines with four return trips a day"),
)  # fmt: skip

RULES = """\
[[rules]]
id = "small-schools"
name = "新建教学点数量上限"
name_en = "New incomplete schools"
service = "school_primary"
at_most = $6 @A-rule-small
actions = ["new"]
sizes = ["4-classes"]

[[rules]]
id = "hospitals"
name = "县级医院数量上限"
name_en = "County hospitals"
service = "hospital_county"
at_most = 2 @S103
"""

#: Services of the demonstration villages.
PACKAGE = ("clinic_village", "fitness", "elderly_care", "culture_station")


def targets(villages: int, demonstration: Sequence[str]) -> str:
    """Rules, package and targets of a county of ``villages`` villages."""
    rows = [
        _grown(RULES, villages),
        '[[packages]]\nid = "demonstration"\nname = "示范村"\nname_en = "Demonstration villages"\n'
        f"services = {json.dumps(PACKAGE)}\nsettlements = {json.dumps(list(demonstration))}\n",
    ]
    for ident, service, indicator, threshold, more, tier, policy, name, name_en in TARGETS:
        count = indicator.endswith("_count")
        if indicator == "package_count":
            threshold = f"{len(demonstration)} @{policy}"
        rows.append(f'[[targets]]\nid = "{ident}"\nname = "{name}"\nname_en = "{name_en}"')
        rows[-1] += f'\nservice = "{service}"' if service else ""
        rows.append(
            f'indicator = "{indicator}"\nthreshold_{"count" if count else "pct"} = {_grown(threshold, villages)}'
        )
        rows[-1] += f"\n{more}" if more else ""
        rows.append(f'tier = {tier}\npolicy = "{policy}"\n')
    return "\n".join(rows)


def _grown(text: str, villages: int) -> str:
    """The shorthand written out, ``$6`` as 6 for 300 villages, at least 1."""
    words = text.split(" ")
    grown = [str(max(1, int(w[1:]) * villages // 300)) if w.startswith("$") else w for w in words]
    return sourced(" ".join(grown))
