"""Waste per head by settlement level: the column ``waste_kgpd`` of ``settlements.csv``, an estimate.

The numbers are ours, chosen within ranges of the literature; each keeps the id and the status of its source in the
project's table of standards. The weakest status counts for the column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from siting.errors import Fault

from .places import Place

COLUMN = "waste_kgpd"
GROUP = "waste"
SOURCE = "A-waste"


@dataclass(frozen=True)
class PerHead:
    """Kilograms a person and day: the value, the id, status and wording of its source."""

    kg: Decimal
    source: str
    status: str
    wording: str


_URBAN = PerHead(Decimal("1.0"), "S174", "RECALLED", "middle of 0.8-1.2 kg, urban statistics")
_TOWN = PerHead(
    Decimal("0.9"), "S173", "VERIFIED", "middle of 0.7-1.1 kg, town and village, review 2018 (Li Dan et al.)"
)
_RURAL = PerHead(
    Decimal("0.4"), "S171", "VERIFIED", "0.4 kg, typical rural value, China Environmental Protection Industry"
)
PER_HEAD: dict[str, PerHead] = {
    "city": _URBAN, "county_town": _URBAN, "central_town": _TOWN, "township_seat": _TOWN,
    "central_village": _RURAL, "village": _RURAL, "hamlet": _RURAL,
}  # fmt: skip


def waste_kgpd(level: str, persons: int) -> int:
    """Kilograms a day of a settlement, halves up to whole kilograms."""
    return int((PER_HEAD[level].kg * persons).to_integral_value(ROUND_HALF_UP))


def add_waste(places: Sequence[Place], notes: list[Fault]) -> list[int]:
    """The column for ``places``, with W248 for each number per head that was used."""
    used = {PER_HEAD[place.level] for place in places}
    for each in sorted(used, key=lambda e: e.source):
        values = {"kg": each.kg, "source": each.source, "status": each.status, "wording": each.wording}
        notes.append(Fault("W248", values=values))
    return [waste_kgpd(place.level, place.persons) for place in places]


def demand_section() -> dict[str, Any]:
    """``[demand.waste]``."""
    return {
        "column": COLUMN,
        "name": "生活垃圾（千克/日）",
        "name_en": "household waste (kg a day)",
        "estimated": True,
        "source": SOURCE,
    }


def source_section() -> dict[str, str]:
    """``[sources.A-waste]``: what is verified and what is not, under the weakest status."""
    said = "; ".join(f"{e.kg} kg ({e.wording}; {e.source}, {e.status})" for e in (_RURAL, _TOWN, _URBAN))
    return {"title": f"Waste per head and day by settlement level, chosen within ranges: {said}", "status": "RECALLED"}
