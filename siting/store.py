"""Results on disk: whole files or none.

Every write goes to a temporary file in the same folder, is flushed to the disk, and takes its name by one rename; what
stood there before stays readable until then. A run folder is locked by the process that fills it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from siting.errors import CannotWrite, Fault

_KEPT = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)


def write_bytes(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path``, whole or not at all.

    Raises:
        CannotWrite: the disk is full, read-only or the folder is missing (E801); ``path`` is as it was before, or
            whole and new where only its place in the folder could not be put on the disk.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            os.unlink(temporary)
        raise refused(path, error) from error
    return path


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` as UTF-8, whole or not at all (see `write_bytes`)."""
    return write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, data: Mapping[str, Any]) -> Path:
    """Write ``data`` as readable JSON, whole or not at all (see `write_bytes`)."""
    return write_text(path, json_text(data))


def seal(data: Mapping[str, Any]) -> str:
    """A hash of data that goes with them: it finds accidents and edits, and is no signature."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def json_text(data: Mapping[str, Any]) -> str:
    """``data`` as readable JSON; equal data give equal texts.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises:
        CannotWrite: it cannot be removed (E801).
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise refused(path, error) from error


def make_folder(path: Path) -> Path:
    """Make ``path`` and its parents.

    Raises:
        CannotWrite: it cannot be made (E801).
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(path, error) from error
    return path


def plain_name(text: str) -> str:
    """``text`` as the name of one file or folder: itself where it is plain, else what is plain of it, and a hash.

    No name from a county can lead elsewhere, be hidden, or be one that Windows keeps for itself.
    """
    plain = re.sub(r"[^\w.-]+", "-", text).strip("-.")[:60]
    if plain and plain == text and not _KEPT.fullmatch(plain.partition(".")[0]):
        return text
    return f"{plain or 'name'}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"


def new_folder(path: Path) -> Path:
    """Make a folder of that name that nobody else has: ``path``, else ``path-2``, ``path-3`` and so on.

    Raises:
        CannotWrite: none can be made (E801).
    """
    make_folder(path.parent)
    for n in count(1):
        own = path if n == 1 else path.with_name(f"{path.name}-{n}")
        try:
            own.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise refused(own, error) from error
        return own
    raise AssertionError("the numbers have an end")


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the run folder for this process; leftovers of a dead one (``*.tmp``) are swept.

    Raises:
        CannotWrite: another process holds it (E802, with who and since when).
    """
    make_folder(run)
    try:
        handle = os.open(run / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise refused(run, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise refused(run, error) from error  # a file system without locks
            owner = os.read(handle, 400).decode("utf-8", "replace") or "?"
            raise CannotWrite(Fault("E802", file=str(run), values={"owner": owner})) from error
        since = datetime.now().isoformat(timespec="seconds")
        try:
            os.ftruncate(handle, 0)
            os.write(handle, f"pid {os.getpid()}, {socket.gethostname()}, {since}".encode())
            for leftover in run.glob("**/.*.tmp"):
                leftover.unlink(missing_ok=True)
        except OSError as error:
            raise refused(run, error) from error
        yield
    finally:
        os.close(handle)


def refused(path: Path | str, error: OSError) -> CannotWrite:
    """What the system refuses at ``path``, as a fault (E801)."""
    return CannotWrite(Fault("E801", file=str(path), values={"why": error.strerror or str(error)}))


def _sync_folder(folder: Path) -> None:
    """Put the rename itself on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
