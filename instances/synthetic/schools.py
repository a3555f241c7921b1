"""Kindergartens and schools in the generated ``county.toml``; shorthand of `siting.instances.synthetic.services`.

Primary schools are reached on foot or by school bus, junior high schools on foot or by bus lines of the plan, both
weekly by boarders; boarding needs a bed. Running costs are operating money without salaries.
"""

from __future__ import annotations

KINDERGARTEN = """\
[services.kindergarten]
family = "catchment"
name = "幼儿园"
name_en = "Kindergarten"
demand = "children_3_5"
weight = 2 @A-weights
hosts = ["county_town", "central_town", "township_seat", "central_village"]
department = "县教育局"
department_en = "County Education Bureau"
may_expand = true
[[services.kindergarten.access]]
mode = "walk"
limit_m = 1500 @S232
[[services.kindergarten.access]]
mode = "bicycle"
limit_min = 30 @A-reach-kindergarten
[[services.kindergarten.sizes]]
id = "3-classes"
name = "3班"
name_en = "3 classes"
capacity_persons = 75 @A-class-25
capital = 150 @A-cost-kindergarten
running_per_year = 6 @A-run-kindergarten
land_m2 = 1125 @D-land-kindergarten
[[services.kindergarten.sizes]]
id = "6-classes"
name = "6班"
name_en = "6 classes"
capacity_persons = 150 @A-class-25
capital = 300 @A-cost-kindergarten
running_per_year = 12 @A-run-kindergarten
land_m2 = 2250 @D-land-kindergarten
[[services.kindergarten.sizes]]
id = "9-classes"
name = "9班"
name_en = "9 classes"
capacity_persons = 270 @A-class-30
capital = 540 @A-cost-kindergarten
running_per_year = 21.6 @A-run-kindergarten
land_m2 = 4050 @D-land-kindergarten
"""

PRIMARY = """\
[services.school_primary]
family = "catchment"
name = "小学"
name_en = "Primary school"
demand = "pupils_primary"
weight = 4 @A-weights
hosts = ["county_town", "central_town", "township_seat", "central_village"]
department = "县教育局"
department_en = "County Education Bureau"
may_close = true
may_expand = true
close_only_if_served = true
closing_capital = 5 @A-closing
resale = 20 @A-resale
min_persons = 60 @A-min-primary
[[services.school_primary.access]]
mode = "walk"
limit_min = 30 @S041
[[services.school_primary.access]]     # school bus
mode = "bus"
limit_min = 40 @S047
[[services.school_primary.access]]
mode = "bus"
kind = "boarding"
limit_min = 60 @S234
eligible = "pupils_grade4up"
[[services.school_primary.sizes]]
id = "4-classes"
name = "4班（教学点）"
name_en = "4 classes (incomplete)"
capacity_persons = 120 @S034
capital = 415 @D-cost-primary
running_per_year = 8.64 @S063
land_m2 = 4080 @D-land-primary
[[services.school_primary.sizes]]
id = "6-classes"
name = "6班"
name_en = "6 classes"
capacity_persons = 270 @S035
capital = 933.74 @D-cost-primary
running_per_year = 19.44 @S063
land_m2 = 9131 @S055
[[services.school_primary.sizes]]
id = "12-classes"
name = "12班"
name_en = "12 classes"
capacity_persons = 540 @S035
capital = 1867.48 @D-cost-primary
running_per_year = 38.88 @S063
land_m2 = 15699 @S055
[[services.school_primary.sizes]]
id = "12-boarding"
name = "12班寄宿制"
name_en = "12 classes, boarding"
capacity_persons = 540 @S035
beds_persons = 180 @A-beds-school
capital = 2162.68 @D-cost-boarding
running_per_year = 44.28 @S063
land_m2 = 16599 @D-land-boarding
[[services.school_primary.sizes]]
id = "24-classes"
name = "24班"
name_en = "24 classes"
capacity_persons = 1080 @S035
capital = 3734.96 @D-cost-primary
running_per_year = 77.76 @S063
land_m2 = 21895 @S055
"""

SECONDARY = """\
[services.school_junior]
family = "catchment"
name = "初中"
name_en = "Junior high school"
demand = "pupils_junior"
weight = 4 @A-weights
hosts = ["county_town", "central_town", "township_seat"]
department = "县教育局"
department_en = "County Education Bureau"
may_expand = true
min_persons = 150 @A-min-junior
[[services.school_junior.access]]
mode = "walk"
limit_min = 40 @S047
[[services.school_junior.access]]     # school bus
mode = "bus"
limit_min = 45 @A-reach-junior
offered = false
[[services.school_junior.access]]
mode = "walk"
kind = "line"
line = "bus"
limit_min = 60 @A-reach-junior-line
wait_min = 5 @A-wait
[[services.school_junior.access]]
mode = "bus"
kind = "boarding"
limit_min = 90 @S234
[[services.school_junior.sizes]]
id = "12-classes"
name = "12班"
name_en = "12 classes"
capacity_persons = 600 @S036
capital = 3000 @S070
running_per_year = 56.4 @S063
land_m2 = 15000 @A-land-secondary
[[services.school_junior.sizes]]
id = "12-boarding"
name = "12班寄宿制"
name_en = "12 classes, boarding"
capacity_persons = 600 @S036
beds_persons = 300 @A-beds-school
capital = 3492 @D-cost-boarding
running_per_year = 65.4 @S063
land_m2 = 16500 @A-land-secondary
[[services.school_junior.sizes]]
id = "18-classes"
name = "18班"
name_en = "18 classes"
capacity_persons = 900 @S036
capital = 4500 @S070
running_per_year = 84.6 @S063
land_m2 = 22500 @A-land-secondary
[[services.school_junior.sizes]]
id = "24-classes"
name = "24班"
name_en = "24 classes"
capacity_persons = 1200 @S036
capital = 6000 @S070
running_per_year = 112.8 @S063
land_m2 = 30000 @A-land-secondary
[[services.school_junior.sizes]]
id = "24-boarding"
name = "24班寄宿制"
name_en = "24 classes, boarding"
capacity_persons = 1200 @S036
beds_persons = 600 @A-beds-school
capital = 6984 @D-cost-boarding
running_per_year = 130.8 @S063
land_m2 = 33000 @A-land-secondary

[services.school_senior]
family = "catchment"
name = "普通高中"
name_en = "Senior high school"
demand = "pupils_senior"
weight = 2 @A-weights
hosts = ["county_town"]
department = "县教育局"
department_en = "County Education Bureau"
may_expand = true
[[services.school_senior.access]]
mode = "bus"
limit_min = 90 @S234
[[services.school_senior.sizes]]
id = "18-classes"
name = "18班"
name_en = "18 classes"
capacity_persons = 900 @S038
capital = 5400 @A-cost-senior
running_per_year = 108 @A-run-senior
land_m2 = 22500 @A-land-secondary
[[services.school_senior.sizes]]
id = "36-classes"
name = "36班"
name_en = "36 classes"
capacity_persons = 1800 @S038
capital = 10800 @A-cost-senior
running_per_year = 216 @A-run-senior
land_m2 = 45000 @A-land-secondary
[[services.school_senior.sizes]]
id = "60-classes"
name = "60班"
name_en = "60 classes"
capacity_persons = 3000 @S039
capital = 18000 @A-cost-senior
running_per_year = 360 @A-run-senior
land_m2 = 75000 @A-land-secondary
"""

SCHOOLS = "\n".join([KINDERGARTEN, PRIMARY, SECONDARY])
