"""A bureau's own Word template: opened only if it is a plain document without anything that runs or calls outside."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from lxml import etree

from siting.errors import Fault, InputRefused

#: A template is a letterhead and styles; unpacked it is never larger.
LARGEST_BYTES = 60_000_000
MOST_PARTS = 2000
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml."
#: Parts that run or embed programs, and what they are called in the relationships.
RUNS = re.compile(r"(vbaproject|vbadata|activex|embeddings/|oleobject|\.bin$|customui)", re.IGNORECASE)
#: A relationship to something outside the file; only hyperlinks may have one.
OUTSIDE = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
#: Fields that run a program or fetch a file when Word opens or updates them.
FIELDS = re.compile(rb"DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|MACROBUTTON", re.IGNORECASE)
#: What a field is told to do, which Word may write in several pieces.
ORDERS = re.compile(rb"<(?:\w+:)?instrText\b[^>]*>([^<]*)<|<(?:\w+:)?fldSimple\b[^>]*instr\s*=\s*[\"']([^\"']*)")


def opened(path: Path) -> Doc:
    """The template as a document.

    Raises:
        InputRefused: it cannot be read or is no Word document (E304), or it holds macros, embedded objects or links
            to files outside (E305).
    """
    data = _bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _examine(archive, path)
        return Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError, etree.LxmlError, NotImplementedError, RuntimeError) as error:
        raise InputRefused(Fault("E304", file=str(path), values={"why": type(error).__name__})) from error


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputRefused(Fault("E304", file=str(path), values={"why": f"> {LARGEST_BYTES:,} bytes"}))
        return path.read_bytes()
    except OSError as error:
        raise InputRefused(Fault("E304", file=str(path), values={"why": error.strerror or str(error)})) from error


def _examine(archive: zipfile.ZipFile, path: Path) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_BYTES:
        raise InputRefused(Fault("E304", file=str(path), values={"why": f"> {LARGEST_BYTES:,} bytes"}))
    types = archive.read("[Content_Types].xml")
    if b"macroenabled" in types.lower():
        raise InputRefused(Fault("E305", file=str(path), values={"what": "macroEnabled"}))
    if not any(f"{MAIN}{kind}.main+xml".encode() in types for kind in ("document", "template")):
        raise InputRefused(Fault("E304", file=str(path), values={"why": "word/document.xml"}))
    for part in parts:
        if RUNS.search(part.filename):
            raise InputRefused(Fault("E305", file=str(path), values={"what": part.filename}))
        if part.filename.endswith((".xml", ".rels")):
            _read(archive.read(part), part.filename, path)


def _read(text: bytes, name: str, path: Path) -> None:
    if text[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise InputRefused(Fault("E304", file=str(path), values={"why": f"DOCTYPE, {name}"}))
    if name.endswith(".rels"):
        for relation in OUTSIDE.findall(text):
            if b"/hyperlink" not in relation:
                raise InputRefused(Fault("E305", file=str(path), values={"what": name}))
    elif found := FIELDS.search(b"".join(a + b for a, b in ORDERS.findall(text))):
        raise InputRefused(Fault("E305", file=str(path), values={"what": f"{name}: {found[0].decode()}"}))
