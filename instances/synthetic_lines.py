"""Bus lines and disposal sites: described in the folder, not decided by a plan."""

from __future__ import annotations

from .synthetic_network import RoadMap
from .synthetic_settlements import Place
from .synthetic_terrain import Dice, Terrain

Cells = list[str]


def bus_lines(places: list[Place], dice: Dice) -> list[Cells]:
    """Rows of ``lines.csv``: from the county town to every seat, and from each seat round its central villages."""
    seats = [p for p in places if p.is_seat]
    rows: list[Cells] = []
    for seat in seats[1:]:
        central = seat.level == "central_town"
        runs = central or dice.below(100) < 60
        trips = dice.between(6, 12) if central else dice.between(2, 6)
        names = [f"县城—{seat.township}", f"County Town – {seat.name_en.removesuffix(' Seat')}"]
        rows.append(_line(rows, names, [seats[0].id, seat.id], trips, runs))
    for seat in seats:
        villages = [p.id for p in places if p.level == "central_village" and p.town_number == seat.town_number]
        runs = dice.below(100) < 25
        names = [f"{seat.township}村村通", f"{seat.name_en.removesuffix(' Seat')} Village Line"]
        if villages:
            rows.append(_line(rows, names, [seat.id, *villages], 2, runs))
    return rows


def _line(before: list[Cells], names: list[str], stops: list[str], trips: int, runs: bool) -> Cells:
    return [f"L{len(before) + 1:02d}", *names, ";".join(stops), str(trips), "existing" if runs else "candidate"]


def disposal_sites(terrain: Terrain, places: list[Place], roads: RoadMap) -> list[tuple[list[str], int]]:
    """Head and tail cells of ``disposal.csv`` around the position, with the road node where each site stands."""
    town = places[0].cell
    settled = [p.cell for p in places]
    far = sorted(roads.place, key=lambda c: (abs(terrain.distance2(c, town) - 900), c))
    lonely = [c for c in far[:400] if all(terrain.distance2(c, s) >= 6 for s in settled)] or far
    first = lonely[0]
    second = next((c for c in lonely if terrain.distance2(c, first) > 400), lonely[-1])
    return [
        (["D1", "云岭县生活垃圾填埋场", "Yunling Landfill", "landfill", "existing", "180"], first),
        (["D2", "云岭县生活垃圾焚烧厂", "Yunling Incinerator", "incinerator", "candidate", "300"], second),
    ]
