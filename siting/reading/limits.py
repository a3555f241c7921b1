"""What is refused before it is read: files that are none, that lead elsewhere, or that would take all memory.

Sizes are looked at before anything is allocated. Rows are counted by their ends in one pass over the bytes; what a row
takes in memory was measured on the embedded county (Python 3.11) and is rounded up, so the gigabytes are an estimate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from siting.errors import Fault
from siting.reading import elsewhere

#: Megabytes of a file; a county of 100,000 demand points needs a tenth of the largest.
LARGEST_MB = {"county.toml": 5, "red_lines.geojson": 100}
LARGEST_TABLE_MB = 500
#: Rows of a table, and bytes that a row takes while it is read.
MOST_ROWS = {
    "settlements.csv": (200_000, 4500), "sites.csv": (200_000, 3000), "nodes.csv": (2_000_000, 1000),
    "edges.csv": (2_000_000, 2000), "lines.csv": (20_000, 3000), "disposal.csv": (10_000, 10_000),
    "times.csv": (10_000_000, 400),
}  # fmt: skip
CHUNK_BYTES = 1 << 20


def refusals(folder: Path, needed: Sequence[str], known: Sequence[str]) -> Iterator[Fault]:
    """E151 no folder, E152 a file that is missing or is none, E163 a link to elsewhere, E150 too large, E164 too long.

    ``known`` are the names that siting reads; other files of the folder are none of its business.
    """
    if not folder.is_dir():
        yield elsewhere.no_county(str(folder), ())
        return
    inside = folder.resolve()
    for name in known:
        path = folder / name
        if not path.is_file():
            if name in needed or path.is_symlink() or path.exists():  # a folder, a pipe, a link to nowhere
                yield (
                    elsewhere.no_county_file(folder)
                    if name == elsewhere.COUNTY_FILE
                    else Fault("E152", file=name, values={"folder": str(folder), "hint": ""})
                )
        elif path.is_symlink() and not path.resolve().is_relative_to(inside):
            yield Fault("E163", file=name)
        else:
            yield from _too_much(path)


def _too_much(path: Path) -> Iterator[Fault]:
    """By size, then by rows."""
    size, most_mb = path.stat().st_size, LARGEST_MB.get(path.name, LARGEST_TABLE_MB)
    if size > most_mb * 1_000_000:
        yield Fault("E150", file=path.name, values={"megabytes": size // 1_000_000, "limit": most_mb})
        return
    most_rows, row_bytes = MOST_ROWS.get(path.name, (size + 1, 0))
    if size > most_rows and (rows := _row_ends(path)) > most_rows:
        gigabytes = f"{rows * row_bytes / 1e9:.1f}"
        yield Fault("E164", file=path.name, values={"rows": rows, "gigabytes": gigabytes, "limit": most_rows})


def _row_ends(path: Path) -> int:
    """Line ends of a file, of whatever kind."""
    feeds = returns = 0
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK_BYTES):
            feeds += piece.count(b"\n")
            returns += piece.count(b"\r")
    return max(feeds, returns)
