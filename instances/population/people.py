"""How many people live in each settlement: as listed, from a raster, from township totals; then in a later year.

Whatever is not a count of its own is marked as an estimate in ``population_source``, and so in the county folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from siting.counties.rows import Settlement
from siting.errors import Fault

from ..inputs import Inputs, Wish
from ..networks.roads import distance_m
from .buildings import floor_areas_dm2, spread_totals
from .places import Place, spread
from .projection import moves_of, project
from .raster import Square, people_of_raster
from .waste import COLUMN as WASTE
from .waste import add_waste

PROJECTED = "ESTIMATE for"


def is_estimate(source: str) -> bool:
    """Whether a ``population_source`` says that the number is estimated."""
    return "ESTIMATE" in source.upper() or "估" in source


def with_people(places: Sequence[Place], wish: Wish, inputs: Inputs, notes: list[Fault]) -> list[Place]:
    """The places with people of the raster or of the totals, if there are any.

    Raises `InputRefused`: E275, E283-E286.
    """
    new = list(places)
    if wish.population is not None and new:
        found = people_of_raster(wish.population, new, inputs.border, wish.squares_m)
        before = sum(place.persons for place in new)
        said = f"ESTIMATE: {wish.population.name}, pixels to the nearest settlement"
        new = [replace(p, persons=n, source=said, groups={}) for p, n in zip(new, found.persons, strict=True)]
        persons = sum(found.persons) + sum(square.persons for square in found.squares)
        values = {"name": wish.population.name, "persons": persons, "before": before, "far": found.far}
        notes.append(Fault("W246", wish.population.name, values={**values, "pixels": found.pixels}))
        new += [_outlying(square, new, said) for square in found.squares]
    if inputs.totals is not None and new:
        areas, by = [place.persons for place in new], "by the people listed"
        if wish.buildings is not None:
            areas, by = floor_areas_dm2(wish.buildings, new), f"by floor area ({wish.buildings.name})"
        new = spread_totals(new, inputs.totals, areas, by, notes)
    return new


def _outlying(square: Square, places: Sequence[Place], said: str) -> Place:
    """People who live apart as a hamlet of the nearest settlement."""
    home = min(places, key=lambda p: (distance_m(p.lon, p.lat, square.lon, square.lat), p.id))
    return Place(
        id=f"sq{square.column}_{square.row}",
        name=f"{home.name} ▫ {square.column}/{square.row}",
        kind="hamlet",
        lon=square.lon,
        lat=square.lat,
        persons=square.persons,
        source=said,
        level="hamlet",
        urban=0,
        township=home.township,
        village=home.id,
    )


def in_later_year(
    places: Sequence[Place], wish: Wish, inputs: Inputs, base_year: int, notes: list[Fault]
) -> list[Place]:
    """The places in ``wish.year``, with every change listed. Raises `InputRefused`: E206, E281, E282."""
    if wish.growth is None and wish.relocation is None and not wish.concentration_pct:
        return list(places)
    years = (wish.year or base_year) - base_year
    moves = moves_of(inputs.moves, places) if inputs.moves is not None else []
    later = project(places, years, inputs.growth, moves, wish.concentration_pct)
    for level in sorted({place.level for place in places}):
        old = [p for p in places if p.level == level]
        new = sum(p.persons for p in later if p.level == level)
        values = {"level": level, "from_year": base_year, "to_year": base_year + years, "pct": inputs.growth.pct(level)}
        notes.append(Fault("W244", values={**values, "before": sum(p.persons for p in old), "after": new}))
    said = f"{PROJECTED} {base_year + years}"
    return [
        new if new.persons == old.persons else replace(new, source=f"{said}: {old.source}")
        for old, new in zip(places, later, strict=True)
    ]


@dataclass(frozen=True)
class Groups:
    """The columns of groups in their order: which are estimated, and which of these are shares of all residents."""

    columns: tuple[str, ...]
    estimated: Mapping[str, bool]
    by_share: frozenset[str]


def settlement_rows(
    places: Sequence[Place], shares: Mapping[str, float], notes: list[Fault], *, waste: bool
) -> tuple[list[Settlement], Groups]:
    """Rows of ``settlements.csv``, and what its columns of groups are.

    A group that the list gives is taken as it is; another is its share of all residents, spread by largest remainder.
    Groups that no demand uses (migrants, registered people) pass through.
    """
    places = sorted(places, key=lambda p: p.id)
    persons = [place.persons for place in places]
    guessed = [p for p in places if is_estimate(p.source)]
    if guessed:
        notes.append(Fault("W207", values={"count": len(guessed), "total": len(places), "source": guessed[0].source}))
    scaled = any(place.source.startswith(PROJECTED) for place in places)
    estimated = {"population_persons": bool(guessed)}
    by_share: set[str] = set()
    columns: dict[str, list[int]] = {}
    for column, share in shares.items():
        given = all(column in place.groups for place in places)
        estimated[column] = not given or scaled
        by_share |= set() if given else {column}
        total = int((Decimal(str(share)) * sum(persons)).to_integral_value(ROUND_HALF_UP))
        columns[column] = [p.groups[column] for p in places] if given else spread(total, persons)
    for column in sorted({group for place in places for group in place.groups} - set(columns)):
        columns[column] = [place.groups.get(column, 0) for place in places]
    if waste:
        columns[WASTE] = add_waste(places, notes)
        estimated[WASTE] = True
    rows = [
        Settlement.model_validate(
            {key: value for key, value in asdict(place).items() if key in Settlement.model_fields}
            | {"population_persons": place.persons, "population_source": place.source}
            | {column: values[k] for column, values in columns.items()}
        )
        for k, place in enumerate(places)
    ]
    return rows, Groups(tuple(columns), estimated, frozenset(by_share))
