"""A cache by content: what was computed from the same arrays by the same code is read, never guessed.

The key is a hash of every input and of the code version; the file carries a hash of its own arrays. A damaged or
foreign file is as good as none: the work is done again and the file replaced. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import io
import os
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from siting import __version__
from siting.errors import CannotWrite
from siting.store import make_folder, write_bytes

#: Whatever a flipped bit can make the reading of a compressed array raise.
DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    SyntaxError,
    tokenize.TokenError,
)


def folder() -> Path:
    """Where the cache lives: ``SITING_CACHE``, else the user's cache folder."""
    if named := os.environ.get("SITING_CACHE"):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return Path(base or Path.home() / ".cache") / "siting"


def key(*parts: object) -> str:
    """Hash of arrays, numbers and words, and of the version of siting."""
    digest = hashlib.sha256(__version__.encode())
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()


def load(where: Path | None, name: str) -> dict[str, np.ndarray] | None:
    """The arrays kept under ``name``, or None where there are none or they are damaged."""
    if where is None:
        return None
    try:
        data = (where / f"{name}.npz").read_bytes()
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {k: stored[k] for k in stored.files}
    except DAMAGE:
        return None
    seal = arrays.pop("seal", np.array(""))
    return arrays if str(seal) == _seal(arrays) else None


def save(where: Path | None, name: str, arrays: Mapping[str, np.ndarray]) -> bool:
    """Keep ``arrays`` under ``name``; whether they were kept.

    A cache that cannot be written costs time and changes no result, so it stops nobody; `siting doctor` tells of it.
    """
    if where is None:
        return False
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, seal=np.array(_seal(arrays)), **arrays)
    try:
        write_bytes(make_folder(where) / f"{name}.npz", buffer.getvalue())
    except CannotWrite:
        return False
    return True


def _seal(arrays: Mapping[str, np.ndarray]) -> str:
    return key(*(part for k in sorted(arrays) for part in (k, arrays[k])))
