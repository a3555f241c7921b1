"""The text of the services in ``county.toml``: standards, host rules, sizes and costs, each number with its source.

Departments: the policy papers name municipal units (市教育局); a county has the same units one level down (县教育局).
Money in 万元 (10,000 yuan). Running costs of schools are operating money without salaries.
"""

from __future__ import annotations

# id, family, name, name in English, demand, weight, hosts, department, may close, may expand,
# accesses (mode, limit key, limit, source),
# sizes (id, name, name in English, and with their sources: capacity, capital, running)
Number = tuple[str, str]
Access = tuple[str, str, str, str]
Size = tuple[str, str, str, Number | None, Number, Number]
ALL_PLACES = ("county_town", "central_town", "township_seat", "central_village", "village", "hamlet")
NO_HAMLET = ALL_PLACES[:5]
RURAL = ALL_PLACES[2:]
CENTRES = ALL_PLACES[:4]
TOWNS = ALL_PLACES[:3]
EDUCATION = ("县教育局", "County Education Bureau")
HEALTH = ("县卫生健康局", "County Health Bureau")

Head = tuple[str, str, str, str, str, int, tuple[str, ...], tuple[str, str], bool, bool]

_ROWS: tuple[tuple[*Head, tuple[Access, ...], tuple[Size, ...]], ...] = (
    ("clinic_village", "coverage", "村卫生室", "Village clinic", "rural", 3, RURAL,
     HEALTH, False, False,
     (("walk", "limit_min", "15", "S088"), ("walk", "limit_m", "2500", "S083")),
     (("standard", "标准卫生室", "Standard clinic", None, ("6.7159", "S086"), ("3", "A-run-clinic")),)),
    ("fitness", "coverage", "健身场地", "Fitness site", "residents", 1, ALL_PLACES,
     ("县教育体育局", "County Education and Sports Bureau"), False, False,
     (("walk", "limit_min", "10", "S129"), ("walk", "limit_m", "1000", "S129")),
     (("village-set", "篮球场加健身器材", "Court and equipment", None, ("7.5", "S137"), ("0.3", "A-run-fitness")),)),
    ("culture_station", "coverage", "文化站", "Culture station", "residents", 1, CENTRES,
     ("县文化和旅游局", "County Culture and Tourism Bureau"), False, False,
     (("walk", "limit_m", "2500", "S206"), ("bus", "limit_min", "40", "A-reach-culture")),
     (("station", "综合文化站", "Culture station", None, ("90", "A-cost-culture"), ("8", "A-run-culture")),)),
    ("elderly_care", "coverage", "养老服务点", "Elderly care point", "elderly_60", 2, NO_HAMLET,
     ("县民政局", "County Civil Affairs Bureau"), False, False,
     (("walk", "limit_min", "15", "S197"), ("bicycle", "limit_min", "15", "A-reach-elderly")),
     (("point", "互助养老点", "Mutual-help care point", None, ("15", "A-cost-elderly"), ("3", "A-run-elderly")),)),
    ("kindergarten", "catchment", "幼儿园", "Kindergarten", "children_3_5", 2, CENTRES, EDUCATION, False, True,
     (("walk", "limit_m", "1500", "S232"), ("bicycle", "limit_min", "30", "A-reach-kindergarten")),
     (("3-classes", "3班", "3 classes", ("75", "A-class-25"), ("150", "A-cost-kindergarten"),
       ("6", "A-run-kindergarten")),
      ("6-classes", "6班", "6 classes", ("150", "A-class-25"), ("300", "A-cost-kindergarten"),
       ("12", "A-run-kindergarten")),
      ("9-classes", "9班", "9 classes", ("270", "A-class-30"), ("540", "A-cost-kindergarten"),
       ("21.6", "A-run-kindergarten")))),
    ("school_primary", "catchment", "小学(走读)", "Primary school (day)", "pupils_primary", 4, CENTRES,
     EDUCATION, True, True,
     (("walk", "limit_min", "30", "S041"), ("bus", "limit_min", "40", "S047")),
     (("4-classes", "4班(教学点)", "4 classes (incomplete)", ("120", "S034"), ("415", "D-cost-primary"),
       ("8.64", "S063")),
      ("6-classes", "6班", "6 classes", ("270", "S035"), ("933.74", "D-cost-primary"), ("19.44", "S063")),
      ("12-classes", "12班", "12 classes", ("540", "S035"), ("1867.48", "D-cost-primary"), ("38.88", "S063")),
      ("24-classes", "24班", "24 classes", ("1080", "S035"), ("3734.96", "D-cost-primary"), ("77.76", "S063")))),
    ("school_junior", "catchment", "初中", "Junior high school", "pupils_junior", 4, TOWNS, EDUCATION, False, True,
     (("walk", "limit_min", "40", "S047"), ("bus", "limit_min", "45", "A-reach-junior")),
     (("12-classes", "12班", "12 classes", ("600", "S036"), ("3000", "S070"), ("56.4", "S063")),
      ("18-classes", "18班", "18 classes", ("900", "S036"), ("4500", "S070"), ("84.6", "S063")),
      ("24-classes", "24班", "24 classes", ("1200", "S036"), ("6000", "S070"), ("112.8", "S063")))),
    ("school_senior", "catchment", "普通高中", "Senior high school", "pupils_senior", 2, ("county_town",),
     EDUCATION, False, True,
     (("bus", "limit_min", "90", "S234"),),
     (("18-classes", "18班", "18 classes", ("900", "S038"), ("5400", "A-cost-senior"), ("108", "A-run-senior")),
      ("36-classes", "36班", "36 classes", ("1800", "S038"), ("10800", "A-cost-senior"), ("216", "A-run-senior")),
      ("60-classes", "60班", "60 classes", ("3000", "S039"), ("18000", "A-cost-senior"), ("360", "A-run-senior")))),
    ("health_township", "catchment", "乡镇卫生院", "Township health centre", "residents", 1, TOWNS, HEALTH, False, True,
     (("drive", "limit_min", "30", "S090"),),
     (("10-beds", "10床", "10 beds", ("10000", "S093"), ("681.25", "S100"), ("60", "A-run-health")),
      ("20-beds", "20床", "20 beds", ("20000", "S093"), ("1362.5", "S100"), ("120", "A-run-health")),
      ("40-beds", "40床", "40 beds", ("40000", "S093"), ("2725", "S100"), ("240", "A-run-health")),
      ("80-beds", "80床", "80 beds", ("80000", "S093"), ("5450", "S100"), ("480", "A-run-health")))),
    ("hospital_county", "catchment", "县级医院", "County hospital", "residents", 1, ("county_town",),
     HEALTH, False, True,
     (("drive", "limit_min", "60", "S235"),),
     (("100-beds", "100床", "100 beds", ("50000", "A-beds-county"), ("7010", "S112"), ("800", "A-run-hospital")),
      ("400-beds", "400床", "400 beds", ("200000", "A-beds-county"), ("28040", "S112"), ("3200", "A-run-hospital")),
      ("500-beds", "500床", "500 beds", ("250000", "A-beds-county"), ("35050", "S112"), ("4000", "A-run-hospital")),
      ("600-beds", "600床", "600 beds", ("300000", "A-beds-county"), ("42060", "S112"), ("4800", "A-run-hospital")))),
)  # fmt: skip

