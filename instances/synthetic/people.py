"""How many people live where: the median county of the 2020 census, spread over the settlements of a generated one.

The figures come from the 2020 census by county (table compiled by Lei Dong, MIT licence, github.com/leiii/census). The
sample is the 72 counties named ...县 with 260,000 to 320,000 people and a rural share of 50 to 62 per cent; each figure
is the median over the sample. ``yunling-county/CALIBRATION.md`` says how the school ages were derived.
"""

from __future__ import annotations

from collections.abc import Sequence

CENSUS_VILLAGES = 300
CENSUS_PEOPLE = 288_030
CENSUS_RURAL = 162_183
CENSUS_HOUSEHOLDS = 104_066
AGE_0_PPM = 9_150
AGE_1_4_PPM = 47_810
AGE_5_9_PPM = 66_760
AGE_10_14_PPM = 69_260
AGE_15_19_PPM = 46_780
AGE_65_PPM = 154_100

# People of a five-year group are spread evenly over its years.
# 60+ from 65+: 18.70 / 13.50, both shares of the whole country.
GROUPS_PPM = {
    "births_persons": AGE_0_PPM,
    "children_3_5_persons": AGE_1_4_PPM * 2 // 4 + AGE_5_9_PPM // 5,
    "pupils_primary_persons": AGE_5_9_PPM * 4 // 5 + AGE_10_14_PPM * 2 // 5,
    "pupils_junior_persons": AGE_10_14_PPM * 3 // 5,
    "pupils_senior_persons": AGE_15_19_PPM * 3 // 5,
    "elderly_60_persons": AGE_65_PPM * 1870 // 1350,
}
# Assumption: how dense a group is (per mille of the average) in the county town, in other towns and in the country.
LEAN = {
    "births_persons": (1100, 1050, 940),
    "children_3_5_persons": (1120, 1060, 930),
    "pupils_primary_persons": (1130, 1060, 925),
    "pupils_junior_persons": (1130, 1060, 925),
    "pupils_senior_persons": (1150, 1050, 915),
    "elderly_60_persons": (760, 900, 1140),
}
RURAL_WASTE_G = 400  # per person and day, S171
URBAN_WASTE_G = 1000  # per person and day, within the range of S174


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in whole numbers in proportion to ``weights``, by largest remainder; of equal ones the first wins."""
    whole = sum(weights)
    parts = [total * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts


def scaled(figure: int, villages: int) -> int:
    """A figure of the whole census county for a county of ``villages`` villages."""
    return figure * villages // CENSUS_VILLAGES


def groups(population: Sequence[int], levels: Sequence[str], villages: int) -> dict[str, list[int]]:
    """Each demand column of people, one number a settlement; the columns add up to the census shares."""
    columns = {}
    for column, ppm in GROUPS_PPM.items():
        lean = LEAN[column]
        weights = [p * lean[_kind(level)] for p, level in zip(population, levels, strict=True)]
        columns[column] = share_out(sum(population) * ppm // 1_000_000, weights)
    columns["households"] = share_out(scaled(CENSUS_HOUSEHOLDS, villages), population)
    return columns


def _kind(level: str) -> int:
    return {"county_town": 0, "central_town": 1, "township_seat": 1}.get(level, 2)


def waste_kg(persons: int, urban: int) -> int:
    """Household waste in whole kg a day, rounded up."""
    return -(-persons * (URBAN_WASTE_G if urban else RURAL_WASTE_G) // 1000)
