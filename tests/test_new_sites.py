"""Facilities, candidates, red lines and estimated people of an imported county, with numbers worked out by hand."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from siting import words
from siting.errors import InputRefused
from siting.instances.gather import LOG_FILE, make_from_osm
from siting.instances.geography.vector import read_shapes
from siting.instances.geography.zones import kind_of, read_zones
from siting.instances.importfacts import Log
from siting.instances.population.places import Place
from siting.instances.population.projection import Growth, Move, grown, project, read_growth
from siting.instances.population.waste import PER_HEAD, waste_kgpd
from siting.instances.sites.facilities import Facility, join_doubles
from siting.reading import instance

from .conftest import Run
from .small_map import write_map

STANDARDS = Path(__file__).resolve().parents[2] / "shared" / "policy" / "standards.csv"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return write_map(tmp_path / "small.osm")


@pytest.fixture
def villages(tmp_path: Path) -> Path:
    """Four settlements at the places of the map; the towns are urban, the hamlet hosts fitness sites only."""
    path = tmp_path / "villages.csv"
    path.write_text(
        "编号,名称,级别,乡镇,人口,经度,纬度\nS,石门镇,中心镇,石门镇,3000,10.0,0.001\nY,云岭乡,乡,云岭乡,2000,10.04,0.001\n"
        "B,白岩村,行政村,石门镇,800,10.01,0.001\nU,上坝,自然村,云岭乡,100,10.03,0.001\n",
        encoding="utf-8",
    )
    return path


def table(log: Log, name: str) -> list[dict[str, str]]:
    """Rows of a table of the folder."""
    with (log.folder / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def said(log: Log, code: str) -> list[dict[str, Any]]:
    return [dict(note.values) for note in log.notes if note.code == code]


def square(west: float, south: float, east: float, north: float) -> Any:
    return shapely.box(west, south, east, north)


def geojson(path: Path, *shapes: tuple[Any, dict[str, str]]) -> Path:
    """A file of shapes with attributes."""
    features = [
        {"type": "Feature", "properties": values, "geometry": json.loads(shapely.to_geojson(shape))}
        for shape, values in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def write_layer(path: Path, shape: Any, crs: str, **attributes: str) -> Path:
    """A GeoPackage or Shapefile of one shape."""
    driver = "GPKG" if path.suffix == ".gpkg" else "ESRI Shapefile"
    values = [np.array([value], dtype=object) for value in attributes.values()]
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(shape)], dtype=object), values, list(attributes), geometry_type=shape.geom_type,
        crs=crs, driver=driver, encoding="UTF-8",
    )  # fmt: skip
    return path


def refused(action: Any) -> list[tuple[str, str, int | None]]:
    with pytest.raises(InputRefused) as caught:
        action()
    return [(fault.code, fault.file, fault.row) for fault in caught.value.faults]


# Facilities of the list and of the map


def test_the_planners_list_is_joined_with_the_map_and_every_merge_is_listed(
    tmp_path: Path, extract: Path, villages: Path
) -> None:
    schools = tmp_path / "学校.csv"
    schools.write_text(
        "学校名称,学校类型,所在村,学位,经度,纬度\n石门镇中心小学,小学,,,10.0012,0.0014\n"
        "云岭小学,小学,,120,,\n新村小学,小学,上坝,90人,,\n白岩卫生室,村卫生室,,,10.0105,0.0012\n",
        encoding="utf-8",
    )
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, facilities=schools)
    merges = {row["id"]: row for row in said(log, "N204")}
    # 22 m east and 44 m north of it; 0.0005 degrees of longitude are 56 m
    assert {key: (row["into"], row["distance_m"]) for key, row in merges.items()} == {
        "n300": ("row2", 50), "n301": ("row3", 0), "n303": ("row5", 56)
    }  # fmt: skip
    assert merges["n300"]["capacity_taken"] == 400
    sites = {row["id"]: row for row in table(log, "sites.csv") if row["status"] == "existing"}
    assert set(sites) == {
        "school_primary:row2",
        "school_primary:row3",
        "school_primary:row4",
        "clinic:row5",
        "clinic:n302",
    }
    assert [sites[f"school_primary:row{n}"]["capacity_persons"] for n in (2, 3, 4)] == ["400", "120", "90"]
    assert {row["name"]: row["at"] for row in said(log, "N247")} == {"云岭小学": "OSM n301", "新村小学": "U 上坝"}
    assert [row["id"] for row in said(log, "N246")] == ["n302"]
    log = make_from_osm(tmp_path / "own", extract, settlements=villages, facilities=schools, only_listed=True)
    assert "clinic:n302" not in {row["id"] for row in table(log, "sites.csv")}


def test_a_facility_that_is_nowhere_is_refused(tmp_path: Path, extract: Path, villages: Path) -> None:
    listed = tmp_path / "f.csv"
    listed.write_text("名称,类型\n无名小学,小学\n", "utf-8")
    made = tmp_path / "county"
    faults = refused(lambda: make_from_osm(made, extract, settlements=villages, facilities=listed))
    assert faults == [("E273", "f.csv", 2)]


def test_services_that_only_the_map_gives_stay() -> None:
    listed = Facility("a", "school", "石门学校", 10.0, 0.0, None, "", ("school_primary",), 2, listed=True)
    mapped = Facility("n1", "school", "石门学校", 10.0, 0.001, None, "", ("school_primary", "school_junior"))
    notes: list[Any] = []
    joined = join_doubles([mapped, listed], notes)
    assert [(f.id, f.services) for f in joined] == [("a", ("school_primary",)), ("n1", ("school_junior",))]


def test_two_of_the_list_are_never_joined() -> None:
    pair = [Facility(i, "clinic", "", 10.0, 0.0, None, "", ("clinic",), 2, listed=True) for i in "ab"]
    assert len(join_doubles(pair, [])) == 2


def test_the_log_has_a_table_of_what_each_kind_became(tmp_path: Path, extract: Path, villages: Path) -> None:
    log = make_from_osm(tmp_path / "county", extract, settlements=villages)
    assert {kind.kind: (kind.services, kind.read, kind.used) for kind in log.kinds} == {
        "clinic": (("clinic",), 2, 2), "school": (("school_primary",), 2, 2)
    }  # fmt: skip
    assert "| school | school_primary | 2 | 2 | 0 | 2 |" in (log.folder / LOG_FILE).read_text(encoding="utf-8")


# Candidates


def test_candidates_from_every_origin_and_none_twice(tmp_path: Path, extract: Path, villages: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[clinic]\nshared_with = ["school_primary"]\nnear_existing_m = 0\n'
        '[fitness]\ngrid_m = 300\ngrid_classes = ["residential"]\ngrid_radius_m = 700\n'
        "[school_junior]\ncentres = false\n",
        encoding="utf-8",
    )
    own = tmp_path / "own.csv"
    own.write_text(
        "地块编号,拟建设施,地块名称,所在村,经度,纬度\nP1,小学;fitness,河边地块,白岩,10.015,0.001\nP2,卫生室,老粮站,石门,,\n",
        encoding="utf-8",
    )
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, candidate_rules=rules, candidates=own)
    sites = {row["id"]: row for row in table(log, "sites.csv") if row["status"] == "candidate"}
    assert {"fitness#P1", "clinic#P2", "clinic@B", "clinic@Y", "fitness@U"} <= set(sites)
    # a village hosts no primary school
    assert {(row["id"], row["reason"]) for row in table(log, "removed_sites.csv") if row["origin"] == "list"} == {
        ("school_primary#P1", "host_level")
    }
    assert [row["id"] for row in said(log, "W243")] == ["school_primary#P1"]
    # the centre of 石门镇 is the plot P2; the school n300 stands 111 m from it and shares its ground
    assert "clinic@S" not in sites
    assert sites["clinic+n300"]["source"] == "shared with school_primary:n300"
    # the school n301 stands 22 m from the centre of 云岭乡: one candidate is enough
    assert {row["id"]: row["zone"] for row in table(log, "removed_sites.csv") if row["reason"] == "double"} == {
        "clinic+n301": "clinic@Y", "clinic@S": "clinic#P2"
    }  # fmt: skip
    assert not any(row["service"] == "school_junior" for row in sites.values())
    # the street of 石门镇 runs north from 10.0, 0.0 for 1112 m: spots every 278 m are 300 m apart only one by one
    grid = sorted(row["lat"] for key, row in sites.items() if key.startswith("fitness~"))
    assert grid == ["0.0000000", "0.0050000"]
    assert {row["settlement"] for key, row in sites.items() if key.startswith("fitness~")} == {"S"}


def test_spots_along_roads_keep_their_distance_and_stay_near(tmp_path: Path, extract: Path, villages: Path) -> None:
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, grid_m=200)
    spots = [row for row in table(log, "sites.csv") if row["id"].startswith("fitness~")]
    assert len(spots) > 10
    xy = np.array([[float(row["lon"]), float(row["lat"])] for row in spots]) * 111_195
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    assert away[~np.eye(len(xy), dtype=bool)].min() >= 199.9
    homes = {row["id"]: row for row in table(log, "settlements.csv")}
    for row in spots:
        home = homes[row["settlement"]]
        metres = 111_195 * np.hypot(float(row["lon"]) - float(home["lon"]), float(row["lat"]) - float(home["lat"]))
        assert metres <= 1500


def test_faulty_rules_and_rows_are_all_named(tmp_path: Path, extract: Path, villages: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[bus]\n[clinic]\ngrid_m = 5\nhome_m = 5\nshared_with = ["x"]\ncentres = 1\n', "utf-8")
    own = tmp_path / "own.csv"
    own.write_text(
        "service,name,lon,lat,settlement\nbus,A,10,0,\nclinic,B,12,0,\nclinic,C,,,nowhere\nclinic,D,10,0,\n", "utf-8"
    )
    codes = refused(lambda: make_from_osm(tmp_path / "c", extract, settlements=villages, candidate_rules=rules))
    assert codes == [("E278", "rules.toml", None)] * 5
    codes = refused(lambda: make_from_osm(tmp_path / "c", extract, settlements=villages, candidates=own))
    assert codes == [("E279", "own.csv", 2), ("E274", "own.csv", 3), ("E274", "own.csv", 4)]


# Red lines


def test_red_lines_take_candidates_out_with_their_reason(tmp_path: Path, extract: Path, villages: Path) -> None:
    farmland = geojson(tmp_path / "farm.geojson", (square(10.009, 0.0, 10.011, 0.002), {"name": "甲"}))
    mixed = geojson(
        tmp_path / "mixed.geojson",
        (square(10.0295, 0.0, 10.0305, 0.002), {"类型": "生态保护红线", "名称": "乙", "name_en": "B"}),
        (square(50, 50, 51, 51), {"kind": "heritage"}),
    )  # fmt: skip
    log = make_from_osm(
        tmp_path / "county", extract, settlements=villages, red_lines=(f"永久基本农田={farmland}", str(mixed))
    )
    removed = {row["id"]: row for row in table(log, "removed_sites.csv") if row["reason"] == "red_line"}
    assert {key: (row["zone"], row["kind"]) for key, row in removed.items()} == {
        "clinic@B": ("甲", "farmland"), "fitness@B": ("甲", "farmland"), "fitness@U": ("乙", "ecology")
    }  # fmt: skip
    county, faults = instance.read(log.folder)
    names = {(zone.name, zone.name_en, zone.kind) for zone in county.red_lines}
    assert names == {("甲", "", "farmland"), ("乙", "B", "ecology")}  # the third lies in another county
    assert not any(fault.code == "E140" for fault in faults)
    assert {row["id"] for row in said(log, "N248")} == set(removed)


def test_geojson_geopackage_and_shapefile_in_any_system_are_the_same_zone(tmp_path: Path) -> None:
    zone = square(108.0, 27.0, 108.01, 27.01)
    plain = geojson(tmp_path / "a.geojson", (zone, {"kind": "耕地"}))
    package = write_layer(tmp_path / "b.gpkg", zone, "EPSG:4490", kind="耕地", name="丙")
    import pyproj

    to = pyproj.Transformer.from_crs(4326, 4545, always_xy=True)
    metres = shapely.transform(
        shapely.segmentize(zone, 0.0005), lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1]))
    )
    shapefile = write_layer(tmp_path / "c.shp", metres, "EPSG:4545", kind="耕地")
    for path in (plain, package, shapefile):
        (found,) = read_zones([str(path)], [])
        assert found.kind == "farmland"
        assert found.shape.symmetric_difference(zone).area < 1e-8, path.name


def test_a_gbk_shapefile_without_codepage_keeps_its_names(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    values = [np.array(["基本农田"], dtype=object)]
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(square(10, 0, 11, 1))], dtype=object), values, ["kind"], geometry_type="Polygon",
        crs="EPSG:4326", driver="ESRI Shapefile", encoding="GB18030",
    )  # fmt: skip
    path.with_suffix(".cpg").unlink(missing_ok=True)
    assert read_shapes(path)[0].attributes["kind"] == "基本农田"


def test_hostile_and_broken_map_files_are_refused(tmp_path: Path) -> None:
    zone = square(10, 0, 11, 1)
    write_layer(tmp_path / "half.shp", zone, "EPSG:4326", kind="x")
    (tmp_path / "half.dbf").unlink()
    write_layer(tmp_path / "lost.shp", zone, "EPSG:4326", kind="x")
    (tmp_path / "lost.prj").unlink()
    vrt = (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>x.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    )
    for name in ("vrt.gpkg", "vrt.shp", "vrt.geojson", "vrt.kml"):
        (tmp_path / name).write_text(vrt, encoding="utf-8")
    (tmp_path / "deep.geojson").write_text("[" * 100_000, encoding="utf-8")
    (tmp_path / "nan.geojson").write_text('{"type":"Point","coordinates":[NaN,0]}', encoding="utf-8")
    (tmp_path / "null.geojson").write_text('{"type":"Feature","geometry":null}', encoding="utf-8")
    geojson(tmp_path / "metres.geojson", (square(500_000, 3_000_000, 500_001, 3_000_001), {"kind": "x"}))
    names = ["half.shp", "lost.shp", "vrt.gpkg", "vrt.shp", "vrt.geojson", "vrt.kml", "deep.geojson", "nan.geojson",
             "null.geojson", "metres.geojson"]  # fmt: skip
    for name in names:
        assert refused(lambda name=name: read_shapes(tmp_path / name)) == [("E275", name, None)]
    assert refused(lambda: read_shapes(tmp_path / "none.shp")) == [("E213", "none.shp", None)]


def test_zones_must_say_a_kind_and_be_polygons(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", (square(10, 0, 11, 1), {}), (shapely.Point(10, 0), {"kind": "x"}))
    assert refused(lambda: read_zones([str(path)], [])) == [("E276", "a.geojson", 1), ("E277", "a.geojson", 2)]
    assert [kind_of(word) for word in ("永久基本农田", "Farmland", "机场")] == ["farmland", "farmland", "机场"]


def test_the_growth_boundary_binds_urban_settlements(tmp_path: Path, extract: Path, villages: Path) -> None:
    growth = geojson(tmp_path / "growth.geojson", (square(10.005, -1, 10.02, 1), {}))
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, growth_boundary=growth)
    gone = {row["settlement"] for row in table(log, "removed_sites.csv") if row["reason"] == "growth_boundary"}
    assert gone == {"S"}  # 石门镇 is urban and outside; 云岭乡 and 上坝 are rural


def test_waste_sites_keep_off_homes_and_water(tmp_path: Path, extract: Path, villages: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[fitness]\ncentres = false\ngrid_m = 100\nhomes_m = 300\nwater_m = 500\n", "utf-8")
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, candidate_rules=rules)
    kept = [float(row["lon"]) for row in table(log, "sites.csv") if row["id"].startswith("fitness~")]
    gone = [row for row in table(log, "removed_sites.csv") if row["service"] == "fitness"]
    assert kept
    # the river runs along 10.02, 0.0045 degrees are 500 m
    assert all(abs(lon - 10.02) >= 0.00449 for lon in kept)
    wet = [row for row in gone if row["reason"] == "near_water"]
    assert wet
    assert all(int(row["distance_m"]) <= 500 and row["limit_m"] == "500" for row in wet)
    assert {row["zone"] for row in gone if row["reason"] == "near_homes"} == {"石门镇", "云岭乡", "白岩村", "上坝"}


# Roads of another file


def test_roads_may_come_from_another_file_and_then_no_extract_is_needed(tmp_path: Path, villages: Path) -> None:
    roads = geojson(
        tmp_path / "roads.geojson",
        (shapely.LineString([(10.0, 0.0), (10.02, 0.0), (10.04, 0.0)]), {"highway": "tertiary", "name": "县道"}),
    )
    from siting.instances.gather import make
    from siting.instances.inputs import Wish

    log = make(tmp_path / "county", Wish(roads=roads, settlements=villages, year=2030, name="云岭县"))
    county, _ = instance.read(log.folder)
    assert (county.file.county.year, county.file.county.name, county.file.county.attribution) == (2030, "云岭县", "")
    assert log.edges >= 2
    assert log.residents == 5900


# People of a later year, by hand


def _places() -> list[Place]:
    def place(ident: str, level: str, persons: int, township: str, lon: float) -> Place:
        return Place(ident, ident, "village", lon, 0.0, persons, "count", level, 0, township=township,
                     groups={"pupils_primary_persons": persons // 10})  # fmt: skip

    return [
        place("town", "central_town", 10_000, "甲", 10.0), place("v1", "village", 1000, "甲", 10.01),
        place("v2", "hamlet", 55, "乙", 10.02), place("seat", "township_seat", 2000, "丙", 10.03),
    ]  # fmt: skip


def test_growth_by_level_rounds_halves_up() -> None:
    # 1000 * 0.98^10 = 817.07..., 10000 * 1.01^10 = 11046.22..., 50 * 1.1 = 55, 5 * 1.1 = 5.5
    assert grown(1000, Decimal(-2), 10) == 817
    assert grown(10_000, Decimal(1), 10) == 11_046
    assert grown(50, Decimal(10), 1) == 55
    assert grown(5, Decimal(10), 1) == 6
    assert grown(7, Decimal(3), 0) == 7
    assert grown(121, Decimal(10), -1) == 110


def test_projection_moves_people_and_keeps_their_number() -> None:
    growth = Growth({"central_town": Decimal(1), "village": Decimal(-2)})
    later = {p.id: p.persons for p in project(_places(), 10, growth)}
    assert later == {"town": 11_046, "v1": 817, "v2": 55, "seat": 2000}
    # 17 people of v1 go to the seat; then 10 % of 800 are 80 and 10 % of 55 are 5: to the town of 甲, and to the
    # nearest town for 乙, which has none: the seat, one hundredth of a degree away
    moved = project(_places(), 10, growth, [Move("v1", "seat", 17)], Decimal(10))
    assert {p.id: p.persons for p in moved} == {"town": 11_126, "v1": 720, "v2": 50, "seat": 2022}
    assert sum(p.persons for p in moved) == 11_046 + 817 + 55 + 2000
    # 100 pupils of 1000 people become 72 of 720
    assert {p.id: p.groups["pupils_primary_persons"] for p in moved}["v1"] == 72


def test_nobody_is_moved_who_is_not_there() -> None:
    assert refused(lambda: project(_places(), 0, Growth({}), [Move("v2", "town", 56)])) == [("E282", "", None)]


def test_growth_table_is_read_with_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "growth.csv"
    path.write_text("级别,年均增长率(%)\n县城,1.5\n行政村,-2%\n全部,0\n", "utf-8")
    growth = read_growth(path, [])
    assert [growth.pct(level) for level in ("county_town", "village", "hamlet")] == [Decimal("1.5"), Decimal(-2), 0]
    path.write_text("级别,增长率\n县城,1\n县城,2\n月球,1\n村,99\n", "utf-8")
    assert refused(lambda: read_growth(path, [])) == [
        ("E280", "growth.csv", 3), ("E280", "growth.csv", 4), ("E206", "growth.csv", 5)
    ]  # fmt: skip


def test_a_later_year_is_marked_as_an_estimate(tmp_path: Path, extract: Path, villages: Path) -> None:
    growth, moves = tmp_path / "growth.csv", tmp_path / "moves.csv"
    growth.write_text("level,growth\nvillage,-1\n", "utf-8")
    moves.write_text("迁出,迁入,人数\n上坝,云岭乡,60人\n合计,,60\n", "utf-8")
    log = make_from_osm(
        tmp_path / "county", extract, settlements=villages, growth=growth, relocation=moves, year=2030, base_year=2020
    )
    rows = {row["id"]: row for row in table(log, "settlements.csv")}
    # 800 * 0.99^10 = 723.5
    assert {key: row["population_persons"] for key, row in rows.items()} == {
        "S": "3000",
        "B": "724",
        "U": "40",
        "Y": "2060",
    }
    assert rows["B"]["population_source"] == "ESTIMATE for 2030: villages.csv"
    assert rows["S"]["population_source"] == "villages.csv"
    county, _ = instance.read(log.folder)
    assert county.file.county.year == 2030
    assert county.file.demand["residents"].estimated
    assert {(row["level"], row["before"], row["after"]) for row in said(log, "W244")} >= {("village", 800, 724)}
    assert [(row["column"], row["text"], row["value"]) for row in said(log, "N244")] == [("persons", "60人", 60)]
    moves.write_text("迁出,迁入,人数\n无,云岭乡,60\n上坝,云岭乡,101\n", "utf-8")
    faults = refused(lambda: make_from_osm(tmp_path / "x", extract, settlements=villages, relocation=moves))
    assert faults == [("E281", "moves.csv", 2)]


def test_waste_per_head_keeps_its_source_and_never_claims_more(tmp_path: Path, extract: Path, villages: Path) -> None:
    assert waste_kgpd("village", 800) == 320
    assert waste_kgpd("central_town", 3000) == 2700
    assert waste_kgpd("county_town", 5) == 5
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, waste=True)
    rows = {row["id"]: row["waste_kgpd"] for row in table(log, "settlements.csv")}
    assert rows == {"S": "2700", "Y": "1800", "B": "320", "U": "40"}
    county, _ = instance.read(log.folder)
    assert county.file.demand["waste"].estimated
    assert county.file.sources["A-waste"].status == "RECALLED"
    assert {each.status for each in PER_HEAD.values() if each.source == "S174"} == {"RECALLED"}
    assert {row["source"] for row in said(log, "W248")} == {"S171", "S173"}  # no city here


@pytest.mark.skipif(not STANDARDS.is_file(), reason="the table of standards is not beside the project")
def test_numbers_per_head_lie_in_the_range_of_their_source_with_its_status() -> None:
    with STANDARDS.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    for each in PER_HEAD.values():
        row = rows[each.source]
        low, high = (Decimal(number) for number in (re.findall(r"[0-9.]+", row["value"]) * 2)[:2])
        assert (row["service"], row["status"]) == ("waste_generation", each.status)
        assert low <= each.kg <= high


# People of a raster and of buildings


def _raster(path: Path, people: np.ndarray, west: float, north: float, step: float, **options: Any) -> Path:
    rasterio = pytest.importorskip("rasterio", reason="the extra raster is not installed")
    move = rasterio.Affine(step, 0, west, 0, -step, north)
    profile = {"driver": "GTiff", "height": people.shape[0], "width": people.shape[1], "count": 1, "dtype": "float32",
               "crs": "EPSG:4326", "transform": move, "nodata": -1}  # fmt: skip
    with rasterio.open(path, "w", **(profile | options)) as raster:
        raster.write(people.astype("float32"), 1)
    return path


def test_people_of_a_raster_go_to_the_nearest_settlement(tmp_path: Path, extract: Path, villages: Path) -> None:
    people = np.zeros((30, 60))
    people[14, 10] = 100.4  # 10.0 to 10.001 east, 0.001 to 0.0 north: beside 石门镇
    people[14, 20] = 50.2  # beside 白岩村
    people[14, 22] = 9.8
    people[0, 0] = -1  # no data
    raster = _raster(tmp_path / "people.tif", people, 9.99, 0.015, 0.001)
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, population=raster)
    rows = {row["id"]: row for row in table(log, "settlements.csv")}
    # 160.4 people are 160; of 100.4 and 60 people by largest remainder 100 and 60
    assert {key: row["population_persons"] for key, row in rows.items()} == {"S": "100", "B": "60", "U": "0", "Y": "0"}
    assert all(row["population_source"].startswith("ESTIMATE: people.tif") for row in rows.values())
    (note,) = said(log, "W246")
    assert (note["persons"], note["before"], note["far"], note["pixels"]) == (160, 5900, 0, 3)
    county, _ = instance.read(log.folder)
    assert county.file.demand["residents"].estimated
    assert county.file.sources["population"].status == "ASSUMPTION"


def test_people_who_live_apart_may_be_points_of_their_own(tmp_path: Path, extract: Path, villages: Path) -> None:
    people = np.zeros((30, 60))
    people[14, 10] = 100.0
    people[4, 20], people[4, 21], people[2, 40] = 30.0, 10.0, 5.0  # 1 km north of the road
    raster = _raster(tmp_path / "people.tif", people, 9.99, 0.015, 0.001)
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, population=raster, squares_m=800)
    apart = [row for row in table(log, "settlements.csv") if row["id"].startswith("sq")]
    assert sorted(int(row["population_persons"]) for row in apart) == [5, 40]
    # of 30 people at 10.0105 and 10 at 10.0115 the middle is 10.01075; the pixel rows lie at 0.0105
    (larger,) = [row for row in apart if row["population_persons"] == "40"]
    assert (float(larger["lon"]), float(larger["lat"])) == pytest.approx((10.01075, 0.0105), abs=1e-6)
    assert (larger["level"], larger["village"], larger["township"]) == ("hamlet", "B", "石门镇")
    assert log.residents == 145


def test_places_of_the_map_without_people_take_them_from_the_raster(tmp_path: Path, extract: Path) -> None:
    people = np.zeros((30, 60))
    people[14, 50] = 70.0
    raster = _raster(tmp_path / "people.tif", people, 9.99, 0.015, 0.001)
    log = make_from_osm(tmp_path / "county", extract, population=raster)
    assert log.settlements == 6
    assert {row["name"]: row["population_persons"] for row in table(log, "settlements.csv")}["云岭乡"] == "70"


def test_raster_bombs_and_strangers_are_refused_by_their_header(
    tmp_path: Path, extract: Path, villages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from siting.instances.population import raster as module

    one = np.ones((30, 60))
    good = _raster(tmp_path / "good.tif", one, 9.99, 0.015, 0.001)
    _raster(tmp_path / "far.tif", one, 50.0, 50.0, 0.001)
    _raster(tmp_path / "metres.tif", one, 5e5, 1e5, 100, crs="EPSG:32632")
    (tmp_path / "vrt.tif").write_text("<VRTDataset/>", encoding="utf-8")
    rasterio = pytest.importorskip("rasterio", reason="the extra raster is not installed")
    step = rasterio.Affine(1 / 65_535, 0, 9.5, 0, -1 / 65_535, 0.5)
    with rasterio.open(
        tmp_path / "bomb.tif", "w", driver="GTiff", height=65_535, width=65_535, count=1, dtype="float32",
        crs="EPSG:4326", transform=step, sparse_ok=True, tiled=True, blockxsize=256, blockysize=256,
    ) as raster:  # fmt: skip
        assert raster.width == 65_535

    def codes(name: str, **wish: Any) -> list[str]:
        faults = refused(
            lambda: make_from_osm(tmp_path / "x", extract, settlements=villages, population=tmp_path / name, **wish)
        )
        return [code for code, _, _ in faults]

    border = geojson(tmp_path / "border.geojson", (square(9.5, -0.5, 10.5, 0.5), {}))
    assert codes("bomb.tif", boundary=border) == ["E285"]
    assert [codes(name) for name in ("far.tif", "metres.tif", "vrt.tif", "none.tif")] == [
        ["E284"],
        ["E284"],
        ["E284"],
        ["E213"],
    ]
    monkeypatch.setattr(module, "MOST_BLOCK_BYTES", 100)
    assert codes(good.name) == ["E285"]


def test_a_township_total_is_spread_by_floor_area(tmp_path: Path, extract: Path, villages: Path) -> None:
    houses = geojson(
        tmp_path / "houses.geojson",
        (square(10.0000, 0.0010, 10.0001, 0.0011), {"building:levels": "3"}),  # 3 parts beside 石门镇
        (square(10.0100, 0.0010, 10.0101, 0.0011), {}),  # 1 part beside 白岩村
    )
    totals = tmp_path / "totals.xlsx"
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["乡镇", "人口(万人)"], ["石门镇", 0.4001], ["云岭乡", 0.05], ["合计", 0.4501]):
        book.active.append(row)
    book.save(totals)
    log = make_from_osm(tmp_path / "county", extract, settlements=villages, totals=totals, buildings=houses)
    rows = {row["id"]: row for row in table(log, "settlements.csv")}
    # 4001 in parts of 3 and 1: 3000.75 and 1000.25; 云岭乡 has no buildings and is spread evenly
    assert {key: row["population_persons"] for key, row in rows.items()} == {
        "S": "3001",
        "B": "1000",
        "U": "250",
        "Y": "250",
    }
    assert "ESTIMATE: 4001 of 石门镇" in rows["S"]["population_source"]
    assert [row["name"] for row in said(log, "W247")] == ["云岭乡"]
    # without buildings by the people listed: 3000 and 800 of 3800
    log = make_from_osm(tmp_path / "listed", extract, settlements=villages, totals=totals)
    rows = {row["id"]: row for row in table(log, "settlements.csv")}
    assert {key: row["population_persons"] for key, row in rows.items()} == {
        "S": "3159",
        "B": "842",
        "U": "24",
        "Y": "476",
    }
    part = tmp_path / "part.csv"
    part.write_text("乡镇,人口\n石门镇,4000\n", "utf-8")
    log = make_from_osm(tmp_path / "part", extract, settlements=villages, totals=part)
    assert {row["name"]: row["persons"] for row in said(log, "W245")} == {"云岭乡": 2000, "上坝": 100}
    totals = tmp_path / "none.csv"
    totals.write_text("乡镇,人口\n无此乡,5\n", "utf-8")
    faults = refused(lambda: make_from_osm(tmp_path / "x", extract, settlements=villages, totals=totals))
    assert faults == [("E286", "none.csv", 2)]


# The command


@pytest.mark.parametrize("lang", words.LANGS)
def test_the_command_makes_a_county_from_a_planners_tables(
    siting_cli: Run, tmp_path: Path, extract: Path, villages: Path, lang: words.Lang
) -> None:
    farmland = geojson(tmp_path / "farm.geojson", (square(10.009, 0.0, 10.011, 0.002), {}))
    answer = siting_cli(
        "new", tmp_path / lang, "--osm", extract, "--settlements", villages, "--red-lines", f"farmland={farmland}",
        "--name", "云岭县", "--year", 2030, "--grid-m", 400, "--waste", "-q", lang=lang,
    )  # fmt: skip
    assert answer.code == 0, answer.text
    assert "N248" in answer.err
    assert siting_cli("check", tmp_path / lang, lang=lang).code == 0
    assert (tmp_path / lang / "removed_sites.csv").read_bytes().startswith(b"\xef\xbb\xbfid,service,name")


def test_the_command_asks_for_what_belongs_together(siting_cli: Run, tmp_path: Path, extract: Path) -> None:
    assert siting_cli("new", tmp_path / "x").code == 2
    assert siting_cli("new", tmp_path / "x", "--synthetic", "--osm", extract).code == 2
    assert siting_cli("new", tmp_path / "x", "--osm", extract, "--growth", extract).code == 2
    assert siting_cli("new", tmp_path / "x", "--osm", extract, "--buildings", extract).code == 2
    assert siting_cli("new", tmp_path / "x", "--osm", extract, "--coords", "mars").code == 3
