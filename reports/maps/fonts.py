"""Finding a font with Chinese characters: `SITING_FONT`, then the usual folders of the system.

Order of search: the file that the environment variable ``SITING_FONT`` names; then every ``.ttf``, ``.ttc`` and
``.otf`` in the font folders below whose name is one of `KNOWN`, the first name first. Nothing is downloaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import ImageFont

from siting.errors import Fault, InputRefused

FOLDERS = (
    "~/.local/share/fonts",
    "~/.fonts",
    "~/Library/Fonts",
    "/usr/local/share/fonts",
    "/usr/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
)
#: Beginnings of file names, the best for a map first; and, of a collection, the face with the forms of the mainland.
KNOWN = (
    ("NotoSansCJK-Regular", 2),
    ("NotoSansCJKsc-Regular", 0),
    ("NotoSansSC", 0),
    ("SourceHanSansSC-Regular", 0),
    ("SourceHanSansCN-Regular", 0),
    ("SourceHanSans", 0),
    ("wqy-microhei", 0),
    ("wqy-zenhei", 0),
    ("msyh", 0),
    ("simhei", 0),
    ("PingFang", 0),
    ("STHeiti", 0),
    ("Hiragino Sans GB", 0),
    ("simsun", 0),
    ("FZ", 0),
    ("DroidSansFallback", 0),
    ("uming", 0),
    ("ukai", 0),
)
ENDINGS = {".ttf", ".ttc", ".otf"}


@cache
def chinese() -> tuple[Path, int] | None:
    """File and face of a font with Chinese characters, None where the machine has none."""
    wish = os.environ.get("SITING_FONT")
    if wish:
        return _usable(Path(wish), 0)
    files = sorted(file for folder in FOLDERS for file in _fonts(Path(folder).expanduser()))
    for begins, face in KNOWN:
        for file in files:
            if file.name.lower().startswith(begins.lower()):
                found = _usable(file, face) or _usable(file, 0)
                if found:
                    return found
    return None


def required() -> tuple[Path, int]:
    """The font of `chinese`.

    Raises:
        InputRefused: there is none (E306, with what to install).
    """
    found = chinese()
    if found is None:
        raise InputRefused(Fault("E306"))
    return found


def _fonts(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS)


def _usable(file: Path, face: int) -> tuple[Path, int] | None:
    """The font if it opens and draws 县 differently from a character that no font has."""
    try:
        font = ImageFont.truetype(str(file), 24, index=face)
    except (OSError, ValueError):
        return None
    known, unknown = font.getmask("县"), font.getmask("\U0010fffe")
    return (file, face) if bytes(known) != bytes(unknown) else None
