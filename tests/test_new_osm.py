"""Making a county from an OpenStreetMap extract: what each tag becomes, and that nothing is dropped in silence."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from siting import words
from siting.counties.rows import RoadEdge, RoadNode
from siting.errors import CannotWrite, InputRefused
from siting.instances import tags
from siting.instances.gather import LOG_FILE, make_from_osm
from siting.instances.geography.boundary import read_boundary
from siting.instances.importfacts import Log
from siting.instances.networks.osm import read_extract
from siting.instances.population.places import spread
from siting.instances.sites.facilities import normalised
from siting.reading import instance

COUNTIES = Path(__file__).resolve().parents[2] / "shared" / "counties"
SHARED = pytest.mark.skipif(not COUNTIES.is_dir(), reason="the real extracts are not beside the project")

NODES = {
    # a street along the parallel, 0.001 degrees of longitude are 111 m
    1: (10.000, 0.0), 2: (10.001, 0.0), 3: (10.002, 0.0), 4: (10.003, 0.0), 5: (10.004, 0.0), 6: (10.010, 0.0),
    # a roundabout at the east end
    7: (10.011, 0.001), 8: (10.012, 0.0), 9: (10.011, -0.001),
    # roads to the north, and a detached footway
    10: (10.002, 0.010), 11: (10.002, 0.020), 12: (10.004, 0.010), 20: (10.05, 0.05), 21: (10.05, 0.051),
    # outline of a school
    30: (10.0200, 0.0200), 31: (10.0210, 0.0200), 32: (10.0210, 0.0210), 33: (10.0200, 0.0210),
}  # fmt: skip
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    100: ([1, 2, 3, 4, 5, 6], {"highway": "primary", "maxspeed": "30 mph", "name": "Main | Street"}),
    101: ([6, 7, 8, 9, 6], {"highway": "primary", "junction": "roundabout", "maxspeed": "signals"}),
    102: ([3, 10], {"highway": "residential", "oneway": "-1", "maxspeed": "0"}),
    103: ([10, 11], {"highway": "track", "oneway": "reversible"}),
    104: ([5, 12], {"highway": "service", "access": "private"}),
    105: ([10, 12], {"highway": "residential", "motor_vehicle": "no"}),
    106: ([20, 21], {"highway": "footway"}),
    107: ([11, 20], {"highway": "proposed"}),
    108: ([12, 11, 999, 20], {"highway": "path"}),
    200: ([30, 31, 32, 33, 30], {"amenity": "school", "name": "Alpha Elementary School"}),
}
POINTS: dict[int, tuple[float, float, dict[str, str]]] = {
    300: (10.000, 0.0, {"place": "town", "name": "Alpha", "population": "9,000", "name:en": "Alpha Town"}),
    301: (10.004, 0.0, {"place": "quarter", "name": "Alpha East", "population": "2000"}),
    302: (10.002, 0.0200, {"place": "village", "name": "Beta", "population": "900", "population:date": "2020"}),
    303: (10.010, 0.0, {"place": "village", "name": "Gamma", "population": "600"}),
    304: (10.002, 0.010, {"place": "hamlet", "name": "Delta", "population": "a few"}),
    305: (10.002, 0.011, {"place": "locality", "name": "Rock"}),
    400: (10.0205, 0.0205, {"amenity": "school", "name": "alpha  elementary-school"}),
    401: (10.0040, 0.0001, {"amenity": "school", "name": "Alpha High School", "capacity": "450"}),
    402: (10.0041, 0.0001, {"amenity": "school", "name": "Old School", "disused": "yes"}),
    403: (10.0042, 0.0, {"amenity": "school", "name": "Quick Driving School"}),
    404: (10.0000, 0.0002, {"amenity": "clinic", "name": "First"}),
    405: (10.0001, 0.0002, {"amenity": "doctors"}),
    406: (10.0002, 0.0002, {"amenity": "doctors", "name": "Second"}),
    407: (10.0300, 0.0002, {"leisure": "pitch", "access": "private"}),
    408: (10.0301, 0.0002, {"amenity": "pharmacy"}),
    409: (10.0500, 0.0500, {"amenity": "school", "name": "Hill School"}),
}


def _tags(values: dict[str, str]) -> str:
    quoted = {key: value.replace("&", "&amp;").replace('"', "&quot;") for key, value in values.items()}
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in quoted.items())


def _osm() -> str:
    head = 'version="1" timestamp="2024-05-06T07:08:09Z"'
    points = {key: (lon, lat, {}) for key, (lon, lat) in NODES.items()} | POINTS
    nodes = [f'<node id="{k}" {head} lon="{x}" lat="{y}">{_tags(t)}</node>' for k, (x, y, t) in sorted(points.items())]
    ways = [
        f'<way id="{key}" {head}>{"".join(f"<nd ref={chr(34)}{n}{chr(34)}/>" for n in refs)}{_tags(values)}</way>'
        for key, (refs, values) in WAYS.items()
    ]
    return f'<?xml version="1.0"?><osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>'


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "small.osm"
    path.write_text(_osm(), encoding="utf-8")
    return path


@pytest.fixture
def made(tmp_path: Path, extract: Path) -> Log:
    return make_from_osm(tmp_path / "alpha", extract)


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _said(log: Log, code: str) -> list[dict[str, object]]:
    return [dict(note.values) for note in log.notes if note.code == code]


def test_folder_reads_back_without_errors(made: Log) -> None:
    county, _ = instance.read(made.folder)
    assert county.id == "alpha"
    assert county.file.county.year == 2024
    assert "OpenStreetMap" in county.file.county.attribution
    assert len(county.settlements) == made.settlements == 4
    assert county.provenance


@pytest.mark.parametrize(
    ("folder", "properties", "wish", "name"),
    [
        ("santa-ana", None, "", "Santa Ana"),
        ("Legazpi_city", None, "", "Legazpi City"),
        ("USA", None, "", "USA"),
        ("云岭县", None, "", "云岭县"),
        ("x", {"name": "Vaduz\u202e"}, "", "Vaduz"),
        ("x", {"name": 7}, "", "X"),
        ("x", {"name": "Vaduz"}, "Our county", "Our county"),
    ],
)
def test_a_county_is_called_by_its_boundary_or_by_its_folder_as_names_are_written(
    tmp_path: Path, extract: Path, folder: str, properties: dict[str, object] | None, wish: str, name: str
) -> None:
    border = None
    if properties is not None:
        ring = [[9.9, -0.1], [10.1, -0.1], [10.1, 0.1], [9.9, 0.1], [9.9, -0.1]]
        feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        border = tmp_path / "border.geojson"
        border.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    made = make_from_osm(tmp_path / folder, extract, boundary=border, name=wish)
    assert instance.read(made.folder)[0].file.county.name == name
    assert (made.folder / "import-log.md").read_text(encoding="utf-8").startswith(f"# {name}: import log")


def test_tables_are_written_with_bom_and_lf(made: Log) -> None:
    for name in ("settlements.csv", "sites.csv", "nodes.csv", "edges.csv"):
        data = (made.folder / name).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in data


def test_same_input_same_bytes(tmp_path: Path, extract: Path, made: Log) -> None:
    again = make_from_osm(tmp_path / "again" / "alpha", extract)
    for path in sorted(made.folder.iterdir()):
        assert path.read_bytes() == (again.folder / path.name).read_bytes(), path.name


def test_packed_extract_gives_the_same_tables(tmp_path: Path, made: Log) -> None:
    packed = tmp_path / "small.osm.gz"
    packed.write_bytes(gzip.compress(_osm().encode(), mtime=0))
    again = make_from_osm(tmp_path / "packed", packed)
    assert (again.folder / "edges.csv").read_bytes() == (made.folder / "edges.csv").read_bytes()


def _edges(log: Log) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["from_node"], row["to_node"]): row for row in _rows(log.folder, "edges.csv")}


def test_roads_are_cut_at_junctions_and_long_ones_at_shape_points(made: Log) -> None:
    edges = _edges(made)
    # 2 and 4 are mere shape points: 1-3 (222 m) and 3-5 (222 m) are one edge each
    assert ("1", "3") in edges
    assert float(edges["1", "3"]["length_m"]) == pytest.approx(222.4, abs=0.1)
    assert edges["1", "3"]["name"] == "Main | Street"
    # 5 stays, for 3-6 would be 890 m, though its other road is private
    assert ("3", "5") in edges
    assert ("5", "6") in edges


def test_oneway_roundabout_and_reversed_way(made: Log) -> None:
    edges = _edges(made)
    ring = [edge for edge in edges.values() if edge["from_node"] in "6789" and edge["oneway"] == "1"]
    assert len(ring) >= 3
    assert all(edge["from_node"] != edge["to_node"] for edge in edges.values())
    assert edges["10", "3"]["oneway"] == "1"
    assert ("3", "10") not in edges
    assert edges["10", "11"]["oneway"] == "0"
    assert _said(made, "N210") == [{"id": "w103", "value": "reversible"}]


def test_signed_speeds(made: Log) -> None:
    assert _edges(made)["1", "3"]["speed_kmh"] == "48.3"
    assert {(said["value"], said["count"]) for said in _said(made, "N202")} == {("signals", 1), ("0", 1)}
    read = {
        text: tags.speed_kmh(text) for text in ("50", "20 knots", "50 km/h", "none", "50;30", "-5", "0", "1e3", "999")
    }
    assert read["50"] == read["50 km/h"] == Decimal(50)
    assert read["20 knots"] == Decimal("37.0")
    assert [read[text] for text in ("none", "50;30", "-5", "0", "1e3", "999")] == [None] * 6


def test_access_rules(made: Log) -> None:
    assert [said["id"] for said in _said(made, "N201")] == ["w104"]
    assert _edges(made)["10", "12"]["road_class"] == "pedestrian"
    assert tags.road_class({"highway": "service", "access": "private", "foot": "yes"}) == "path"
    assert tags.road_class({"highway": "service", "access": "no", "motor_vehicle": "destination"}) == "service"
    assert tags.road_class({"highway": "track", "motor_vehicle": "forestry"}) == "track"


def test_missing_nodes_components_and_unused_classes_are_said(made: Log) -> None:
    assert _said(made, "W202") == [{"count": 1}]
    assert _said(made, "N203") == [{"road_class": "proposed", "count": 1}]
    assert _said(made, "W201")[0]["components"] == made.roads.components == 2


def test_people_count_once(made: Log) -> None:
    rows = {row["name"]: row for row in _rows(made.folder, "settlements.csv")}
    assert rows["Alpha"]["population_persons"] == "7000"
    assert rows["Alpha"]["name_en"] == "Alpha Town"
    assert _said(made, "W205")[0]["quarters"] == 2000
    assert [said["name"] for said in _said(made, "W203")] == ["Delta"]
    assert _said(made, "N209") == [{"kind": "locality", "count": 1}]
    assert made.residents == 7000 + 2000 + 900 + 600
    assert [rows[name]["level"] for name in ("Alpha", "Alpha East", "Beta", "Gamma")] == [
        "central_town", "county_town", "central_village", "village"
    ]  # fmt: skip
    assert sum(int(row["pupils_primary_persons"]) for row in rows.values()) == round(0.0754 * made.residents)


def test_total_of_the_others_is_left_out(tmp_path: Path, extract: Path) -> None:
    text = extract.read_text(encoding="utf-8").replace('v="9,000"', 'v="3,500"').replace('v="town"', 'v="city"')
    extract.write_text(text, encoding="utf-8")
    log = make_from_osm(tmp_path / "sum", extract)
    assert [said["sum"] for said in _said(log, "W204")] == [3500]
    assert log.residents == 3500


def test_facilities_joined_and_used(made: Log) -> None:
    sites = {row["id"]: row for row in _rows(made.folder, "sites.csv")}
    assert {said["id"]: said["into"] for said in _said(made, "N204")} == {"n400": "w200", "n405": "n404"}
    assert sites["school_primary:w200"]["size"] == "6-classes"
    assert sites["school_primary:w200"]["source"] == "OSM w200; capacity assumed"
    assert sites["school_junior:n401"]["capacity_persons"] == "450"
    assert sites["school_junior:n401"]["size"] == ""
    assert {"clinic:n404", "clinic:n406", "school_primary:n409"} <= sites.keys()
    assert {said["id"] for said in _said(made, "N205")} == {"n402", "n403", "n407"}
    assert [said["id"] for said in _said(made, "N206")] == ["n409"]
    assert _said(made, "N212") == [{"kind": "pharmacy", "count": 1}]
    assert "n402" not in {row.split(":")[-1] for row in sites}


def test_candidates_stand_where_hosts_allow_and_nothing_is_near(made: Log) -> None:
    sites = {row["id"]: row for row in _rows(made.folder, "sites.csv") if row["status"] == "candidate"}
    assert "school_primary@n302" in sites
    assert "school_primary@n303" not in sites  # a village hosts no school
    assert "clinic@n300" not in sites
    assert ("clinic", "n300") in {(said["service"], said["id"]) for said in _said(made, "N207")}


def test_log_lists_every_note(made: Log) -> None:
    text = (made.folder / LOG_FILE).read_text(encoding="utf-8")
    for note in made.notes:
        assert f"({note.code}, " in text
        assert str(next(iter(note.values.values()))) in text


def test_every_code_has_both_languages(made: Log) -> None:
    for lang in words.LANGS:
        for note in made.notes:
            assert words.load(lang)(note.code, **note.values)


def test_progress_names_the_steps(tmp_path: Path, extract: Path) -> None:
    steps: list[str] = []
    make_from_osm(tmp_path / "steps", extract, progress=steps.append)
    assert steps == ["step_read", "step_roads", "step_places", "step_write"]
    assert all(words.load("zh")(step) for step in steps)


def _codes(caught: pytest.ExceptionInfo[InputRefused]) -> list[str]:
    return [fault.code for fault in caught.value.faults]


def test_all_faults_of_the_inputs_at_once(tmp_path: Path, extract: Path) -> None:
    listed = tmp_path / "places.csv"
    listed.write_text("id,name,population,lon,lat\na,A,12x,10,0\na,,5,200,0\n", encoding="utf-8")
    border = tmp_path / "border.geojson"
    border.write_text('{"type": "Point", "coordinates": [1, 2]}', encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        make_from_osm(tmp_path / "x", tmp_path / "x.shp", settlements=listed, boundary=border, preset="none")
    assert sorted(_codes(caught)) == ["E201", "E204", "E206", "E206", "E207", "E209", "E214"]
    assert not (tmp_path / "x").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"small.osm", "places.csv", "border.geojson"}


@pytest.mark.parametrize(
    "text",
    [
        "not xml",
        "<osm><node",
        '<?xml version="1.0"?><!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><osm version="0.6">'
        '<node id="1" lat="0" lon="0" version="1"><tag k="place" v="&b;"/></node></osm>',
    ],
)
def test_broken_or_hostile_extract_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.osm"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        make_from_osm(tmp_path / "x", path)
    assert _codes(caught) == ["E202"]


def test_empty_extract_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.osm"
    path.write_text('<?xml version="1.0"?><osm version="0.6"></osm>', encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        make_from_osm(tmp_path / "x", path)
    assert _codes(caught) == ["E210", "E211"]


def test_full_folder_is_refused_and_left_alone(tmp_path: Path, extract: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        make_from_osm(folder, extract)
    assert _codes(caught) == ["E203"]
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_empty_folder_is_taken(tmp_path: Path, extract: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert make_from_osm(tmp_path / "empty", extract).settlements == 4


def test_parent_that_is_a_file_cannot_be_written(tmp_path: Path, extract: Path) -> None:
    with pytest.raises(CannotWrite) as caught:
        make_from_osm(extract / "county", extract)
    assert caught.value.faults[0].code == "E215"


def test_boundary_cuts_roads_and_places(tmp_path: Path, extract: Path) -> None:
    poly = tmp_path / "west.poly"
    poly.write_text("west\n1\n 9.9 -0.1\n 10.0045 -0.1\n 10.0045 0.1\n 9.9 0.1\nEND\nEND\n", encoding="utf-8")
    log = make_from_osm(tmp_path / "west", extract, boundary=poly)
    assert {int(row["id"]) for row in _rows(log.folder, "nodes.csv")} == {1, 3, 5, 10, 11, 12}
    assert log.roads.drivable_stubs == 1
    assert {said["what"] for said in _said(log, "N208")} == {"highway", "place", "facility"}
    assert _said(log, "N214") == [{"count": 1}]


def test_poly_with_a_hole(tmp_path: Path) -> None:
    poly = tmp_path / "ring.poly"
    square = "{0}\n {1} {1}\n {2} {1}\n {2} {2}\n {1} {2}\nEND\n"
    poly.write_text("ring\n" + square.format("1", 0, 9) + square.format("!2", 3, 6) + "END\n", encoding="utf-8")
    assert read_boundary(poly).holds([1, 4, 10], [1, 4, 1]).tolist() == [True, False, False]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_lists_replace_the_extract(tmp_path: Path, extract: Path, encoding: str) -> None:
    listed = tmp_path / "村.csv"
    text = "编号,名称,人口,经度,纬度,级别,population_source,pupils_primary_persons,note\n"
    text += "01,云岭村,1200,10.0,0.0,县城,ESTIMATE: by floor area,90,x\n02,石门村,300,10.002,0.02,行政村,count,20,\n"
    listed.write_bytes(text.encode(encoding))
    schools = tmp_path / "schools.csv"
    schools.write_text(
        "service;name;kind;lon;lat;capacity\nschool_primary;S1;school;10;0;120\nbus;B;stop;10;0;\n", "utf-8"
    )
    log = make_from_osm(tmp_path / "listed", extract, settlements=listed, facilities=schools, only_listed=True)
    rows = _rows(log.folder, "settlements.csv")
    assert [(row["id"], row["name"], row["level"]) for row in rows] == [
        ("01", "云岭村", "county_town"), ("02", "石门村", "village")
    ]  # fmt: skip
    assert [row["pupils_primary_persons"] for row in rows] == ["90", "20"]
    county, _ = instance.read(log.folder)
    assert county.file.demand["residents"].estimated
    assert not county.file.demand["pupils_primary"].estimated
    assert county.file.demand["pupils_junior"].estimated
    assert [s.capacity_persons for s in county.sites if s.status == "existing"] == [120]
    assert {"N213", "N215", "W207", "W209"} <= {note.code for note in log.notes}


def test_largest_remainder_keeps_the_total() -> None:
    assert spread(10, [1, 1, 1]) == [4, 3, 3]
    assert spread(7, [0, 5, 2]) == [0, 5, 2]
    assert spread(0, [0, 0]) == [0, 0]
    assert sum(spread(997, list(range(1, 60)))) == 997


def test_names_are_compared_without_accents_and_marks() -> None:
    assert normalised("Bogña  Elementary-School.") == normalised("bogna elementary school")
    assert normalised("第一小学") == "第一小学"


@dataclass(frozen=True)
class Known:
    """What the notes beside a real extract say of it: junctions, km, settlements, people, facilities by kind."""

    extract: str
    border: str
    listed: bool
    junctions: int
    km: float
    settlements: int
    residents: int
    kinds: dict[str, int]


REAL = {
    "legazpi": Known(
        "legazpi.osm.pbf", "raw/legazpi.poly", False, 2779, 370.5, 70, 209_533,
        {"school": 70, "clinic": 24, "hospital": 8, "pharmacy": 23, "sports_centre": 12, "pitch": 30, "townhall": 16},
    ),
    "andorra": Known(
        "andorra-latest.osm.pbf", "boundary.geojson", True, 2694, 450.3, 68, 83_888,
        {"school": 26, "hospital": 11, "clinic": 5, "pharmacy": 33, "sports_centre": 34, "pitch": 93, "playground": 50},
    ),
    "liechtenstein": Known(
        "liechtenstein-thriemer.osm.pbf", "boundary.geojson", True, 2489, 350.3, 13, 37_269,
        {"school": 18, "kindergarten": 20, "doctors": 11, "clinic": 1, "hospital": 1, "fitness_station": 35,
         "sports_centre": 23, "pitch": 131, "playground": 47},
    ),
}  # fmt: skip


@SHARED
@pytest.mark.parametrize(
    "county",
    ["legazpi", pytest.param("andorra", marks=pytest.mark.long), pytest.param("liechtenstein", marks=pytest.mark.long)],
)
def test_real_counties(tmp_path: Path, county: str) -> None:
    """Roads, settlements and facilities agree with an independent reading within 2 %; every row keeps to its schema."""
    place, known = COUNTIES / county, REAL[county]
    listed = place / "settlements.csv" if known.listed else None
    border = place / known.border
    log = make_from_osm(tmp_path / county, place / "raw" / known.extract, settlements=listed, boundary=border)
    assert log.roads.drivable_main_junctions == pytest.approx(known.junctions, rel=0.02)
    # the other reading stops at the last junction before the boundary
    assert log.roads.drivable_main_km - log.roads.drivable_stubs_km == pytest.approx(known.km, rel=0.02)
    assert (log.settlements, log.residents) == (known.settlements, known.residents)
    assert {kind.kind: kind.read for kind in log.kinds if kind.kind in known.kinds} == known.kinds
    _explains_every_difference(log)
    nodes = [RoadNode.model_validate(row) for row in _rows(log.folder, "nodes.csv")]
    edges = [RoadEdge.model_validate(row | {"speed_kmh": row["speed_kmh"] or None, "oneway": int(row["oneway"])})
             for row in _rows(log.folder, "edges.csv")]  # fmt: skip
    assert {end for edge in edges for end in (edge.from_node, edge.to_node)} == {node.id for node in nodes}
    assert {edge.road_class for edge in edges} <= tags.ROAD_CLASSES
    read, _ = instance.read(log.folder)
    assert sum(s.population_persons for s in read.settlements) == log.residents


def _explains_every_difference(log: Log) -> None:
    """Between what the map has and what is used stand only notes of the log, facility by facility."""
    left_out = Counter(str(said["kind"]) for said in _said(log, "N205"))
    unused = {said["kind"]: said["count"] for said in _said(log, "N212")}
    joined = Counter(str(said["kind"]) for said in _said(log, "N204"))
    for kind in log.kinds:
        assert kind.read - kind.given == left_out[kind.kind] + int(str(unused.get(kind.kind, 0))), kind
        assert kind.given - kind.used == kind.joined == joined[kind.kind], kind
    text = (log.folder / LOG_FILE).read_text(encoding="utf-8")
    cut = sum(int(str(said["count"])) for said in _said(log, "N214"))
    assert f"| ways cut at the boundary (all classes, see N214) | {cut} |" in text
    assert f"| drivable dead ends that these left | {log.roads.drivable_stubs} |" in text
    assert log.roads.drivable_stubs <= log.drivable_cuts


@SHARED
def test_legazpi_counts_its_barangays_once(tmp_path: Path) -> None:
    log = make_from_osm(tmp_path / "legazpi", COUNTIES / "legazpi" / "raw" / "legazpi.osm.pbf")
    assert log.settlements == 70
    assert log.residents == 209_533
    assert [said["name"] for said in _said(log, "W204")] == ["Legazpi"]
    sites = _rows(log.folder, "sites.csv")
    primary = sum(row["service"] == "school_primary" and row["status"] == "existing" for row in sites)
    pupils = sum(int(row["pupils_primary_persons"]) for row in _rows(log.folder, "settlements.csv"))
    assert 0.85 <= primary * 270 / pupils <= 1


@SHARED
def test_extract_keeps_areas_as_one_point() -> None:
    extract = read_extract(COUNTIES / "legazpi" / "raw" / "legazpi.osm.pbf")
    assert len({facility.id for facility in extract.facilities}) == len(extract.facilities)
    assert sum(facility.kind == "school" for facility in extract.facilities) == 70


def test_no_partial_folder_is_left(tmp_path: Path, extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(CannotWrite):
        make_from_osm(tmp_path / "full-disk", extract)
    assert [path.name for path in tmp_path.iterdir()] == ["small.osm"]
