"""The independent checker: a hand-computed plan passes, and every way of spoiling it is found."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.verify import Auditor, verify_run
from siting.verify.nouns import Access, Service, Site, Size
from siting.verify.options import today
from siting.verify.plane import inside
from siting.verify.read import read_county
from siting.verify.travel import Way, main_component, networks
from siting.verify.ways import Ways

from . import small_county

Plan = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_county.write(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def auditor(folder: Path) -> Auditor:
    return Auditor(folder)


def codes(auditor: Auditor, plan: Any) -> set[str]:
    return {breach.code for breach in auditor.check(plan).breaches}


def test_the_valid_plan_is_valid(auditor: Auditor, folder: Path) -> None:
    plan = small_county.plan(folder)
    verdict = auditor.check(plan)
    assert verdict.breaches == ()
    assert verdict.word == "valid"
    assert {key: verdict.figures[key] for key in plan["claims"]} == plan["claims"]
    assert verdict.figures["points"] == {"1": 0, "2": 2 * 250_000}  # two short of a need of four
    assert verdict.figures["farthest"] == {"clinic": {"0": 60}, "school": {"0": 60}}
    assert auditor.check(plan) == verdict  # the caches change nothing


def put(*path: Any) -> Callable[[Plan], None]:
    """A mutation: put the last item at the place that the others name."""

    def change(plan: Plan) -> None:
        at: Any = plan
        for step in path[:-2]:
            at = at[step]
        at[path[-2]] = path[-1]

    return change


def drop(*path: Any) -> Callable[[Plan], None]:
    """A mutation: delete the item at a place."""

    def change(plan: Plan) -> None:
        at: Any = plan
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]

    return change


def insert(*path: Any) -> Callable[[Plan], None]:
    """A mutation: insert the last item into the list, in sorted place."""

    def change(plan: Plan) -> None:
        at: Any = plan
        for step in path[:-1]:
            at = at[step]
        at.append(path[-1])
        at.sort(key=lambda row: list(row.values()) if isinstance(row, dict) else row)

    return change


def both(*changes: Callable[[Plan], None]) -> Callable[[Plan], None]:
    """Several mutations, one after the other."""

    def change(plan: Plan) -> None:
        for one in changes:
            one(plan)

    return change


CLINIC, SCHOOL = ("services", "clinic"), ("services", "school")
ROW = {"settlement": "V2", "site": "C3", "access": 0, "line": "", "since": "", "persons": 50, "travel": 60}
MUTATIONS: dict[str, tuple[Callable[[Plan], None], set[str]]] = {
    # money
    "a fund pays 1 too much": (put("spending", 0, "amount", 100_001), {"E701"}),
    "1 is not paid": (put("spending", 0, "amount", 99_999), {"E701"}),
    "smaller funds": (put("variation", "capital_factor", "0.999999"), {"E701", "E705"}),
    "more money than the scenario has": (put("variation", "capital_factor", "1000"), {"E705"}),
    "unknown scenario": (put("scenario", "wish"), {"E705"}),
    "a baseline that builds": (put("scenario", "baseline"), {"E705", "E707"}),
    "a fund that may not pay": (put("spending", 0, "fund", "edu"), {"E701"}),
    "unknown fund": (put("spending", 1, "fund", "zzz"), {"E705"}),
    "unknown service paid": (put("spending", 0, "service", "waste"), {"E701", "E705"}),
    "paid twice": (insert("spending", {"fund": "edu", "service": "school", "phase": "", "amount": 0}), {"E705"}),
    "nothing paid": (put("spending", []), {"E701"}),
    "running over by 1": (put("variation", "running_factor", "0.999975"), {"E711", "E705"}),
    # people
    "dropped village": (drop(*CLINIC, "assignments", 2), {"E704", "E706"}),
    "dropped unserved village": (drop(*CLINIC, "unserved", 0), {"E704"}),
    "village assigned twice": (insert(*CLINIC, "assignments", ROW), {"E702", "E704", "E706"}),
    "pair twice": (
        insert(*SCHOOL, "assignments", {**ROW, "site": "S2", "persons": 1}),
        {"E703", "E704", "E705", "E706"},
    ),
    "unserved twice": (
        insert(*SCHOOL, "unserved", {"settlement": "V1", "persons": 0, "reason": "full"}),
        {"E704", "E705"},
    ),
    "served in part": (put(*CLINIC, "assignments", 0, "persons", 99), {"E704", "E706"}),
    "one person too many": (put(*CLINIC, "assignments", 0, "persons", 101), {"E704", "E706"}),
    "served although unserved": (
        both(
            drop(*CLINIC, "assignments", 2),
            insert(*CLINIC, "unserved", {"settlement": "V3", "persons": 40, "reason": "not_built"}),
        ),
        {"E704", "E706", "E710"},
    ),
    "served, called full": (
        both(
            drop(*CLINIC, "assignments", 2),
            insert(*CLINIC, "unserved", {"settlement": "V3", "persons": 40, "reason": "full"}),
        ),
        {"E704", "E706"},
    ),
    "nobody there": (insert(*CLINIC, "unserved", {"settlement": "V7", "persons": 0, "reason": "not_built"}), {"E704"}),
    "unknown settlement": (put(*CLINIC, "assignments", 4, "settlement", "V9"), {"E704", "E705", "E706"}),
    "unknown pupils": (put(*SCHOOL, "assignments", 2, "settlement", "V9"), {"E704", "E705", "E706"}),
    "unknown school": (put(*SCHOOL, "assignments", 2, "site", "S9"), {"E705"}),
    "capacity by one": (
        both(put(*SCHOOL, "assignments", 0, "persons", 11), put(*SCHOOL, "unserved", 0, "persons", 19)),
        {"E703", "E706"},
    ),
    # travel
    "not the nearest": (put(*CLINIC, "assignments", 1, "site", "C3"), {"E702"}),
    "beyond the standard": (put(*CLINIC, "assignments", 0, "site", "C3"), {"E702"}),
    "to a closed site": (put(*CLINIC, "assignments", 4, "site", "C5"), {"E705"}),
    "to a site of another service": (put(*CLINIC, "assignments", 1, "site", "S2"), {"E705"}),
    "too far to school": (
        both(
            drop(*SCHOOL, "unserved", 1),
            insert(*SCHOOL, "assignments", {**ROW, "settlement": "V4", "site": "S2", "persons": 15, "travel": 120}),
        ),
        {"E702", "E703", "E706"},
    ),
    "1 s quicker": (put(*CLINIC, "assignments", 1, "travel", 59), {"E706"}),
    "1 s slower": (put(*SCHOOL, "assignments", 0, "travel", 61), {"E706"}),
    "another access": (put(*CLINIC, "assignments", 0, "access", 1), {"E706"}),
    # reasons
    "built, it says": (put(*SCHOOL, "unserved", 0, "reason", "not_built"), {"E710"}),
    "full, it says": (put(*SCHOOL, "unserved", 1, "reason", "full"), {"E710"}),
    "no site, it says": (put(*SCHOOL, "unserved", 1, "reason", "no_site_in_reach"), {"E710"}),
    "unreachable, it says": (put(*SCHOOL, "unserved", 4, "reason", "unreachable"), {"E710"}),
    "reachable, it says": (put(*SCHOOL, "unserved", 3, "reason", "no_site_in_reach"), {"E710"}),
    "a new reason": (put(*SCHOOL, "unserved", 3, "reason", "far"), {"E709"}),
    # sites
    "unknown site": (
        put(*CLINIC, "open", 1, "site", "C9"),
        {"E701", "E705", "E706"},
    ),
    "site twice": (insert(*CLINIC, "open", {"site": "C3", "size": "standard", "action": "new", "phase": ""}), {"E705"}),
    "open and closed": (put(*CLINIC, "closed", ["C1"]), {"E705"}),
    "unknown site closed": (put(*CLINIC, "closed", ["C9"]), {"E705"}),
    "candidate closed": (put(*CLINIC, "closed", ["C5"]), {"E707"}),
    "closed twice": (put(*SCHOOL, "closed", ["S2", "S2"]), {"E705"}),
    "forgotten site": (drop(*CLINIC, "open", 0), {"E705", "E706", "E707"}),
    "must stay": (
        both(put(*SCHOOL, "open", []), put(*SCHOOL, "closed", ["S2"])),
        {"E701", "E705", "E706", "E707", "E710"},
    ),
    "unknown size": (put(*CLINIC, "open", 1, "size", "huge"), {"E701", "E706", "E707"}),
    "another size kept": (put(*CLINIC, "open", 0, "size", ""), {"E707"}),
    "existing built new": (put(*CLINIC, "open", 0, "action", "new"), {"E701", "E706", "E707"}),
    "candidate kept": (put(*CLINIC, "open", 1, "action", "keep"), {"E707"}),
    "clinic grown": (put(*CLINIC, "open", 0, "action", "expand"), {"E707"}),
    "grown to another size, unpaid": (put(*SCHOOL, "open", 0, "size", "large"), {"E701", "E706", "E711"}),
    "host of the wrong level": (
        insert(*CLINIC, "open", {"site": "C7", "size": "standard", "action": "new", "phase": ""}),
        {"E701", "E702", "E706", "E707", "E711"},
    ),
    "inside a red line": (
        insert(*CLINIC, "open", {"site": "C8", "size": "standard", "action": "new", "phase": ""}),
        {"E701", "E702", "E706", "E707", "E711"},
    ),
    # form
    "float": (put("spending", 0, "amount", 100_000.0), {"E709"}),
    "NaN": (put("claims", "objective", float("nan")), {"E709"}),
    "bool": (put(*CLINIC, "assignments", 0, "access", False), {"E709"}),
    "number for bool": (put("claims", "targets", 0, "met", 1), {"E709"}),
    "text for number": (put(*CLINIC, "assignments", 0, "persons", "100"), {"E709"}),
    "negative": (put("spending", 0, "amount", -1), {"E709"}),
    "beyond all bounds": (put("spending", 0, "amount", 10**5000), {"E709"}),
    "number for id": (put(*CLINIC, "open", 0, "site", 1), {"E709"}),
    "missing key": (drop(*CLINIC, "closed"), {"E709"}),
    "missing section": (drop("claims"), {"E709"}),
    "key too many": (put(*CLINIC, "open", 0, "note", "x"), {"E709"}),
    "list for object": (put("services", []), {"E709"}),
    "object for list": (put("spending", {}), {"E709"}),
    "unsorted": (lambda plan: plan["services"]["clinic"]["assignments"].reverse(), {"E709"}),
    "factor without quotes": (put("variation", "capital_factor", 1), {"E709"}),
    "factor NaN": (put("variation", "capital_factor", "NaN"), {"E709"}),
    "factor without end": (put("variation", "running_factor", "1e999999999"), {"E709"}),
    "another format": (put("format", 1), {"E709"}),
    # services and inputs
    "another county": (put("county", "huge"), {"E708"}),
    "another hash": (put("inputs", "sites.csv", "0" * 64), {"E708"}),
    "input not named": (drop("inputs", "edges.csv"), {"E708"}),
    "input not there": (put("inputs", "../x", "0" * 64), {"E708"}),
    "service not planned": (put("variation", "services", ["clinic"]), {"E705"}),
    "service twice": (put("variation", "services", ["clinic", "school", "school"]), {"E705"}),
    "no service": (
        put("services", "waste", {"open": [], "closed": [], "assignments": [], "transfers": [], "unserved": []}),
        {"E705"},
    ),
    # claims
    "served claim": (put("claims", "served", "clinic", 281), {"E706"}),
    "served claim missing": (drop("claims", "served", "school"), {"E706"}),
    "capital claim": (put("claims", "capital", 149_999), {"E706"}),
    "running claim": (put("claims", "running", 39_999), {"E706"}),
    "objective claim": (put("claims", "objective", 681), {"E706"}),
    "cost claim": (put("claims", "cost", 549_999), {"E706"}),
    "travel claim": (put("claims", "travel", 1199), {"E706"}),
    "other aims": (put("variation", "aims", ["travel", "worth"]), {"E705"}),
    "an aim twice": (put("variation", "aims", ["worth", "travel", "travel"]), {"E705"}),
    "target claim": (put("claims", "targets", 1, "met", True), {"E706"}),
    "need claim": (put("claims", "targets", 1, "need", 3), {"E706"}),
    "target claim missing": (drop("claims", "targets", 2), {"E706"}),
    "target claim twice": (lambda plan: plan["claims"]["targets"].append(plan["claims"]["targets"][2]), {"E706"}),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_spoilt_plan_is_rejected(name: str, auditor: Auditor, folder: Path) -> None:
    plan = small_county.plan(folder)
    change, expected = MUTATIONS[name]
    change(plan)
    verdict = auditor.check(plan)
    assert verdict.word == "rejected"
    assert {breach.code for breach in verdict.breaches} == expected, verdict.breaches


@pytest.mark.parametrize("junk", [None, 1, "plan", [], {}, {1: 2}, True])
def test_junk_is_rejected(junk: Any, auditor: Auditor) -> None:
    assert codes(auditor, junk) == {"E709"}


def edited(tmp_path: Path, name: str, *pairs: tuple[str, str]) -> tuple[Auditor, Plan]:
    """Auditor and plan of the county with other words in one file; the plan names the file as it is now."""
    folder = small_county.write(tmp_path / "tiny")
    text = (folder / name).read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text, encoding="utf-8")
    return Auditor(folder), small_county.plan(folder)


EDITS: dict[str, tuple[str, tuple[tuple[str, str], ...], set[str]]] = {
    "fund 1 元 smaller": ("county.toml", (("capital = 5.0", "capital = 4.9999"),), {"E701"}),
    "fund half a 元 smaller": ("county.toml", (("capital = 5.0", "capital = 4.99995"),), set()),
    "running budget 1 元 smaller": ("county.toml", (("year = 4 ", "year = 3.9999 "),), {"E711"}),
    "no running budget": ("county.toml", (("running_budget_per_year = 4 ", "# "),), set()),
    "limit 1 ms less": ("county.toml", (("limit_min = 1\n", "limit_min = 0.99998\n"),), {"E702", "E710"}),
    "street one metre longer": ("edges.csv", (("A,B,1000,", "A,B,1001,"),), {"E702", "E710"}),
    "street a tenth of a mm longer": ("edges.csv", (("A,B,1000,", "A,B,1000.0001,"),), set()),
    "a quicker street beside": ("edges.csv", (("A,A,5,", "A,B,900,"),), {"E706"}),
    "one-way reversed": ("edges.csv", (("E,A,500,", "A,E,500,"),), {"E706"}),
    "one-way obeyed on foot too": ("county.toml", (("oneway = false", "oneway = true"),), set()),
    "signed speed not used": ("edges.csv", (("A,B,1000,road,0,", "A,B,1000,road,0,120"),), set()),
    "signed speed used": ("county.toml", (("access_kmh = 10", "access_kmh = 10\nsigned_speeds = true"),), set()),
    "size gone": ("county.toml", (('id = "small"', 'id = "tiny"'),), {"E708"}),
    "demand not whole": ("settlements.csv", (("100,30", "100,30.5"),), {"E708"}),
    "demand NaN": ("settlements.csv", (("100,30", "100,nan"),), {"E708"}),
    "demand written 30.0": ("settlements.csv", (("100,30", "100,30.0"),), set()),
    "negative demand": ("settlements.csv", (("100,30", "100,-30"),), {"E708"}),
    "village twice": ("settlements.csv", (("V7,seven", "V6,seven"),), {"E708"}),
    "unknown node": ("edges.csv", (("A,B,1000,", "A,Z,1000,"),), {"E708"}),
    "cell too many": ("settlements.csv", (("100,30", "100,30,7"),), {"E708"}),
    "unknown status": ("sites.csv", (("existing", "planned"),), {"E708"}),
    "broken TOML": ("county.toml", (("[county]", "[county"),), {"E708"}),
    "no such family": ("county.toml", (('"coverage"', '"market"'),), {"E708"}),
    "unknown mode": ("county.toml", (('mode = "walk"', 'mode = "fly"'),), {"E708"}),
    "speed infinite": ("county.toml", (("road = 6 ", "road = inf "),), {"E708"}),
    "speed nothing": ("county.toml", (("road = 6 ", "road = 0 "),), {"E708"}),
    "no host": ("sites.csv", (("c3,V3,", "c3,,"),), {"E707"}),
    "host may not": ("county.toml", (('"county_town", "village"', '"county_town"'),), {"E707"}),
    "red line over a site": (
        "red_lines.geojson",
        (("100.0306", "100.02"), ("100.0304", "100.01"), ("25.0004", "24.9")),
        {"E707"},
    ),
    "site on a red line": ("red_lines.geojson", (("100.0304", "100.02"), ("25.0004", "24.9")), {"E707"}),
    "no polygon": ("red_lines.geojson", (("Polygon", "Point"),), {"E708"}),
    "served by the second access": (
        "county.toml",
        (("limit_min = { value = 1,", "limit_min = { value = 0.4,"),),
        {"E702", "E706"},
    ),
    "wrong encoding": ("county.toml", (("year = 2026", 'year = 2026\nencoding = "utf-16"'),), {"E708"}),
}


@pytest.mark.parametrize("name", EDITS)
def test_the_plan_in_an_edited_county(name: str, tmp_path: Path) -> None:
    file, pairs, expected = EDITS[name]
    auditor, plan = edited(tmp_path, file, *pairs)
    assert codes(auditor, plan) == expected, auditor.check(plan).breaches


def test_a_plan_with_closing_and_a_second_access(tmp_path: Path) -> None:
    """C1 closed, C5 open: V1 walks 500 m against the one-way street, the limit itself."""
    folder = small_county.write(tmp_path / "tiny")
    plan = small_county.plan(folder)
    clinic = plan["services"]["clinic"]
    clinic["open"] = [{"site": "C5", "size": "standard", "action": "new", "phase": ""}]
    clinic["closed"] = ["C1"]
    row = {"site": "C5", "access": 0, "line": "", "since": ""}
    clinic["assignments"] = [
        {"settlement": "V1", **row, "access": 1, "persons": 100, "travel": 500},
        {"settlement": "V4", **row, "persons": 60, "travel": 60},
        {"settlement": "V5", **row, "persons": 30, "travel": 0},
    ]
    clinic["unserved"] = [
        {"settlement": "V2", "persons": 50, "reason": "not_built"},
        {"settlement": "V3", "persons": 40, "reason": "not_built"},
        {"settlement": "V6", "persons": 20, "reason": "unreachable"},
    ]
    plan["claims"] |= {"served": {"clinic": 190, "school": 40}, "running": 30_000, "objective": 2 * 190 + 3 * 40}
    plan["claims"]["cost"] = 150_000 + 10 * 30_000
    plan["claims"]["targets"][0] |= {"value": 190, "met": False}
    plan["claims"]["targets"][2] |= {"value": 1, "met": False}
    verdict = Auditor(folder).check(plan)
    assert verdict.breaches == ()
    assert verdict.figures["farthest"]["clinic"] == {"0": 60, "1": 500}
    assert verdict.figures["points"] == {"1": 80 * round(1_000_000 / 270) + 500_000, "2": 500_000}


def test_legs_and_the_node_shared_by_both(tmp_path: Path) -> None:
    """C3 moved 100 m north of C: V4 drives 60 s and 100 m at 10 km/h = 36 s; V3 goes straight, 36 s."""
    lat = 25.0 + 99.5 / 111195.08  # rounds up to 100 m
    auditor, plan = edited(tmp_path, "sites.csv", ("C3,clinic,c3,V3,100.02,25.0,", f"C3,clinic,c3,V3,100.02,{lat!r},"))
    says = [b for b in auditor.check(plan).breaches if "V3" in b.where]
    assert [b.numbers for b in says] == [{"key": "travel", "true": 36, "claimed": 0}]
    assert any(b.code == "E702" and "V4" in b.where for b in auditor.check(plan).breaches)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    folder = small_county.write(tmp_path / "tiny")
    toml = small_county.TOML.replace("year = 2026", f'year = 2026\nencoding = "{encoding.removesuffix("-sig")}"')
    (folder / "county.toml").write_text(toml, encoding="utf-8")
    for name, text in small_county.FILES.items():
        if name.endswith(".csv"):
            (folder / name).write_bytes(text.replace("one", "云岭").replace("\n", "\r\n").encode(encoding))
    assert Auditor(folder).check(small_county.plan(folder)).breaches == ()


def run_folder(tmp_path: Path) -> tuple[Path, str]:
    inputs = small_county.write(tmp_path / "run" / "inputs")
    return inputs.parent, json.dumps(small_county.plan(inputs))


def test_a_run_is_verified(tmp_path: Path) -> None:
    run, text = run_folder(tmp_path)
    (run / "plan.json").write_text(text, encoding="utf-8")
    assert verify_run(run).word == "valid"
    with (run / "inputs" / "settlements.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert [breach.where for breach in verify_run(run).breaches] == ["inputs.settlements.csv"]
    (run / "inputs" / "nodes.csv").unlink()
    assert {breach.code for breach in verify_run(run).breaches} == {"E708"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: "",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"format": 2', '"format": NaN'),
        lambda text: text.replace('"format": 2', '"format": 1, "format": 2'),
        lambda text: text.replace('"format": 2', '"format": ' + "1" * 5000),
        lambda text: text.encode().replace(b"tiny", b"\xff"),
    ],
)
def test_a_spoilt_file_is_rejected(spoil: Callable[[str], str | bytes], tmp_path: Path) -> None:
    run, text = run_folder(tmp_path)
    data = spoil(text)
    (run / "plan.json").write_bytes(data if isinstance(data, bytes) else data.encode())
    assert {breach.code for breach in verify_run(run).breaches} == {"E709"}


def test_a_missing_run_is_rejected(tmp_path: Path) -> None:
    assert verify_run(tmp_path / "nowhere").word == "rejected"


def test_the_checker_stands_alone() -> None:
    """A fresh interpreter loads the standard library, `siting` and `siting.verify` only."""
    code = "import sys; import siting.verify; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    ours = {name for name in names if name.split(".")[0] == "siting"}
    assert all(name == "siting" or name.startswith("siting.verify") for name in ours)
    assert not {"numpy", "pydantic", "pyomo", "networkx", "click", "scipy", "pandas"} & set(names)


@pytest.mark.parametrize("seed", range(20))
def test_travel_agrees_with_networkx(seed: int, tmp_path: Path) -> None:
    """Shortest paths, main component and the nearest site, on random directed graphs with many ties."""
    rng = random.Random(seed)
    n = 60
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n))
    for _ in range(110):
        graph.add_edge(rng.randrange(n), rng.randrange(n), cost=rng.randint(1, 9))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    into = [[(tail, cost) for tail, _, cost in graph.in_edges(v, data="cost")] for v in range(n)]
    largest = max(map(len, nx.strongly_connected_components(graph)))
    expected = min(sorted(c) for c in nx.strongly_connected_components(graph) if len(c) == largest)
    out = [list(graph.successors(v)) for v in range(n)]
    assert sorted(main_component(out, [[tail for tail, _ in arcs] for arcs in into])) == expected
    folder = small_county.write(tmp_path / "tiny")
    places = [f"{100 + v / 1000:.3f},25.0" for v in range(n)]
    rows = {
        "nodes.csv": [f"N{v:02},{places[v]}" for v in range(n)],
        "edges.csv": [f"N{a:02},N{b:02},{cost},road,1," for a, b, cost in graph.edges(data="cost")],
        "settlements.csv": [f"V{v:02},v,village,0,{places[v]},1,1" for v in range(n)],
        "sites.csv": [f"P{v:02},clinic,p,V{v:02},{places[v]},candidate,," for v in rng.sample(expected, 3)],
    }
    for name, lines in rows.items():
        header = small_county.FILES[name].split("\n")[0]
        (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    county = read_county(folder)
    seconds = Fraction(rng.randint(1, 60), 10)
    clinic = replace(county.services["clinic"], accesses=(Access("drive", 0, int(seconds * 1000), {}),))
    roads = networks(county, {})
    ways = Ways(county, roads, clinic, {})
    sites = list(county.sites["clinic"].values())
    alone = [ways.first([site.id], ()) for site in sites]
    true = {site.id: nx.shortest_path_length(graph, target=int(site.id[1:]), weight="cost") for site in sites}
    for v in expected:
        far = [(0, true[site.id][v] * 60, site.id) for site in sites]  # 60 km/h is 60 ms a metre
        near = [(*way, "") if way[1] <= seconds * 1000 else None for way in far]
        settlement = county.settlements[f"V{v:02}"]
        assert [one(settlement) for one in alone] == near
        assert ways.first(ways.sites, ())(settlement) == min(filter(None, near), default=None)
        assert [ways.to[site.id].get(settlement.id, []) for site in sites] == [[way] if way else [] for way in near]


def grid_county(folder: Path, rng: random.Random) -> Path:
    """Points scattered over a grid of roads, some one-way: many share a node, many are equally near."""
    small_county.write(folder)
    nodes = [(x, y) for x in range(5) for y in range(5)]

    def spot() -> str:
        return f"{100 + rng.randint(-1, 17) / 400:.6f},{25 + rng.randint(-1, 17) / 400:.6f}"

    def edge(a: tuple[int, int], b: tuple[int, int]) -> str:
        return f"N{a[0]}{a[1]},N{b[0]}{b[1]},{rng.choice([900, 1000, 1100.25])},road,{int(rng.random() < 0.3)},"

    tables = {
        "nodes": ["id,lon,lat", *(f"N{x}{y},{100 + x / 100},{25 + y / 100}" for x, y in nodes)],
        "edges": [
            small_county.FILES["edges.csv"].split("\n")[0],
            *(
                edge((x, y), (x + dx, y + dy))
                for x, y in nodes
                for dx, dy in ((0, 1), (1, 0))
                if x + dx < 5 and y + dy < 5
            ),
        ],
        "settlements": [
            small_county.FILES["settlements.csv"].split("\n")[0],
            *(f"V{k},v,{rng.choice(['village', 'hamlet'])},0,{spot()},10,5" for k in range(30)),
        ],
        "sites": [
            small_county.FILES["sites.csv"].split("\n")[0],
            *(f"P{k},{rng.choice(['clinic', 'school'])},p,V1,{spot()},candidate,," for k in range(30)),
        ],
    }
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("seed", range(10))
def test_the_nearest_site_is_the_best_pair(seed: int, tmp_path: Path) -> None:
    """One search from each site finds what searching every pair by itself finds."""
    auditor = Auditor(grid_county(tmp_path / "grid", random.Random(seed)))
    assert not auditor.unreadable
    for key in auditor.county.services:
        ways = auditor.setting("base").ways(key)
        for settlement in auditor.county.settlements.values():
            pairs = []
            for site in ways.sites.values():
                for number, access in enumerate(ways.service.accesses):
                    way = Way(ways.roads[access.mode], access.metric, site)
                    cost = way.cost(settlement, access.limit(settlement.level))
                    if cost is not None and settlement.id in ways.demand:
                        pairs.append((number, cost, site.id, ""))
                        break
            assert ways.first(ways.sites, ())(settlement) == min(pairs, default=None)


@pytest.mark.parametrize(
    ("family", "size", "capacity", "expected"),
    [
        ("coverage", "", None, 3),  # the first size
        ("coverage", "s", None, 2),
        ("catchment", "l", None, 4),
        ("catchment", "l", 30, 4),  # its own size, whatever it holds
        ("catchment", "", 30, 2),
        ("catchment", "", 40, 2),  # the size itself
        ("catchment", "", 41, 3),
        ("catchment", "", 81, 4),  # more than the largest
    ],
)
def test_what_an_existing_site_costs(family: str, size: str, capacity: int | None, expected: int) -> None:
    sizes = {"m": Size(60, 0, 3), "s": Size(40, 0, 2), "l": Size(80, 0, 4)}
    service = Service("x", family, 1, (), False, False, (), sizes)
    option = today(service, Site("S", "x", 0.0, 0.0, True, "", size, capacity))
    assert option.running == expected
    if family == "catchment":
        assert option.capacity == (80 if capacity is None else capacity)


def test_red_lines_are_even_odd() -> None:
    outer = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
    hole = [(4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0)]
    for x, y, expected in [(1, 1, True), (5, 5, False), (11, 5, False), (-1, 0, False), (5, -1, False), (5, 4, True)]:
        assert inside(float(x), float(y), [outer, hole]) is expected
    assert [inside(x, y, [outer]) for x, y in ((10.0, 10.0), (10.0, 3.3), (12.0, 10.0))] == [True, True, False]
    diamond = [(0.0, 0.0), (2.0, 2.0), (0.0, 4.0), (-2.0, 2.0)]  # beside its corners, at their height
    assert [inside(x, 2.0, [diamond]) for x in (-3.0, -1.0, 1.0, 3.0)] == [False, True, True, False]
    assert [inside(x, 4.0, [diamond]) or inside(x, 0.0, [diamond]) for x in (-1.0, 1.0)] == [False, False]
    notch = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0)]
    assert [inside(x, y, [notch]) for x, y in ((0.5, 1.0), (3.5, 1.0), (2.0, 1.1))] == [True, True, False]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all items of a plan that are neither list nor object."""
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [found for key, item in enumerate(value) for found in leaves(item, (*path, key))]
    return [path]


