"""Household waste and buses in the generated ``county.toml``; shorthand of `siting.instances.synthetic.services`."""

from __future__ import annotations

NETWORKS = """\
[services.waste]
family = "haul"
name = "生活垃圾收运"
name_en = "Household waste"
demand = "waste"
weight = 1 @A-weights
hosts = ["county_town", "central_town", "township_seat", "central_village"]
department = "县住房和城乡建设局"
department_en = "County Housing and Construction Bureau"
keep_away = { homes_m = 200 @A-keep-away, water_m = 200 @A-keep-away }
[[services.waste.access]]     # hand cart
mode = "walk"
limit_m = 1000 @S152
[[services.waste.access]]     # small motor vehicle
mode = "drive"
limit_m = 5000 @S156
[[services.waste.access]]     # medium collection vehicle
mode = "drive"
limit_m = 15000 @A-reach-collection
[services.waste.haul]
transfer_mode = "drive"
transfer_limit_min = 120 @A-transfer
direct_mode = "drive"
direct_limit_min = 20 @A-direct-haul
kinds = ["landfill", "incinerator"]
[[services.waste.sizes]]
id = "15-tpd"
name = "15吨/日（V类）"
name_en = "15 t/d (class V)"
capacity_tpd = 15 @S177
capital = 73.3333 @S177
running_per_year = 11 @A-run-waste
land_m2 = 500 @S163
[[services.waste.sizes]]
id = "40-tpd"
name = "40吨/日（V类）"
name_en = "40 t/d (class V)"
capacity_tpd = 40 @S161
capital = 155.556 @S176
running_per_year = 29.2 @A-run-waste
land_m2 = 1000 @S163
[[services.waste.sizes]]
id = "100-tpd"
name = "100吨/日（IV类）"
name_en = "100 t/d (class IV)"
capacity_tpd = 100 @S161
capital = 388.89 @S176
running_per_year = 73 @A-run-waste
land_m2 = 2500 @S163

[services.bus]
family = "line"
name = "城乡公交"
name_en = "Rural bus"
demand = "on_a_line"
weight = 100 @A-weights
department = "县交通运输局"
department_en = "County Transport Bureau"
may_expand = true
[[services.bus.access]]
mode = "walk"
limit_min = 20 @S142
[[services.bus.access]]
mode = "walk"
limit_m = 2000 @S141
[services.bus.line]
mode = "bus"
vehicle_capital = 20.4615 @A-vehicle
running_per_km = 0.0003 @S150
operating_days = 365 @A-bus-day
service_hours = 12 @A-bus-day
layover_min = 5 @A-bus-day
[[services.bus.sizes]]
id = "2-trips"
name = "每日2班往返"
name_en = "2 return trips a day"
trips_per_day = 2 @S151
capital = 2 @A-cost-stops
running_per_year = 0.2 @A-cost-stops
[[services.bus.sizes]]
id = "4-trips"
name = "每日4班往返"
name_en = "4 return trips a day"
trips_per_day = 4 @A-trips
capital = 2 @A-cost-stops
running_per_year = 0.2 @A-cost-stops
"""
