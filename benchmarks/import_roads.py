"""How long reading roads takes, and in how much memory: siting's reader beside that of OSMnx, a process each.

    python benchmarks/import_roads.py [EXTRACT.osm.pbf]

prints a Markdown table. Without a file the smallest extract of the counties beside the project is taken. OSMnx reads
XML only and takes every way for a road, so the roads of the extract are first written as ``.osm``, which is not timed
and has a process of its own too: a child counts the memory of the parent that it was started from as its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measured import run

HERE = Path(__file__).resolve()
COUNTIES = HERE.parents[2] / "shared" / "counties"
READERS = {
    "siting, .osm.pbf": ("siting", "pbf"),
    "siting, .osm": ("siting", "osm"),
    "OSMnx graph_from_xml, .osm": ("osmnx", "osm"),
}


def write_roads(pbf: Path, osm: Path) -> None:
    """The ways of ``pbf`` that have a highway tag, with their nodes, as XML."""
    import osmium

    with osmium.BackReferenceWriter(str(osm), ref_src=str(pbf), overwrite=True) as writer:
        for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
            writer.add(way)


def read(reader: str, path: Path) -> dict[str, float]:
    """Read ``path`` and say how many nodes and edges came out, and the seconds without the import of the library."""
    if reader == "siting":
        from siting.instances.geography.boundary import Boundary
        from siting.instances.networks.osm import read_extract
        from siting.instances.networks.roads import build_roads

        start = time.perf_counter()
        table = build_roads(read_extract(path).ways, Boundary(), [])
        counts = len(table.nodes), len(table.edges)
    else:
        import osmnx

        start = time.perf_counter()
        graph = osmnx.graph_from_xml(path, simplify=True, retain_all=True)
        counts = len(graph.nodes), len(graph.edges)
    return {"read_s": time.perf_counter() - start, "nodes": counts[0], "edges": counts[1]}


def measure(reader: str, path: Path) -> dict[str, float]:
    """`read` in a child: with the seconds and the peak memory (MB) of the whole process."""
    child = run([sys.executable, str(HERE), "--child", reader, str(path)])
    if child.code:
        raise SystemExit(f"{reader} ended with {child.code}: {child.complained}")
    said = json.loads(child.printed.splitlines()[-1])
    return {**said, "whole_s": child.seconds, "cpu_s": child.cpu_seconds, "peak_mb": child.mb}


def smallest() -> Path:
    """The smallest extract of the counties beside the project."""
    extracts = sorted(COUNTIES.glob("*/raw/*.osm.pbf"), key=lambda path: path.stat().st_size)
    if not extracts:
        raise SystemExit("name an extract: python benchmarks/import_roads.py EXTRACT.osm.pbf")
    return extracts[0]


def table(pbf: Path) -> str:
    """The Markdown table for one extract."""
    lines = [
        f"`{pbf.name}`, {pbf.stat().st_size / 1e6:.1f} MB; Python {platform.python_version()}, {os.cpu_count()} cores",
        "",
        "| reader | read, s | whole process, s | CPU, s | peak memory, MB | nodes | edges |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        osm = Path(folder) / "roads.osm"
        subprocess.run([sys.executable, str(HERE), "--write", str(pbf), str(osm)], check=True)
        for name, (reader, kind) in READERS.items():
            said = measure(reader, pbf if kind == "pbf" else osm)
            size_mb = (pbf if kind == "pbf" else osm).stat().st_size / 1e6
            lines.append(
                f"| {name} ({size_mb:.1f} MB) | {said['read_s']:.2f} | {said['whole_s']:.1f} | {said['cpu_s']:.1f} "
                f"| {said['peak_mb']:.0f} | {said['nodes']:.0f} | {said['edges']:.0f} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the table, or be the child."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extract", nargs="?", type=Path)
    parser.add_argument("--child", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, type=Path, metavar=("PBF", "OSM"), help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.write:
        write_roads(*wish.write)
    elif wish.child:
        print(json.dumps(read(wish.child[0], Path(wish.child[1]))))
    else:
        print(table(wish.extract or smallest()))


if __name__ == "__main__":
    main()
