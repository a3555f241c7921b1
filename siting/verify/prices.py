"""Reads the prices of a certificate (docs/certificate.md): flat rows of a kind, its keys and a whole number."""

from __future__ import annotations

from typing import Any

#: Kinds of prices with the number of their keys.
KINDS = {
    "person": 3,  # service, settlement, phase: a person who is served by then
    "eligible": 3,  # service, settlement, access: a person who goes by it
    "line": 4,  # service, settlement, site, line: a person who goes over it
    "closest": 4,  # service, settlement, site, line: a person who passes this way by though it is open
    "present": 2,  # service, settlement: a person whose present site is kept or who is served
    "waste": 2,  # service, station: a kilogram that goes on from it; of any sign
    "capital": 2,  # service, phase: a base unit of money
    "running": 0,  # a base unit a year
    "land": 1,  # phase: a square metre
    "rule": 1,  # rule: a site
    "referral": 2,  # service, site: the right to build it
    "points": 1,  # tier: a point that an earlier tier has reached
    "worth": 0,  # a unit of the worth that an earlier stage has reached
    "cost": 0,  # a base unit of the cost that an earlier stage has come down to
    "travel": 0,  # the same of travel
    "target": 2,  # target, part of it ("" or a township): a unit
    "package": 3,  # target, settlement, service: a settlement that is served in full
}
#: Prices are at most this: no honest one comes near, and sums stay of a size that is quickly added.
HIGHEST = 10**60
Key = str | int


class Prices:
    """Prices by kind and keys; those that are not named are 0."""

    def __init__(self, rows: Any) -> None:
        """Read rows such as ``["person", "clinic", "V1", 0, 120]``; raises one of `FAULTS`."""
        self.known: dict[tuple[Key, ...], int] = {}
        if not isinstance(rows, list):
            raise ValueError("the prices are no list")
        for row in rows:
            *key, price = row
            if key[0] not in KINDS or len(key) != 1 + KINDS[key[0]] or any(type(k) not in (str, int) for k in key):
                raise ValueError(f"not a price: {row!r:.80}")
            if type(price) is not int or abs(price) > HIGHEST or (price < 0 and key[0] != "waste"):
                raise ValueError(f"a price is a whole number from 0 on: {row!r:.80}")
            if tuple(key) in self.known:
                raise ValueError(f"a price stands twice: {row!r:.80}")
            self.known[tuple(key)] = price

    def __call__(self, *key: Key) -> int:
        """The price of a kind and its keys."""
        return self.known.get(key, 0)