DESCRIBED = """\
[services.waste]
family = "haul"
name = "生活垃圾收运"
name_en = "Household waste"
demand = "waste"
department = "县住房和城乡建设局"
department_en = "County Housing and Construction Bureau"
[services.waste.figures]
villages_treated_pct = { value = 95, source = "P211" }
collection_radius_km = { value = 3, source = "S152" }
station_capital_per_tpd = { value = 3.8889, source = "S176" }
haul_cost_yuan_per_tkm = { value = 1.2, source = "S186" }

[services.bus]
family = "line"
name = "城乡公交"
name_en = "Rural bus"
demand = "residents"
department = "县交通运输局"
department_en = "County Transport Bureau"
[services.bus.figures]
townships_and_central_villages_pct = { value = 100, source = "P006" }
stop_within_m = { value = 2000, source = "S141" }
return_trips_per_day = { value = 2, source = "S151" }
operating_cost_yuan_per_vehicle_km = { value = 3, source = "S150" }
"""


def _sourced(number: Number) -> str:
    return f'{{ value = {number[0]}, source = "{number[1]}" }}'


def _service(row: tuple[object, ...], accesses: tuple[Access, ...], sizes: tuple[Size, ...]) -> str:
    ident, family, name, name_en, demand, weight, hosts, department, may_close, may_expand = row
    assert isinstance(hosts, tuple)
    assert isinstance(department, tuple)
    listed = ", ".join(f'"{host}"' for host in hosts)
    lines = [
        f'[services.{ident}]\nfamily = "{family}"\nname = "{name}"\nname_en = "{name_en}"\ndemand = "{demand}"',
        f"weight = {_sourced((str(weight), 'A-weights'))}\nhosts = [{listed}]",
        f'department = "{department[0]}"\ndepartment_en = "{department[1]}"',
        f"may_close = {str(may_close).lower()}\nmay_expand = {str(may_expand).lower()}",
    ]
    for mode, key, limit, source in accesses:
        lines.append(f'[[services.{ident}.access]]\nmode = "{mode}"\n{key} = {_sourced((limit, source))}')
    for size, size_name, size_en, capacity, capital, running in sizes:
        lines.append(f'[[services.{ident}.sizes]]\nid = "{size}"\nname = "{size_name}"\nname_en = "{size_en}"')
        if capacity is not None:
            lines.append(f"capacity_persons = {_sourced(capacity)}")
        lines.append(f"capital = {_sourced(capital)}\nrunning_per_year = {_sourced(running)}")
    return "\n".join(lines) + "\n"


SERVICES = "\n".join([*(_service(row[:10], row[10], row[11]) for row in _ROWS), DESCRIBED])
