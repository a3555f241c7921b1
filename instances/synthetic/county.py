"""A whole county from a seed: ``generate`` writes the folder of Yunling (云岭县), which is not a real place.

The mountains, roads, names and sites are generated; the numbers of people follow the median Chinese county of the
2020 census. The same arguments give the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..folder import refuse_if_full
from . import people
from .building import build
from .lines import DISPOSAL_COLUMNS, LINE_COLUMNS, all_lines, disposal_sites, lines_today
from .more_sites import SITE_COLUMNS, across_the_border, add_beds, share_plots, stations
from .network import RoadMap, draw
from .places import settle
from .red_lines import Zone, degrees, draw_red_lines, is_free
from .roads import Ways
from .rules import county_toml
from .settlements import Place, inhabit
from .sites import Spot, find
from .terrain import Dice, Terrain, raise_land

CODES = {
    "clinic_village": "CL", "fitness": "FI", "culture_station": "CU", "elderly_care": "EC", "kindergarten": "KG",
    "school_primary": "PS", "school_junior": "JS", "school_senior": "SS", "health_township": "HC",
    "hospital_county": "HO",
}  # fmt: skip


#: The seed of the shipped county.
DEFAULT_SEED = 20250
#: With fewer the county town would leave nobody for the villages.
FEWEST_VILLAGES = 20
#: "Ten villages demonstration", P012.
DEMONSTRATION_VILLAGES = 10


def generate(
    folder: Path,
    *,
    seed: int = DEFAULT_SEED,
    villages: int = 300,
    sites: int | None = None,
    hamlets: int | None = None,
) -> None:
    """Write a county folder with ``villages`` administrative villages (at least 20) into ``folder``.

    ``sites`` is the largest number of candidate sites a service; None: as many as the rules allow. ``hamlets`` is the
    largest number of hamlets, as far as the land has room for them; None: some three to a village.

    Raises:
        InputRefused: the folder holds something (E203).
        ValueError: too few villages.
    """
    if villages < FEWEST_VILLAGES:
        raise ValueError(f"a county needs at least {FEWEST_VILLAGES} villages")
    refuse_if_full(folder)
    dice = Dice(seed)
    terrain = raise_land(dice, villages)
    ways = Ways(terrain)
    townships = settle(terrain, ways, dice, villages, villages * 19 // 6 if hamlets is None else hamlets)
    build(terrain, ways, townships, dice)
    places = inhabit(terrain, townships, dice, villages)
    roads = draw(ways, {p.cell for p in places}, dice)
    zones = draw_red_lines(terrain, places, dice, villages)
    at = {p.id: _near(roads.place[p.cell], dice, 40) for p in places}
    spots = find(terrain, places, dice, sites)

    folder.mkdir(parents=True, exist_ok=True)
    towns = {p.township: p.township_en for p in places if p.township_en}
    _write(folder / "county.toml", county_toml(seed, villages, demonstration_villages(places), towns))
    _settlements(folder / "settlements.csv", terrain, places, at, villages)
    rows = _sites(terrain, spots, at, zones, dice)
    add_beds(rows, places, Dice(seed + 1))  # dice of their own: the county is that of the seed
    share_plots(rows, places)
    for row, spot in [*stations(terrain, places, at, roads, zones, sites), *across_the_border(roads)]:
        row["lon"], row["lat"] = _lonlat(terrain, spot)
        rows.append(row)
    _table(folder / "sites.csv", SITE_COLUMNS, ([row[column] for column in SITE_COLUMNS] for row in rows))
    _roads(folder, terrain, roads)
    _table(folder / "lines.csv", LINE_COLUMNS, all_lines(folder, lines_today(places, dice)))
    _disposal(folder / "disposal.csv", terrain, places, roads, zones, villages)
    _red_lines(folder / "red_lines.geojson", zones)


def _near(spot: tuple[int, int], dice: Dice, reach: int) -> tuple[int, int]:
    return spot[0] + dice.between(-reach, reach), spot[1] + dice.between(-reach, reach)


def _write(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.write_bytes(text.encode(encoding))


def demonstration_villages(places: list[Place]) -> list[str]:
    """Ids of up to ten central villages, the most populous one of as many townships, largest first."""
    largest: dict[str, Place] = {}
    for place in sorted(places, key=lambda p: (-p.population, p.id)):
        if place.level == "central_village":
            largest.setdefault(place.township, place)
    return [place.id for place in largest.values()][:DEMONSTRATION_VILLAGES]


def _table(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    lines = [",".join(row) for row in (columns, *rows)]
    _write(path, "\n".join(lines) + "\n", "utf-8-sig")


def _shown(e5: int) -> str:
    return f"{e5 // 100_000}.{e5 % 100_000:05d}"


def _lonlat(terrain: Terrain, spot: tuple[int, int]) -> list[str]:
    lon, lat = degrees(terrain, *spot)
    return [_shown(lon), _shown(lat)]


def _settlements(
    path: Path, terrain: Terrain, places: list[Place], at: dict[str, tuple[int, int]], villages: int
) -> None:
    columns = people.groups([p.population for p in places], [p.level for p in places], villages)
    columns["pupils_grade4up_persons"] = [count // 2 for count in columns["pupils_primary_persons"]]
    columns["rural_persons"] = [0 if p.urban else p.population for p in places]
    columns["waste_kgpd"] = [people.waste_kg(p.population, p.urban) for p in places]
    head = ["id", "name", "name_en", "level", "township", "village", "urban", "lon", "lat", "population_persons"]
    rows = []
    for number, p in enumerate(places):
        row = [p.id, p.name, p.name_en, p.level, p.township, p.village, str(p.urban), *_lonlat(terrain, at[p.id])]
        rows.append([*row, str(p.population), *(str(column[number]) for column in columns.values())])
    _table(path, [*head, *columns], rows)


def _sites(
    terrain: Terrain, spots: list[Spot], at: dict[str, tuple[int, int]], zones: list[Zone], dice: Dice
) -> list[dict[str, str]]:
    """Each site near its settlement and outside the red lines; a candidate that finds no such place is left out."""
    rows = []
    for spot in spots:
        tries = [_near(at[spot.place.id], dice, 100) for _ in range(6)]
        free = [t for t in tries if is_free(zones, degrees(terrain, *t))]
        if not free and spot.status == "candidate":
            continue
        free = free or tries
        lon, lat = _lonlat(terrain, free[0])
        row = dict.fromkeys(SITE_COLUMNS, "")
        row |= {"id": f"{CODES[spot.service]}-{spot.place.id}{'-2' if spot.second else ''}", "service": spot.service}
        row |= {"name": spot.name, "name_en": spot.name_en, "settlement": spot.place.id, "lon": lon, "lat": lat}
        row |= {"status": spot.status, "size": spot.size, "source": "SYN"}
        row["capacity_persons"] = "" if spot.capacity is None else str(spot.capacity)
        rows.append(row)
    return rows


def _disposal(
    path: Path, terrain: Terrain, places: list[Place], roads: RoadMap, zones: list[Zone], villages: int
) -> None:
    rows = []
    for cells, node in disposal_sites(terrain, places, roads, zones, villages):
        rows.append([*cells[:4], *_lonlat(terrain, roads.place[node]), *cells[4:]])
    _table(path, DISPOSAL_COLUMNS, rows)


def _roads(folder: Path, terrain: Terrain, roads: RoadMap) -> None:
    number = {cell: f"n{k + 1:05d}" for k, cell in enumerate(roads.place)}
    nodes = ([number[cell], *_lonlat(terrain, spot)] for cell, spot in roads.place.items())
    _table(folder / "nodes.csv", ("id", "lon", "lat"), nodes)
    edges = []
    for e in roads.edges:
        length = f"{e.length_dm // 10}.{e.length_dm % 10}"
        edges.append([number[e.tail], number[e.head], length, e.road_class, str(e.oneway), "", e.name])
    columns = ("from_node", "to_node", "length_m", "road_class", "oneway", "speed_kmh", "name")
    _table(folder / "edges.csv", columns, edges)


def _red_lines(path: Path, zones: list[Zone]) -> None:
    features = []
    for zone in zones:
        ring = ",".join(f"[{_shown(lon)},{_shown(lat)}]" for lon, lat in zone.ring)
        about = json.dumps({"name": zone.name, "name_en": zone.name_en, "kind": zone.kind}, ensure_ascii=False)
        features.append(
            f'{{"type":"Feature","properties":{about},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}'
        )
    _write(path, '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n")