WORDS = [
    "C1",
    "C3",
    "C5",
    "C7",
    "C8",
    "S2",
    "S4",
    "V1",
    "V5",
    "V6",
    "V7",
    "",
    "keep",
    "new",
    "expand",
    "small",
    "large",
]
WORDS += [
    "standard",
    "clinic",
    "school",
    "waste",
    "county",
    "edu",
    "full",
    "not_built",
    "unreachable",
    "1",
    "1.0",
    "{x}",
]
VALUES = st.one_of(
    st.integers(-2, 300), st.integers(), st.sampled_from(WORDS), st.text(), st.floats(), st.none(), st.booleans()
)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_no_change_passes_unseen(data: st.DataObject, auditor: Auditor, folder: Path) -> None:
    """Whatever is put anywhere, the checker answers, and what it calls valid decides what the valid plan decides."""
    true = small_county.plan(folder)
    plan = copy.deepcopy(true)
    for _ in range(data.draw(st.integers(1, 3))):
        put(*data.draw(st.sampled_from(leaves(plan))), data.draw(VALUES))(plan)
    verdict = auditor.check(plan)
    if verdict.word == "valid":
        for plan_ in (plan, true):  # the only things that may differ
            del plan_["scenario"], plan_["variation"]["capital_factor"], plan_["variation"]["running_factor"]
        assert plan == true
