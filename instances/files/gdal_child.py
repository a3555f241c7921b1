"""The child process in which GDAL sees a stranger's file: ``python -m siting.instances.files.gdal_child``.

It reads one JSON object from standard input, gives up the network and other programs, and answers on standard output
(`siting.instances.files.layers` asks and says the form of the answer).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from . import fence


def main() -> None:
    """Answer one question."""
    asked, answer = json.load(sys.stdin), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    import pyogrio  # the programs that it may start, it starts before the fence

    fence.enter()
    with answer:
        for part in answered(pyogrio, asked):
            answer.write(part)


def answered(pyogrio: Any, asked: dict[str, Any]) -> Iterator[bytes]:
    """The answer in parts: length of its head, head, shapes."""
    blobs = list[bytes]()
    try:
        head, blobs = read(pyogrio, **asked)
    except (RuntimeError, ValueError, NameError, OSError) as problem:  # a .prj of stray bytes is a NameError of pyogrio
        head = {"fault": str(problem)[:500] or type(problem).__name__}
    text = json.dumps(head).encode()
    yield len(text).to_bytes(8, "big") + text
    yield from blobs


def read(
    pyogrio: Any, path: str, encoding: str | None, kinds: Sequence[str] | None
) -> tuple[dict[str, Any], list[bytes]]:
    """All layers that have shapes; with ``kinds`` the one whose kind has one of these words, if it is one alone."""
    layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path) if kind is not None]
    chosen = [name for name, kind in layers if kinds is None or any(word in kind for word in kinds)]
    tables, blobs = [], list[bytes]()
    for name in chosen if kinds is None or len(chosen) == 1 else ():
        driver = pyogrio.read_info(path, layer=name, encoding=encoding)["driver"]
        meta, _, shapes, columns = pyogrio.raw.read(
            path, layer=name, encoding=encoding, force_2d=True, datetime_as_string=True
        )
        shapes = [] if shapes is None else list(shapes)
        blobs += [shape for shape in shapes if shape is not None]
        table = {
            "name": name,
            "driver": driver,
            "system": meta["crs"] or "",
            "headings": [str(heading) for heading in meta["fields"]],
            "columns": [[plain(value) for value in column] for column in columns],
            "sizes": [-1 if shape is None else len(shape) for shape in shapes],
        }
        tables.append(table)
    return {"layers": layers, "chosen": chosen, "tables": tables}, blobs


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        value = float(str(value)) if value.dtype.kind == "f" else value.item()
    return value if value is None or isinstance(value, str | int | float) else str(value)


if __name__ == "__main__":
    main()
