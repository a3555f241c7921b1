"""The guides as programs: their command lines, the files that they ask for, and the pictures that they show."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from siting.instances.synthetic.county import generate

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PAGES = {name: ROOT / name for name in ("README.md", "docs/guide.en.md", "docs/guide.zh.md")}
#: Road classes of the generated county as OpenStreetMap has them.
HIGHWAYS = {
    "national": "primary", "county": "secondary", "township": "tertiary", "street": "residential",
    "village": "unclassified", "path": "path",
}  # fmt: skip
HEADINGS = {
    "id": "编号", "name": "名称", "population_persons": "人口", "lon": "经度", "lat": "纬度", "level": "level",
    "township": "乡镇", "village": "行政村", "urban": "城镇",
}  # fmt: skip


def commands(page: Path) -> list[list[str]]:
    """The ``siting …`` lines of the blocks of code of a page, in words, without comments."""
    blocks = re.findall(r"^```(?:sh)?\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = (line for block in blocks for line in block.splitlines())
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("siting ")]


def mentions(page: Path) -> list[list[str]]:
    """The ``siting …`` of running text, without what is left open by dots."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [[w for w in m.split() if w != "…"] for m in re.findall(r"`siting ([^`]+)`", text)]


def pictures(page: Path) -> list[Path]:
    """The pictures of a page."""
    found = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    return [(page.parent / name).resolve() for name in found]


def prepare(folder: Path) -> None:
    """Write what the guides ask of a planner: ``county.osm.pbf``, ``villages.csv``, ``county.geojson``."""
    import osmium
    import shapely

    made = folder / "source"
    generate(made, seed=7, villages=20)
    nodes = _rows(made / "nodes.csv")
    number = {row["id"]: n for n, row in enumerate(nodes, 1)}
    writer = osmium.SimpleWriter(str(folder / "county.osm.pbf"))
    for row in nodes:
        point = (float(row["lon"]), float(row["lat"]))
        writer.add_node(osmium.osm.mutable.Node(id=number[row["id"]], location=point, version=1, tags={}))
    for n, row in enumerate(_rows(made / "edges.csv"), 1):
        tags = {"highway": HIGHWAYS[row["road_class"]]}
        ends = [number[row["from_node"]], number[row["to_node"]]]
        writer.add_way(osmium.osm.mutable.Way(id=n, nodes=ends, version=1, tags=tags))
    writer.close()
    villages = _rows(made / "settlements.csv")
    with (folder / "villages.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADINGS.values())
        table.writerows([row[name] for name in HEADINGS] for row in villages)
    points = [(float(row["lon"]), float(row["lat"])) for row in (*nodes, *villages)]
    ring = shapely.MultiPoint(points).convex_hull.buffer(0.02).__geo_interface__
    feature = {"type": "Feature", "properties": {}, "geometry": ring}
    (folder / "county.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    shutil.rmtree(made)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(words: list[str], folder: Path, lang: str) -> tuple[int, str]:
    """Run a command of the guide in ``folder``; what stands after ``>`` is where its output goes."""
    words, _, target = " ".join(map(shlex.quote, words)).partition(" '>' ")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "siting", *shlex.split(words)],
        cwd=folder, capture_output=True, encoding="utf-8", timeout=3000, check=False,
        env={**os.environ, "SITING_LANG": lang, "PYTHONUTF8": "1"},
    )  # fmt: skip
    if target:
        (folder / target).write_text(done.stdout, encoding="utf-8")
    return done.returncode, done.stdout + done.stderr


def shoot(tab: Any, selector: str, target: Path | None) -> bytes:
    """A picture of an element, or of the window where no element is named; with ``target`` it is written there."""
    data: bytes = tab.locator(selector).first.screenshot() if selector else tab.screenshot()
    if target:
        keep(data, target)
    return data


def keep(data: bytes, target: Path) -> None:
    """Write a picture in few colours: a third of the bytes, and nobody sees it."""
    import io

    from PIL import Image

    target.parent.mkdir(exist_ok=True)
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(target, optimize=True)


def paper(document: Path, pages: int = 2) -> bytes | None:
    """The first pages of a Word document side by side, as LibreOffice lays them out; None where it is not here."""
    import io

    from PIL import Image

    office, draw = shutil.which("soffice"), shutil.which("pdftoppm")
    if not office or not draw:
        return None
    with tempfile.TemporaryDirectory() as place:
        home = f"-env:UserInstallation={(Path(place) / 'profile').as_uri()}"
        convert = [office, home, "--headless", "--convert-to", "pdf", "--outdir", place, str(document)]
        subprocess.run(convert, check=True, capture_output=True, timeout=600)
        made = Path(place) / f"{document.stem}.pdf"
        subprocess.run(
            [draw, "-r", "64", "-png", "-l", str(pages), made, Path(place) / "page"], check=True, timeout=600
        )
        sheets = [Image.open(path).convert("RGB") for path in sorted(Path(place).glob("page*.png"))]
    gap = 12
    whole = Image.new(
        "RGB", (sum(s.width for s in sheets) + gap * (len(sheets) + 1), sheets[0].height + 2 * gap), "#b8bec2"
    )
    left = gap
    for sheet in sheets:
        whole.paste(sheet, (left, gap))
        left += sheet.width + gap
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()
