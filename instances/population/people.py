"""The rows of ``settlements.csv``: people of each settlement by group, and which of the numbers are estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal

from siting.counties.rows import Settlement
from siting.errors import Fault

from .places import Place, spread
from .waste import COLUMN as WASTE
from .waste import add_waste

PROJECTED = "ESTIMATE for"


def is_estimate(source: str) -> bool:
    """Whether a ``population_source`` says that the number is estimated."""
    return "ESTIMATE" in source.upper() or "估" in source


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
