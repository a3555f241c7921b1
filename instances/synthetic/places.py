"""Where people live: a county town, township seats, administrative villages and their hamlets, mostly in valleys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isqrt

from .roads import Ways
from .terrain import Dice, Terrain


@dataclass
class Township:
    """A seat with its villages; the first of all is the county town."""

    seat: int
    level: str
    quarters: list[int] = field(default_factory=list)
    villages: list[Village] = field(default_factory=list)


@dataclass
class Village:
    """An administrative village: its main settlement and its hamlets, as cells of the grid."""

    cell: int
    hamlets: list[int] = field(default_factory=list)


class Crowd:
    """Cells that are taken, for keeping a distance from them."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._boxes: dict[tuple[int, int], list[int]] = {}

    def add(self, cell: int) -> None:
        """Take ``cell``."""
        row, column = divmod(cell, self._terrain.side)
        self._boxes.setdefault((row // 16, column // 16), []).append(cell)

    def is_free(self, cell: int, radius2: int) -> bool:
        """Whether no taken cell is nearer than the square root of ``radius2`` cells."""
        row, column = divmod(cell, self._terrain.side)
        reach = isqrt(radius2) // 16 + 1
        for r in range(row // 16 - reach, row // 16 + reach + 1):
            for c in range(column // 16 - reach, column // 16 + reach + 1):
                if any(self._terrain.distance2(cell, other) < radius2 for other in self._boxes.get((r, c), ())):
                    return False
        return True


def settle(terrain: Terrain, ways: Ways, dice: Dice, villages: int, hamlets: int) -> list[Township]:
    """Towns first, where valleys are wide; then villages, denser near the county town; then hamlets up the slopes."""
    flat = _flatness(terrain)
    town = _town_cell(terrain, flat)
    count = max(3, villages // 15)
    seats = _seats(terrain, flat, dice, town, count)
    central = _central(terrain, seats, max(1, (count - 1) * 4 // 19))
    townships = [Township(s, _level(i, s, central)) for i, s in enumerate(seats)]
    townships[0].quarters = _lattice(terrain, town, max(3, villages // 15))
    for township in townships[1:]:
        spots = [township.seat]
        if township.level == "central_town":
            spots.append(_beside(terrain, township.seat, flat))
        township.quarters = spots
    crowd = Crowd(terrain)
    for township in townships:
        for cell in township.quarters:
            crowd.add(cell)
    cells = _villages(terrain, flat, dice, crowd, town, villages)
    _share(terrain, ways, townships, cells)
    _hamlets(terrain, dice, crowd, townships, hamlets)
    return townships


def _level(number: int, seat: int, central: set[int]) -> str:
    if number == 0:
        return "county_town"
    return "central_town" if seat in central else "township_seat"


def _flatness(terrain: Terrain) -> list[int]:
    """Number of flat cells (less than 8 m up or down to a neighbour) within two cells."""
    side = terrain.side
    flat = (terrain.roughness_dm < 80).reshape(side, side).astype("int64")
    total = flat * 0
    for up in range(-2, 3):
        for right in range(-2, 3):
            total[2:-2, 2:-2] += flat[2 + up : side - 2 + up, 2 + right : side - 2 + right]
    return [int(v) for v in total.reshape(-1)]


def _cells(terrain: Terrain) -> list[int]:
    return [int(c) for c in terrain.inside.nonzero()[0]]


def _town_cell(terrain: Terrain, flat: list[int]) -> int:
    """The widest valley floor not far from the middle, on the largest river."""
    side, best, place = terrain.side, -1, terrain.centre
    for cell in _cells(terrain):
        far = isqrt(terrain.distance2(cell, terrain.centre) * 10_000) // side
        if far > 22 or cell // side < 12 or cell % side < 12:
            continue
        wide = sum(flat[cell + up * side + right] for up in (-5, 0, 5) for right in (-7, 0, 7))
        score = wide * 4 + min(160, isqrt(int(terrain.drains[cell]))) - 3 * far
        if score > best:
            best, place = score, cell
    return place


def _spread(terrain: Terrain, ranked: list[int], taken: list[int], count: int, radius: int) -> list[int]:
    """The first cells of ``ranked`` that keep their distance, with a shrinking radius until ``count`` are found."""
    chosen = list(taken)
    while len(chosen) < count and radius > 1:
        for cell in ranked:
            if len(chosen) == count:
                break
            if all(terrain.distance2(cell, other) >= radius * radius for other in chosen):
                chosen.append(cell)
        radius = radius * 9 // 10
    return chosen


def _seats(terrain: Terrain, flat: list[int], dice: Dice, town: int, count: int) -> list[int]:
    cells = _cells(terrain)
    luck = dice.many(len(cells), 240).tolist()
    score = {
        c: flat[c] * 14 + min(200, isqrt(int(terrain.drains[c])) * 3) + k for c, k in zip(cells, luck, strict=True)
    }
    deep = [c for c in cells if terrain.drains[c] >= 60 and _is_deep(terrain, c, isqrt(len(cells)) // 20)]
    ranked = sorted(deep, key=lambda c: (-score[c], c))
    return _spread(terrain, ranked, [town], count, isqrt(len(cells) * 8 // (10 * count)))


def _is_deep(terrain: Terrain, cell: int, reach: int) -> bool:
    """Whether the county goes on for ``reach`` cells to all four sides."""
    return all(terrain.inside[cell + reach * shift] for shift in (1, -1, terrain.side, -terrain.side))


def _central(terrain: Terrain, seats: list[int], count: int) -> set[int]:
    """Seats far from the county town and from each other, but not at the border."""
    cells = int(terrain.inside.sum()) * 4 // 5
    chosen = [seats[0]]
    while len(chosen) <= count:
        rest = [s for s in seats if s not in chosen]
        rest = [s for s in rest if terrain.distance2(s, terrain.centre) * 4 < cells] or rest
        chosen.append(max(rest, key=lambda s: (min(terrain.distance2(s, c) for c in chosen), s)))
    return set(chosen[1:])


def _lattice(terrain: Terrain, town: int, count: int) -> list[int]:
    """Quarters of the county town on a lattice of two cells, nearest to the middle first."""
    reach = isqrt(count) + 2
    spots = [(up, right) for up in range(-reach, reach + 1) for right in range(-reach, reach + 1)]
    spots.sort(key=lambda s: (s[0] * s[0] * 3 + s[1] * s[1] * 2, s))
    return [town + 2 * up * terrain.side + 2 * right for up, right in spots[:count]]


def _beside(terrain: Terrain, seat: int, flat: list[int]) -> int:
    around = [seat + up * terrain.side + right for up in (-3, 0, 3) for right in (-3, 0, 3) if (up, right) != (0, 0)]
    return max(around, key=lambda c: (flat[c], c))


def _villages(terrain: Terrain, flat: list[int], dice: Dice, crowd: Crowd, town: int, count: int) -> list[int]:
    cells = _cells(terrain)
    luck = dice.many(len(cells), 1000).tolist()
    score = {c: k + flat[c] * 22 - int(terrain.roughness_dm[c]) for c, k in zip(cells, luck, strict=True)}
    ranked = sorted(cells, key=lambda c: (-score[c], c))
    radius = isqrt(len(cells))
    far = {c: isqrt(terrain.distance2(c, town) * 1_000_000) // radius for c in cells}
    chosen: list[int] = []
    widest = 130
    while len(chosen) < count:
        for cell in ranked:
            if len(chosen) == count:
                break
            near = widest * (450 + min(1000, 2 * far[cell])) // 1000  # tenths of a cell
            if crowd.is_free(cell, max(16, near * near // 100)):
                chosen.append(cell)
                crowd.add(cell)
        widest = widest * 9 // 10
    return sorted(chosen)


def _share(terrain: Terrain, ways: Ways, townships: list[Township], cells: Iterable[int]) -> None:
    """Give each village to the township whose seat is the easiest to reach."""
    del terrain
    wanted = list(cells)
    back = ways.reach([t.seat for t in townships], wanted, old_road=100)
    seat_of = {t.seat: t for t in townships}
    for cell in wanted:
        end = cell
        while back[end] >= 0:
            end = back[end]
        seat_of[end].villages.append(Village(cell))


def _hamlets(terrain: Terrain, dice: Dice, crowd: Crowd, townships: list[Township], count: int) -> None:
    """Hamlets within 2 km of a village of their own, at least 500 m from any other place."""
    villages = [v for t in townships for v in t.villages]
    cells = _cells(terrain)
    luck = dice.many(len(cells), 900).tolist()
    ranked = sorted(
        zip((k + int(terrain.roughness_dm[c]) for c, k in zip(cells, luck, strict=True)), cells, strict=True)
    )
    near = _nearest(terrain, villages)
    found = 0
    for limit in (4, 5, 7, 99):
        for _, cell in ranked:
            if found == count:
                return
            home = near.get(cell)
            if home is not None and len(home.hamlets) < limit and crowd.is_free(cell, 8):
                home.hamlets.append(cell)
                crowd.add(cell)
                found += 1


def _nearest(terrain: Terrain, villages: list[Village]) -> dict[int, Village]:
    """Nearest village of each cell within 10 cells."""
    best: dict[int, tuple[int, int]] = {}
    for number, village in enumerate(villages):
        row, column = divmod(village.cell, terrain.side)
        for r in range(max(0, row - 10), min(terrain.side, row + 11)):
            for c in range(max(0, column - 10), min(terrain.side, column + 11)):
                far = (r - row) ** 2 + (c - column) ** 2
                cell = r * terrain.side + c
                if far <= 100 and terrain.inside[cell] and (cell not in best or (far, number) < best[cell]):
                    best[cell] = (far, number)
    return {cell: villages[number] for cell, (_, number) in sorted(best.items())}
