"""Campaign `travel`: every way of every service, counted by siting and by its checker, which share neither code nor
method: equal to the millisecond and the millimetre.

Random roads in every run; the command adds as many as its number says, the county that comes with siting, one that is
generated, and the real ones whose raw data lie on the machine.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from siting.instances.synthetic.county import generate
from siting.reading import instance
from siting.roads import travel
from siting.verify import Auditor

from . import campaign, small_county
from .conftest import EMBEDDED, Run

REAL = Path(__file__).resolve().parents[2] / "shared" / "counties"
#: What `siting new` needs of them, as in docs/counties.md.
RAW = {
    "legazpi": ("--osm", "raw/legazpi.osm.pbf", "--boundary", "raw/legazpi.poly"),
    "andorra": ("--osm", "raw/andorra-latest.osm.pbf", "--boundary", "boundary.geojson", "--settlements",
                "settlements.csv"),
    "liechtenstein": ("--osm", "raw/liechtenstein-thriemer.osm.pbf", "--boundary", "boundary.geojson", "--settlements",
                      "settlements.csv"),
}  # fmt: skip


def compared(folder: Path) -> int:
    """How many ways of a county were counted twice; an AssertionError where the two differ."""
    county, _ = instance.read(folder)
    times = travel.times(county)
    setting = Auditor(folder).setting("")
    total = 0
    for key in county.services:
        found, sites, people = times.pairs(key), travel.sites_of(county, key), county.settlements
        over = next((a.line for a in county.services[key].access if a.line and a.offered), None)
        lines = [line.id for line in county.lines_of(over)] if over else []
        ways = setting.ways(key)
        ours = {
            (people[i].id, sites[j][1], int(access), lines[line] if line >= 0 else ""): int(cost)
            for i, j, access, line, cost in zip(
                found.settlement, found.site, found.access, found.line, found.cost, strict=True
            )
            if people[i].id in ways.demand  # the checker searches for nobody else
        }
        theirs = {
            (settlement, site, access, line): cost
            for site, those in ways.to.items()
            for settlement, pair in those.items()
            for access, cost, _, line in pair
        }
        assert ours == theirs, key
        total += len(ours)
    return total


def random_roads(folder: Path, seed: int) -> Path:
    """The small county on other roads: one-way streets, twins, islands, places beside them."""
    dice = random.Random(seed)
    small_county.write(folder)
    size = dice.randint(2, 40)
    spread = dice.choice((0.004, 0.01, 0.03))

    def point() -> str:
        return f"{100 + dice.uniform(0, spread):.6f},{25 + dice.uniform(0, spread):.6f}"

    nodes = [f"{k}" for k in dice.sample(range(1000), size)]
    tables = {"nodes.csv": ["id,lon,lat", *(f"{node},{point()}" for node in nodes)]}
    tables["edges.csv"] = ["from_node,to_node,length_m,road_class,oneway,speed_kmh"]
    for k in range(dice.randint(size, 4 * size)):
        metres = dice.choice((dice.randint(1, 900), round(dice.uniform(0.01, 2000), 3)))
        kind = dice.choice(("road", "road", "road", "ferry")) if k else "road"
        ends = [dice.choice(nodes), dice.choice(nodes)] if k else nodes[:2]
        tables["edges.csv"].append(f"{ends[0]},{ends[1]},{metres},{kind},{dice.randint(0, 1)},")
    levels = [("county_town", 1), *[("village", 0)] * 5, *[("hamlet", 0)] * 3]
    tables["settlements.csv"] = ["id,name,level,urban,lon,lat,population_persons,pupils_persons"]
    tables["settlements.csv"] += [f"V{k},v{k},{level},{urban},{point()},9,3" for k, (level, urban) in enumerate(levels)]
    tables["sites.csv"] = ["id,service,name,settlement,lon,lat,status,size,capacity_persons"]
    for k in range(8):
        service = ("clinic", "school")[k % 2]
        tables["sites.csv"].append(f"S{k},{service},s{k},V{1 + k % 5},{point()},candidate,,")
    (folder / "red_lines.geojson").unlink()
    for name, rows in tables.items():
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    toml = small_county.TOML.replace("limit_min = { value = 1,", f"limit_min = {{ value = {dice.choice((0.3, 2, 6))},")
    toml = toml.replace("speeds_kmh = { road = 60 }", f"speeds_kmh = {{ road = {dice.choice((7, 33.3, 60))} }}")
    (folder / "county.toml").write_text(toml, encoding="utf-8")
    return folder


def test_travel_on_random_roads_is_the_same_for_both(tmp_path: Path) -> None:
    many = campaign.count(12)
    ways = [compared(random_roads(tmp_path / f"county{k}", k)) for k in range(many)]
    assert sum(map(bool, ways)) > many // 2
    campaign.tell("travel", random_roads=many, ways=sum(ways), without_any=ways.count(0))


@pytest.mark.skipif(not campaign.is_long(), reason="five counties take minutes")
def test_travel_of_whole_counties_is_the_same_for_both(tmp_path: Path, siting_process: Run) -> None:
    generate(tmp_path / "generated", seed=17, villages=80)
    ways = {"generated": compared(tmp_path / "generated")}
    for name, given in RAW.items():
        if (REAL / name).is_dir():
            raw = [REAL / name / part if not part.startswith("--") else part for part in given]
            answer = siting_process("new", tmp_path / name, *raw)
            assert answer.code == 0, answer.text
            ways[name] = compared(tmp_path / name)
            campaign.tell("travel", **ways)
    ways["yunling-county"] = compared(EMBEDDED)
    campaign.tell("travel", **ways)
