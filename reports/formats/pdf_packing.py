"""A PDF made smaller without losing a byte of what it says: its objects are packed together and compressed.

A tagged table has a dictionary for every cell, and the typesetter writes each in plain; in object streams (PDF 1.5 and
later, ISO 32000-1, 7.5.7 and 7.5.8) they take a twentieth. Streams (pages, pictures, fonts) stay as they are.
"""

from __future__ import annotations

import re
import zlib

#: Objects in one stream.
TOGETHER = 400
LEVEL = 6


def packed(data: bytes) -> bytes:
    """The same document; what is not written as expected (one table of objects in plain) stays as it is."""
    at = _offsets(data)
    trailer = re.search(rb"\ntrailer\s*<<(.*)>>\s*startxref\s+\d+\s+%%EOF\s*\Z", data, re.DOTALL)
    if at is None or trailer is None or b"/Encrypt" in trailer[1] or b"/Prev" in trailer[1]:
        return data
    size = int(re.search(rb"/Size\s+(\d+)", trailer[1])[1])  # type: ignore[index]
    plain, streams = _parts(data, at)
    whole = bytearray(data[: min(at.values())])
    table: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    for number, text in streams:
        table[number] = 1, len(whole), 0
        whole += text
    for begin in range(0, len(plain), TOGETHER):
        some = plain[begin : begin + TOGETHER]
        table |= {number: (2, size, n) for n, (number, _) in enumerate(some)}
        table[size] = 1, len(whole), 0
        whole += _object_stream(size, some)
        size += 1
    start = len(whole)
    table[size] = 1, start, 0
    rest = re.sub(rb"/Size\s+\d+", b"", trailer[1])
    return bytes(whole + _table(size, table, rest) + b"startxref\n%d\n%%%%EOF\n" % start)


def _offsets(data: bytes) -> dict[int, int] | None:
    """Where each object begins, by the one table at the end; None where it is not of the plain kind."""
    end = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", data)
    head = re.compile(rb"xref\s+0 (\d+)\s*\n").match(data, int(end[1])) if end else None
    if head is None:
        return None
    rows = data[head.end() : head.end() + 20 * int(head[1])]
    entries = [rows[n : n + 20] for n in range(0, len(rows), 20)]
    if len(entries) != int(head[1]) or not all(re.fullmatch(rb"\d{10} \d{5} [nf]\s\s", row) for row in entries):
        return None
    found = {n: int(row[:10]) for n, row in enumerate(entries) if row[17:18] == b"n"}
    return found if all(data.startswith(b"%d 0 obj" % n, at) for n, at in found.items()) else None


def _parts(data: bytes, at: dict[int, int]) -> tuple[list[tuple[int, bytes]], list[tuple[int, bytes]]]:
    """Objects without and with a stream: the former their content alone, the latter as they are written."""
    plain: list[tuple[int, bytes]] = []
    streams: list[tuple[int, bytes]] = []
    order = sorted(at, key=lambda n: at[n])
    ends = [*(at[n] for n in order[1:]), data.rindex(b"xref", 0, data.rindex(b"startxref"))]
    for number, end in zip(order, ends, strict=True):
        text = data[at[number] : end].rstrip()
        body = text.removeprefix(b"%d 0 obj" % number).removesuffix(b"endobj").strip()
        if body.endswith(b"endstream"):
            streams.append((number, text + b"\n"))
        else:
            plain.append((number, body))
    return plain, streams


def _object_stream(number: int, some: list[tuple[int, bytes]]) -> bytes:
    places, at = [], 0
    for n, body in some:
        places.append(b"%d %d" % (n, at))
        at += len(body) + 1
    head = b" ".join(places) + b"\n"
    inside = zlib.compress(head + b"\n".join(body for _, body in some), LEVEL)
    about = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d" % (len(some), len(head), len(inside))
    return b"%d 0 obj\n<<%b>>\nstream\n%b\nendstream\nendobj\n" % (number, about, inside)


def _table(number: int, table: dict[int, tuple[int, int, int]], rest: bytes) -> bytes:
    """The table of all objects as a stream: kind, place, and number within the stream (ISO 32000-1, table 18)."""
    rows = b"".join(
        kind.to_bytes(1) + place.to_bytes(4) + inner.to_bytes(2)
        for kind, place, inner in (table.get(n, (0, 0, 65535)) for n in range(number + 1))
    )
    inside = zlib.compress(rows, LEVEL)
    about = b"/Type/XRef/Size %d/W[1 4 2]/Filter/FlateDecode/Length %d%b" % (number + 1, len(inside), rest)
    return b"%d 0 obj\n<<%b>>\nstream\n%b\nendstream\nendobj\n" % (number, about, inside)
