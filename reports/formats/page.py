"""The report as one HTML file that opens offline: verdict, tables, and a map that needs neither tiles nor WebGL.

The page is built as a tree, so every name is escaped by the serializer; the map's data stand in JSON blocks and reach
the page by ``textContent`` only. A content security policy admits the two inlined scripts by their hashes, no request.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from string import Template
from xml.etree import ElementTree as ET

from xstatic.pkg import leaflet

from siting.store import write_text
from siting.studies.study import Study
from siting.words import Words

from .. import content
from ..maps import map_data
from ..nouns import Content
from ..speech import Speech
from .layout import body

PIECES = Path(__file__).parents[1] / "templates"
#: Above this many bytes the map's data are compressed; a browser then needs DecompressionStream (2020 and later).
PLAIN_LIMIT = 600_000
NONE: Mapping[str, str] = {}


def write(study: Study, out: Path, words: Words) -> list[Path]:
    """Write the page in the language of ``words``: ``report.html``, for a second language ``report.<lang>.html``."""
    first = study.result.get("lang", words.lang) == words.lang
    return [write_text(out / ("report.html" if first else f"report.{words.lang}.html"), html(study, words))]


def html(study: Study, words: Words) -> str:
    """The page as one text."""
    say = content.speech(study.county, words.lang)
    told = content.of(study, words.lang)
    return assembled(told, say, body(told, say, made=made(say)), map_data.of(study, say))


def made(say: Speech) -> str:
    """The last line of a page."""
    return say("page.made", version=_version())


def assembled(
    told: Content, say: Speech, parts: list[ET.Element], map_content: object, other_words: Mapping[str, str] = NONE
) -> str:
    """A page of these parts with the map's data; ``other_words`` replace those of the map."""
    library, own, style = _library(), _piece("tables.js") + _piece("map.js"), _leaflet_css() + _piece("page.css")
    map_json = json.dumps(map_content, ensure_ascii=False, separators=(",", ":"))
    if packed := len(map_json.encode()) > PLAIN_LIMIT:
        map_json = json.dumps(base64.b64encode(gzip.compress(map_json.encode(), mtime=0)).decode())
    texts = {k: v for k, v in say.words.sentences.items() if k.startswith(("map.", "page."))} | dict(other_words)
    return Template(_piece("page.html")).substitute(
        lang="zh-CN" if told.lang == "zh" else "en",
        policy="default-src 'none'; img-src data:; "
        f"style-src {_hash(style)}; script-src {_hash(library)} {_hash(own)}; base-uri 'none'; form-action 'none'",
        title=_escaped(told.title),
        style=style,
        body="".join(_serial(part) for part in parts),
        words=_block(json.dumps(texts, ensure_ascii=False)),
        map=_block(map_json),
        packed="gzip" if packed else "plain",
        library=library,
        own=own,
    )


def _hash(text: str) -> str:
    """The policy's name of an inlined script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _block(data: str) -> str:
    """JSON that cannot close its script block or open a comment in it."""
    for sign in "<>&\u2028\u2029":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return data


def _serial(part: ET.Element) -> str:
    return ET.tostring(part, encoding="unicode", method="html")


def _escaped(text: str) -> str:
    holder = ET.Element("b")
    holder.text = text
    return _serial(holder)[3:-4]


@cache
def _piece(name: str) -> str:
    return (PIECES / name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    text = (Path(leaflet.BASE_DIR) / "leaflet.js").read_text(encoding="utf-8")
    text = re.sub(r"//# sourceMappingURL=\S*", "", text).replace("\r\n", "\n").strip()
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _leaflet_css() -> str:
    """Leaflet's own style without its pictures: the page asks nobody for anything."""
    text = (Path(leaflet.BASE_DIR) / "leaflet.css").read_text(encoding="utf-8").replace("\r\n", "\n")
    return re.sub(r"[^;{}]*url\([^)]*\)[^;}]*;?", "", text)


def _version() -> str:
    try:
        return version("siting")
    except PackageNotFoundError:
        return ""
