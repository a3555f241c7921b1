"""The shapes of bus lines: spokes, branches of a tree, detours and loops, as ways through numbered settlements.

Every shape is built by cheapest insertion on driving times in whole milliseconds; of equal ways the one with the
smaller numbers wins, so that the same county gives the same lines everywhere. A way is in driving order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .lines_travel import Times

Way = tuple[int, ...]


def extra_ms(times: Times, way: Sequence[int], place: int, stop: int) -> int:
    """How much longer ``way`` takes with ``stop`` put before its stop number ``place`` (at the end: after the last)."""
    ms = times.ms
    if place == len(way):
        return ms[way[-1]][stop]
    return ms[way[place - 1]][stop] + ms[stop][way[place]] - ms[way[place - 1]][way[place]]


def best_insertion(times: Times, way: Sequence[int], pool: Iterable[int], *, open_end: bool) -> tuple[int, int, int]:
    """The cheapest stop of ``pool`` to add: its extra time, the stop, the place. The first stop stays the first."""
    places = range(1, len(way) + open_end)
    return min((extra_ms(times, way, place, stop), stop, place) for stop in pool for place in places)


def spoke(times: Times, hub: int, seats: Sequence[int]) -> Way:
    """From the hub to the first of ``seats``; the other seats of the township where they cost least."""
    way = [hub, seats[0]]
    rest = set(seats[1:])
    while rest:
        _, stop, place = best_insertion(times, way, rest, open_end=True)
        way.insert(place, stop)
        rest.remove(stop)
    return tuple(way)


def branches(times: Times, root: int, villages: Iterable[int], detour_pct: int) -> list[Way]:
    """A tree from ``root`` over all ``villages``, as one way from the root to each of its leaves.

    The parent of a village is the farthest one that lies on its way: over it the village is at most ``detour_pct``
    per cent farther from the root than straight.
    """
    from_root = times.ms[root]
    order = sorted(villages, key=lambda v: (from_root[v], v))
    parent: dict[int, int] = {}
    for rank, village in enumerate(order):
        longest = from_root[village] * (100 + detour_pct)
        passed = [p for p in order[:rank] if (from_root[p] + times.ms[p][village]) * 100 <= longest]
        parent[village] = passed[-1] if passed else root
    leaves = [v for v in order if v not in parent.values()]
    ways = []
    for leaf in leaves:
        way = [leaf]
        while way[-1] != root:
            way.append(parent[way[-1]])
        ways.append(tuple(reversed(way)))
    return ways


def detours(times: Times, way: Way, pool: Iterable[int], *, count: int, longest_pct: int, most_stops: int) -> list[Way]:
    """``way`` with the cheapest stops of ``pool`` on it: up to ``count`` ways, each picking up more than the last.

    Number k takes stops as long as it is at most k / ``count`` of ``longest_pct`` per cent longer than ``way``.
    """
    direct = times.of(way)
    current, rest = list(way), set(pool) - set(way)
    found: list[Way] = []
    so_far = direct
    for number in range(1, count + 1):
        longest = direct * (100 * count + longest_pct * number)
        before = len(current)
        while rest and len(current) < most_stops:
            extra, stop, place = best_insertion(times, current, rest, open_end=False)
            if (so_far + extra) * 100 * count > longest:
                break
            current.insert(place, stop)
            rest.remove(stop)
            so_far += extra
        if len(current) > before:
            found.append(tuple(current))
    return found


def loops(times: Times, root: int, villages: Iterable[int], *, longest_ms: int, most_stops: int) -> list[Way]:
    """Rings from ``root`` through ``villages`` and back, each at most ``longest_ms`` long, with two villages or more.

    A ring begins with the farthest village that is left; villages too far for any ring are left out.
    """
    ms = times.ms
    rest = {v for v in villages if ms[root][v] + ms[v][root] <= longest_ms}
    found: list[Way] = []
    while rest:
        first = max(rest, key=lambda v: (ms[root][v] + ms[v][root], -v))
        ring = [root, first, root]
        rest.remove(first)
        while rest and len(ring) < most_stops:
            extra, stop, place = best_insertion(times, ring, rest, open_end=False)
            if times.of(ring) + extra > longest_ms:
                break
            ring.insert(place, stop)
            rest.remove(stop)
        if len(ring) > 3:
            found.append(tuple(ring))
    return found
