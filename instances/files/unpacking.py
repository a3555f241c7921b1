"""Packed files without surprises: nothing unpacks without end, nothing is written outside its folder.

A file may unpack to `LARGEST_BYTES` at most; once it has given `FREE_BYTES`, to no more than `RATIO` times its size.
Real extracts unpack ten to twenty-five fold; bombs a thousand fold.
"""

from __future__ import annotations

import bz2
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, cast

from siting.errors import Fault, InputRefused

LARGEST_BYTES = 4 * 1024**3
FREE_BYTES = 50 * 1024**2
RATIO = 100
MOST_MEMBERS = 1000
CHUNK_BYTES = 1 << 20

#: What a damaged packed file raises.
BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)

_LINK = 0o120000
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)")


def chunks(path: Path) -> Iterator[bytes]:
    """The content of a plain, ``.gz`` or ``.bz2`` file, piece by piece.

    Raises `InputRefused` with E233 where it unpacks to too much; one of `BROKEN` where it is damaged.
    """
    packed, total = path.stat().st_size, 0
    with _open(path) as stream:
        while piece := stream.read(CHUNK_BYTES):
            total += len(piece)
            _refuse_bomb(path, packed, total)
            yield piece


def _open(path: Path) -> IO[bytes]:
    """The unpacked content as a stream, by the ending of the name."""
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return bz2.open(path, "rb") if path.suffix.lower() == ".bz2" else path.open("rb")


def xml_declaration(path: Path) -> str:
    """The first document type or entity declaration of an XML file ("<!DOCTYPE"), "" where it has none.

    Raises as `chunks` does.
    """
    tail = b""
    for piece in chunks(path):
        found = _DECLARATION.search(tail + piece)
        if found:
            return found[0].decode()
        tail = piece[-9:]
    return ""


def unpack(path: Path, folder: Path, suffixes: tuple[str, ...], companions: tuple[str, ...]) -> Path:
    """Unpack the one member of a zip archive that ends in ``suffixes``, and its ``companions``, into ``folder``.

    The files are written as ``roads`` with their suffix: no name of the archive ever becomes a path.

    Raises `InputRefused`: E233 unpacks to too much, E234 paths that leave the archive, links, locked or too many
    members, E235 not exactly one such member; or one of `BROKEN`.
    """
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _refuse_members(path, members)
        wanted = [member for member in members if _suffix(member) in suffixes and not _hidden(member)]
        if len(wanted) != 1:
            names = ", ".join(sorted(member.filename for member in wanted)[:5])
            values = {"name": path.name, "count": len(wanted), "members": names, "accepted": " ".join(suffixes)}
            raise InputRefused(Fault("E235", path.name, values=values))
        stem = wanted[0].filename[: -len(_suffix(wanted[0]))]
        beside = [m for m in members if m.filename.lower() in {(stem + c).lower() for c in companions}]
        for member in [*wanted, *beside]:
            _write(path, archive, member, folder / f"roads{_suffix(member)}")
        return folder / f"roads{_suffix(wanted[0])}"


def _write(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path) -> None:
    """One member, counted while it is read: what the directory of the archive says may be a lie."""
    total = 0
    with archive.open(member) as stream, to.open("wb") as out:
        while piece := stream.read(CHUNK_BYTES):
            total += len(piece)
            _refuse_bomb(path, member.compress_size, total)
            out.write(piece)


def _refuse_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """By the directory of the archive: E234, E233."""
    bad = next((m.filename for m in members if _leaves(m.filename) or _odd(m)), None)
    if bad is not None or len(members) > MOST_MEMBERS:
        values = {"name": path.name, "member": bad or f"{len(members)} > {MOST_MEMBERS}"}
        raise InputRefused(Fault("E234", path.name, values=values))
    _refuse_bomb(path, path.stat().st_size, sum(member.file_size for member in members))


def _leaves(name: str) -> bool:
    """Whether a name points out of the archive."""
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ":" in plain or "\0" in plain or ".." in PurePosixPath(plain).parts


def _odd(member: zipfile.ZipInfo) -> bool:
    """A link, or locked by a password."""
    return (member.external_attr >> 16) & 0o170000 == _LINK or bool(member.flag_bits & 1)


def _hidden(member: zipfile.ZipInfo) -> bool:
    """What a Mac adds beside the files."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(member.filename).parts)


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).suffix.lower()


def _refuse_bomb(path: Path, packed: int, total: int) -> None:
    if total > LARGEST_BYTES or (total > FREE_BYTES and total > RATIO * max(1, packed)):
        values = {"name": path.name, "limit_mb": LARGEST_BYTES // 1024**2, "ratio": RATIO}
        raise InputRefused(Fault("E233", path.name, values=values))
