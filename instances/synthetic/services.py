"""The services of the generated ``county.toml`` but for schools, waste and buses: standards, hosts, sizes and costs.

The text is TOML with one shorthand: ``30 @S041`` is the number 30 with its source S041 (see `sourced`).
Departments: the policy papers name municipal units (市教育局); a county has the same units one level down (县教育局).
Money in 万元 (10,000 yuan).
"""

from __future__ import annotations

import re

from .schools import SCHOOLS
from .waste_and_bus import NETWORKS

HEALTH = """\
[services.clinic_village]
family = "coverage"
name = "村卫生室"
name_en = "Village clinic"
demand = "rural"
weight = 3 @A-weights
hosts = ["township_seat", "central_village", "village", "hamlet"]
department = "县卫生健康局"
department_en = "County Health Bureau"
also_served_by = ["health_township"]
referral = { service = "health_township", mode = "drive", limit_min = 60 @A-referral }
[[services.clinic_village.access]]
mode = "walk"
limit_min = 15 @S088
[[services.clinic_village.access]]
mode = "walk"
limit_m = 2500 @S083
[[services.clinic_village.sizes]]
id = "standard"
name = "标准卫生室"
name_en = "Standard clinic"
capital = 6.7159 @S086
running_per_year = 3 @A-run-clinic
land_m2 = 120 @A-land-clinic

[services.health_township]
family = "catchment"
name = "乡镇卫生院"
name_en = "Township health centre"
demand = "residents"
weight = 1 @A-weights
hosts = ["county_town", "central_town", "township_seat"]
department = "县卫生健康局"
department_en = "County Health Bureau"
may_expand = true
closest = true
[[services.health_township.access]]
mode = "drive"
limit_min = 30 @S090
[[services.health_township.sizes]]
id = "10-beds"
name = "10床"
name_en = "10 beds"
capacity_persons = 10000 @S093
capital = 681.25 @S100
running_per_year = 60 @A-run-health
land_m2 = 1150 @A-land-health
[[services.health_township.sizes]]
id = "20-beds"
name = "20床"
name_en = "20 beds"
capacity_persons = 20000 @S093
capital = 1362.5 @S100
running_per_year = 120 @A-run-health
land_m2 = 2300 @A-land-health
[[services.health_township.sizes]]
id = "40-beds"
name = "40床"
name_en = "40 beds"
capacity_persons = 40000 @S093
capital = 2725 @S100
running_per_year = 240 @A-run-health
land_m2 = 4600 @A-land-health
[[services.health_township.sizes]]
id = "80-beds"
name = "80床"
name_en = "80 beds"
capacity_persons = 80000 @S093
capital = 5450 @S100
running_per_year = 480 @A-run-health
land_m2 = 9200 @A-land-health

[services.hospital_county]
family = "catchment"
name = "县级医院"
name_en = "County hospital"
demand = "residents"
weight = 1 @A-weights
hosts = ["county_town"]
department = "县卫生健康局"
department_en = "County Health Bureau"
may_expand = true
whole_settlements = true
[[services.hospital_county.access]]
mode = "drive"
limit_min = 60 @S235
[[services.hospital_county.sizes]]
id = "100-beds"
name = "100床"
name_en = "100 beds"
capacity_persons = 50000 @A-beds-county
capital = 7010 @S112
running_per_year = 800 @A-run-hospital
land_m2 = 11700 @A-land-hospital
[[services.hospital_county.sizes]]
id = "400-beds"
name = "400床"
name_en = "400 beds"
capacity_persons = 200000 @A-beds-county
capital = 28040 @S112
running_per_year = 3200 @A-run-hospital
land_m2 = 46000 @S108
[[services.hospital_county.sizes]]
id = "500-beds"
name = "500床"
name_en = "500 beds"
capacity_persons = 250000 @A-beds-county
capital = 35050 @S112
running_per_year = 4000 @A-run-hospital
land_m2 = 57500 @S108
[[services.hospital_county.sizes]]
id = "600-beds"
name = "600床"
name_en = "600 beds"
capacity_persons = 300000 @A-beds-county
capital = 42060 @S112
running_per_year = 4800 @A-run-hospital
land_m2 = 67800 @S108
"""

LIFE = """\
[services.fitness]
family = "coverage"
name = "健身场地"
name_en = "Fitness site"
demand = "residents"
weight = 1 @A-weights
hosts = ["county_town", "central_town", "township_seat", "central_village", "village", "hamlet"]
department = "县教育体育局"
department_en = "County Education and Sports Bureau"
[[services.fitness.access]]
mode = "walk"
limit_min = 10 @S129
limit_by_level = { hamlet = 15 @S131 }
[[services.fitness.access]]
mode = "walk"
limit_m = 1000 @S129
[[services.fitness.sizes]]
id = "village-set"
name = "篮球场加健身器材"
name_en = "Court and equipment"
capital = 7.5 @S137
running_per_year = 0.3 @A-run-fitness
land_m2 = 635 @S137

[services.culture_station]
family = "coverage"
name = "文化站"
name_en = "Culture station"
demand = "residents"
weight = 1 @A-weights
hosts = ["county_town", "central_town", "township_seat", "central_village"]
department = "县文化和旅游局"
department_en = "County Culture and Tourism Bureau"
[[services.culture_station.access]]
mode = "walk"
limit_m = 2500 @S206
[[services.culture_station.access]]
mode = "bus"
limit_min = 40 @A-reach-culture
[[services.culture_station.sizes]]
id = "station"
name = "综合文化站"
name_en = "Culture station"
capital = 90 @A-cost-culture
running_per_year = 8 @A-run-culture
land_m2 = 300 @A-land-culture

[services.elderly_care]
family = "coverage"
name = "养老服务点"
name_en = "Elderly care point"
demand = "elderly_60"
weight = 2 @A-weights
hosts = ["county_town", "central_town", "township_seat", "central_village", "village"]
department = "县民政局"
department_en = "County Civil Affairs Bureau"
[[services.elderly_care.access]]
mode = "walk"
limit_min = 15 @S197
[[services.elderly_care.access]]
mode = "bicycle"
limit_min = 15 @A-reach-elderly
[[services.elderly_care.sizes]]
id = "point"
name = "互助养老点"
name_en = "Mutual-help care point"
capital = 15 @A-cost-elderly
running_per_year = 3 @A-run-elderly
land_m2 = 150 @A-land-elderly
"""


def sourced(text: str) -> str:
    """``30 @S041`` written out as ``{ value = 30, source = "S041" }``."""
    return re.sub(r"([0-9.]+) @([A-Za-z0-9-]+)", r'{ value = \1, source = "\2" }', text)


SERVICES = sourced("\n".join([HEALTH, LIFE, SCHOOLS, NETWORKS]))
