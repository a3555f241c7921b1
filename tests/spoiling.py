"""County folders as they come from people in a hurry, broken disks and old programs: one folder, changed by a seed.

Not a test: `tests/test_campaign_files.py` judges what siting makes of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Files = dict[str, bytes]
Spoil = Callable[[random.Random, str, bytes], bytes]

#: What stands in a cell or beside a key of `county.toml` after an accident.
CELLS = (
    "", " ", "0", "-1", "1", "2", "7.5", "1e9", "99999999", "100000000", "NaN", "inf", "-inf", "1,234", "3,5",
    "１２", "1_000", "1.10101E+11", "V1", "V2", "S1", "C3", "village", "hamlet", "county_town", "existing",
    "candidate", "clinic", "school", "waste", "bus", "road", "walk", "drive", "云岭", "é", "e\u0301",
    "\u200bV1", "V1 ", "=1+1", '"', "'", ";", "V0;V1", "V0;V0", ";;", "\t", "true", "false", "null", "[]", "{}",
    "10", "0.001", "0.0005", "1000", "181", "-181", "90.1", "25.0", "100.02", "1e400", "5e-324", "9" * 40,
    "x" * 500, "1/2", "#REF!", "1:30", "010", "no", "2030", "p1", "county", "\u202eabc", "\x1b[2J", "\xa01",
    "1\u00a0000", "٣", "²", "0x10", "+5", "05", "5.", ".5", "-0", "-0.0", "1.0000000000000000000000001",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "latin-1", "utf-32")


def spoilt(files: Files, seed: int) -> tuple[Files, list[str]]:
    """A copy of a folder with one to three accidents, and what was done, for the message of a failing test."""
    dice = random.Random(seed)
    out, story = dict(files), []
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        name = dice.choice(sorted(out)) if out else ""
        if not name:
            break
        if dice.random() < 0.02:
            del out[name]
            story.append(f"delete {name}")
            continue
        kinds = ANY + (TABLE if name.endswith(".csv") else TEXT)
        kind = dice.choice(kinds)
        out[name] = kind(dice, name, out[name])
        story.append(f"{kind.__name__.lstrip('_')} {name}")
    return out, story


def _flip(dice: random.Random, _: str, data: bytes) -> bytes:
    """One to four bytes become others."""
    found = bytearray(data)
    for _k in range(dice.choice((1, 1, 2, 4))):
        if found:
            found[dice.randrange(len(found))] = dice.randrange(256)
    return bytes(found)


def _cut(dice: random.Random, _: str, data: bytes) -> bytes:
    """The file ends too early, or lacks a piece."""
    at = dice.randrange(len(data) + 1)
    return data[:at] if dice.random() < 0.5 else data[:at] + data[at + dice.randrange(1, 40) :]


def _insert(dice: random.Random, _: str, data: bytes) -> bytes:
    """A few bytes too many."""
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(CELLS).encode("utf-8", "replace") + data[at:]


def _recode(dice: random.Random, _: str, data: bytes) -> bytes:
    """Saved by another program in another encoding."""
    return data.decode("utf-8", "replace").encode(dice.choice(ENCODINGS), "replace")


def _endings(dice: random.Random, _: str, data: bytes) -> bytes:
    """Other line ends."""
    return data.replace(b"\n", dice.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n", b" \n")))


def _lines(dice: random.Random, _: str, data: bytes) -> bytes:
    """A line dropped, doubled, exchanged or all shuffled."""
    rows = data.split(b"\n")
    a, b = dice.randrange(len(rows)), dice.randrange(len(rows))
    kind = dice.randrange(4)
    if kind == 0:
        del rows[a]
    elif kind == 1:
        rows.insert(b, rows[a])
    elif kind == 2:
        rows[a], rows[b] = rows[b], rows[a]
    else:
        body = rows[1:]
        dice.shuffle(body)
        rows[1:] = body
    return b"\n".join(rows)


def _grid(data: bytes) -> list[list[str]]:
    return [line.split(",") for line in data.decode("utf-8", "surrogateescape").split("\n")]


def _join(grid: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in grid).encode("utf-8", "surrogateescape")


def _cell(dice: random.Random, _: str, data: bytes) -> bytes:
    """Another value in one cell: from the list, or from elsewhere in the table."""
    grid = _grid(data)
    row = dice.choice(grid)
    other = dice.choice(grid)
    row[dice.randrange(len(row))] = dice.choice(CELLS) if dice.random() < 0.6 else dice.choice(other)
    return _join(grid)


def _swap(dice: random.Random, _: str, data: bytes) -> bytes:
    """Two cells of a row exchanged."""
    grid = _grid(data)
    row = dice.choice(grid)
    a, b = dice.randrange(len(row)), dice.randrange(len(row))
    row[a], row[b] = row[b], row[a]
    return _join(grid)


def _column(dice: random.Random, _: str, data: bytes) -> bytes:
    """A column dropped, doubled, moved or with another heading."""
    grid = _grid(data)
    a, b, kind = dice.randrange(len(grid[0])), dice.randrange(len(grid[0])), dice.randrange(4)
    for k, row in enumerate(grid):
        if a >= len(row) or b >= len(row):
            continue
        if kind == 0:
            del row[a]
        elif kind == 1:
            row.insert(b, row[a])
        elif kind == 2:
            row[a], row[b] = row[b], row[a]
        elif k == 0:
            row[a] = dice.choice(("", "id", row[a].upper(), row[a] + " ", f"{row[a]}_km", "名称", dice.choice(CELLS)))
    return _join(grid)


def _value(dice: random.Random, _: str, data: bytes) -> bytes:
    """Another value behind a key of TOML, or in place of a number of JSON."""
    rows = data.decode("utf-8", "surrogateescape").split("\n")
    keyed = [k for k, row in enumerate(rows) if "=" in row]
    if not keyed:
        parts = "\n".join(rows).split(",")
        parts[dice.randrange(len(parts))] = dice.choice(CELLS)
        return ",".join(parts).encode("utf-8", "surrogateescape")
    at = dice.choice(keyed)
    key, _sep, old = rows[at].partition("=")
    cell = dice.choice(CELLS)
    donor = rows[dice.choice(keyed)].partition("=")[2]
    plain = old.strip()
    others = (cell, f'"{cell}"', donor, donor, plain.strip('"'), f"[{plain}]", f"{{ value = {plain} }}", f"-{plain}")
    new = dice.choice(others)
    rows[at] = f"{key}= {new}"
    return "\n".join(rows).encode("utf-8", "surrogateescape")


def _word(dice: random.Random, _: str, data: bytes) -> bytes:
    """A word of the file in the place of another."""
    text = data.decode("utf-8", "surrogateescape")
    words = [w for w in text.replace('"', " ").replace(",", " ").split() if len(w) < 30]
    if not words:
        return data
    text = text.replace(dice.choice(words), dice.choice(words), dice.choice((1, 1, 2, -1)))
    return text.encode("utf-8", "surrogateescape")


def _nudge(dice: random.Random, _: str, data: bytes) -> bytes:
    """A number a little or much larger or smaller: the folder stays readable, the county is another one."""
    text = data.decode("utf-8", "surrogateescape")
    found = list(re.finditer(r"(?<![\w.-])[0-9]+(\.[0-9]+)?(?![\w.])", text))
    if not found:
        return data
    at = dice.choice(found)
    old = float(at[0])
    new = dice.choice((old + 1, max(0.0, old - 1), old * 2, old / 2, old * 1000, 0.0, 1.0, round(old)))
    shown = f"{new:.6f}".rstrip("0").rstrip(".") if "." in at[0] or new % 1 else f"{new:.0f}"
    return (text[: at.start()] + shown + text[at.end() :]).encode("utf-8", "surrogateescape")


ANY: tuple[Spoil, ...] = (_flip, _cut, _insert, _recode, _endings, _lines, *(_nudge,) * 6)
TABLE: tuple[Spoil, ...] = (*(_cell,) * 4, *(_swap,) * 2, *(_column,) * 2, _word)
TEXT: tuple[Spoil, ...] = (*(_value,) * 5, *(_word,) * 2)
