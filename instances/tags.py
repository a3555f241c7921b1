"""What the tags of OpenStreetMap mean here: road classes, one-way streets, signed speeds, access, population.

Roads. A way is kept if its ``highway`` is in `ROAD_CLASSES`; the class goes into ``edges.csv`` as it is, and who may
use it is decided by the speed tables of ``county.toml``. `DRIVABLE` is only what the import log counts as the
drivable network.

Access. ``access=no`` or ``private`` leaves a way out, unless ``motor_vehicle`` (or ``vehicle``) opens it: it stays
what it is; or ``foot`` or ``bicycle`` opens it: it becomes a ``path``. Where only ``motor_vehicle`` (or ``vehicle``) is
closed, a drivable road or service road becomes ``pedestrian``. ``foot=no``, ``oneway:bicycle``, ``maxspeed:forward``
and conditional restrictions are not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

MAIN_ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary")
DRIVABLE = frozenset(
    (*MAIN_ROADS, *(f"{road}_link" for road in MAIN_ROADS), "unclassified", "residential", "living_street", "road")
)
ROAD_CLASSES = DRIVABLE | {"service", "track", "pedestrian", "footway", "path", "steps", "cycleway"}

FACILITY_KEYS = ("amenity", "healthcare", "leisure")
FACILITY_KINDS: Mapping[str, frozenset[str]] = {
    "amenity": frozenset(
        {"school", "kindergarten", "clinic", "doctors", "hospital", "health_post", "pharmacy", "townhall"}
    ),
    "healthcare": frozenset({"clinic", "centre", "doctor", "hospital"}),
    "leisure": frozenset(
        {"pitch", "sports_centre", "fitness_station", "fitness_centre", "playground", "stadium", "track", "park"}
    ),
}
HEALTHCARE_AS = {"centre": "health_centre", "doctor": "doctors"}

SETTLEMENT_PLACES = frozenset(
    {
        "city", "borough", "suburb", "quarter", "neighbourhood", "city_block", "town", "village", "hamlet",
        "isolated_dwelling", "farm",
    }
)  # fmt: skip

_NO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_CLOSED = frozenset({"no", "private"})
_NO_CARS = _CLOSED | {"agricultural", "forestry", "emergency", "bus"}
_OPEN = frozenset({"yes", "designated", "permissive", "destination", "official"})
_ONEWAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0, "false": 0, "0": 0}
_SPEED = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)\s*(km/h|kmh|kph|mph|knots)?")
_KMH = {"mph": Decimal("1.609344"), "knots": Decimal("1.852")}
_PEOPLE = re.compile(r"[0-9]{1,3}(?:[ ,.'\u00a0\u202f][0-9]{3})+|[0-9]+")


def road_class(tags: Mapping[str, str]) -> str | None:
    """Class of a way for ``edges.csv``; None where nobody may use it. ``highway`` must be in `ROAD_CLASSES`."""
    highway = tags["highway"]
    cars = tags.get("motor_vehicle", tags.get("vehicle", ""))
    if tags.get("access", "") in _CLOSED:
        if cars in _OPEN:
            return highway
        return "path" if tags.get("foot", "") in _OPEN or tags.get("bicycle", "") in _OPEN else None
    return "pedestrian" if cars in _NO_CARS and (highway in DRIVABLE or highway == "service") else highway


def oneway(tags: Mapping[str, str]) -> int | None:
    """1 with the way, -1 against it, 0 both ways; None where ``oneway`` says something else (``reversible``)."""
    said = tags.get("oneway", "").strip().lower()
    if said:
        return _ONEWAY.get(said)
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    return 1 if implied else 0


def speed_kmh(text: str) -> Decimal | None:
    """Signed speed in km/h to one decimal; None where the tag is no plain number, is 0, or is above 200 km/h."""
    found = _SPEED.fullmatch(text.strip().lower())
    if not found:
        return None
    speed = Decimal(found[1]) * _KMH.get(found[2] or "", Decimal(1))
    speed = speed.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return speed if 0 < speed <= 200 else None


def people(text: str) -> int | None:
    """Persons of a ``population`` tag (``1,234`` and ``1 234`` are read); None where it is no whole number."""
    found = _PEOPLE.fullmatch(text.strip())
    return int(re.sub(r"[^0-9]", "", found[0])) if found and len(found[0]) <= 12 else None


def facility_kind(tags: Mapping[str, str]) -> str | None:
    """Kind of a facility (``school``, ``clinic``, ``pitch`` …), None where it is none."""
    for key in FACILITY_KEYS:
        if tags.get(key) in FACILITY_KINDS[key]:
            return HEALTHCARE_AS.get(tags[key], tags[key]) if key == "healthcare" else tags[key]
    return None


def out_of_use(kind: str, tags: Mapping[str, str]) -> str:
    """The tag by which a facility serves nobody, "" where there is none; private grounds close sports sites only."""
    for key in ("disused", "abandoned"):
        if tags.get(key, "no") != "no":
            return f"{key}={plain(tags[key], 40)}"
    closed = kind in FACILITY_KINDS["leisure"] and tags.get("access") in _CLOSED
    return f"access={tags['access']}" if closed else ""


def cell_text(text: str) -> str:
    """A cell of a table: composed (NFC), without characters of no width, then `plain`."""
    return plain(unicodedata.normalize("NFC", text.translate(_NO_WIDTH)))


def plain(text: str, limit: int = 400) -> str:
    """``text`` on one line, without control characters, at most ``limit`` characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:limit]


def halfwidth(text: str) -> str:
    """``text`` with full-width digits, letters and marks made plain (NFKC), without spaces around it."""
    return unicodedata.normalize("NFKC", text).strip()


def number_text(text: str) -> str:
    """The same of a number, where a raised or circled digit is none: ``10²`` is not 102, and stays as it is."""
    raised = any(not c.isdecimal() and any(d.isdecimal() for d in unicodedata.normalize("NFKC", c)) for c in text)
    return text.strip() if raised else halfwidth(text)
