"""Certificates: whatever the prices, the bound holds; good prices prove the best plan; a spoilt one proves nothing."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from siting import store
from siting.verify import Auditor, Prover, Verdict, judge, verify_run
from siting.verify.bound import Leaf, fill
from siting.verify.certificate import check, largest
from siting.verify.prices import Prices
from siting.verify.wants import wants

from . import (
    test_verify_haul,
    test_verify_lines,
    test_verify_schools,
    test_verify_shared,
    test_verify_targets,
)
from . import verify_street as street
from .conftest import Run, write_tiny
from .verify_street import Plan

SCALE = 1000
Case = tuple[Auditor, Plan]


def haul(tmp_path: Path) -> Case:
    sites = street.site("W2", "waste", 2, "existing", capacity_tpd=0.15) + street.site("W4", "waste", 4)
    module = test_verify_haul
    target = "[[targets]]\nid = 'T1'\nservice = 'waste'\nindicator = 'settlements_share'\nthreshold_pct = 100\n"
    folder = street.write(tmp_path, module.TOML + target, sites, disposal=module.DISPOSAL)
    return Auditor(folder), module.plan(folder)


def lines(tmp_path: Path) -> Case:
    module = test_verify_lines
    sites = street.site("S0", "school", 0, "existing", size="small") + street.site("S4", "school", 4)
    targets = "[[targets]]\nid = 'T1'\nservice = 'school'\nindicator = 'worst_township_share'\nthreshold_pct = 90\n"
    targets += (
        "[[targets]]\nid = 'T2'\nservice = 'school'\nindicator = 'urban_rural_gap'\nthreshold_pct = 1\ntier = 2\n"
    )
    folder = street.write(tmp_path, module.TOML + targets, sites, lines=module.LINES)
    return Auditor(folder), module.plan(folder)


def shared(tmp_path: Path) -> Case:
    folder = test_verify_shared.county(tmp_path)
    return Auditor(folder), test_verify_shared.plan(folder)


def targets(tmp_path: Path) -> Case:
    module = test_verify_targets
    folder = module.write(tmp_path, module.listed(module.TARGETS))
    return Auditor(folder), module.plan(folder)


def schools(rule: str) -> Callable[[Path], Case]:
    def make(tmp_path: Path) -> Case:
        auditor, folder = test_verify_schools.school(tmp_path, rule)
        return auditor, test_verify_schools.plan(folder)

    return make


def nearest(tmp_path: Path) -> Case:
    """The plan of a school where everybody goes to the nearest."""
    auditor, folder = test_verify_schools.school(tmp_path, "closest = true\nmay_close = true")
    near = test_verify_schools.plan(folder)
    go = near["services"]["school"]["assignments"]
    go[2] = go[2] | {"site": "S1"}
    del go[4], go[0]
    near["services"]["school"]["unserved"] = street.rows(
        "settlement persons reason", [("V0", 40, "full"), ("V3", 10, "full"), ("V4", 2, "full")]
    )
    return auditor, near


def in_order(case: Callable[[Path], Case], aims: list[str], fare: int = 1800) -> Callable[[Path], Case]:
    """The same with another order of aims, prices of travel and of two years."""

    def make(tmp_path: Path) -> Case:
        case(tmp_path)
        (file,) = tmp_path.rglob("county.toml")
        text = file.read_text(encoding="utf-8").replace("transfer_limit_min = 3", "transfer_limit_min = 3\n" + ONWARD)
        text = text.replace("mode = 'drive'\nlimit_min", f"mode = 'drive'\ncost_per_year = {fare}\nlimit_min")
        text = text.replace('mode = "drive"\nlimit_min', f'mode = "drive"\ncost_per_year = {fare}\nlimit_min')
        file.write_text(f"{text}\n[objective]\naims = {aims}\ncost_years = 2\n", encoding="utf-8")
        _, old = case(tmp_path / "again")
        plan = copy.deepcopy(old)
        plan["inputs"]["county.toml"] = hashlib.sha256(file.read_bytes()).hexdigest()
        plan["variation"]["aims"] = aims
        return Auditor(file.parent), plan

    return make


ONWARD = "transfer_cost_per_year = 900\ndirect_cost_per_year = 2700"
CASES = {
    "haul": haul,
    "lines": lines,
    "shared": shared,
    "targets": targets,
    "school": schools("min_persons = 5\nmay_close = true\nclosing_capital = 9\nresale = 3"),
    "guarded": schools("min_persons = 6\nmay_close = true\nclose_only_if_served = true"),
    "nearest": nearest,
}
ORDERED = {
    "cheap haul": in_order(haul, ["cost", "worth", "travel"]),
    "short haul": in_order(haul, ["travel", "cost", "worth"]),
    "cheap schools": in_order(CASES["school"], ["worth", "cost", "travel"]),
    "short ways to schools": in_order(CASES["nearest"], ["travel", "worth", "cost"]),
    "cheap and shared": in_order(shared, ["cost"], fare=0),
}
ALL_CASES = CASES | ORDERED


def prover_of(case: Case) -> tuple[Prover, Plan]:
    auditor, plan = case
    plan = street.claiming(auditor, plan)
    assert auditor.check(plan).breaches == ()
    return auditor.prover(plan), plan


def all_keys(prover: Prover) -> Iterator[list[Any]]:
    """Everything of a county that can have a price."""
    county, phases = prover.county, list(prover.county.phases)
    yield ["running"]
    for phase in phases:
        yield ["land", phase]
    yield from (["rule", rule.id] for rule in county.rules)
    yield from (["points", tier] for tier in (1, 2))
    for target in county.targets:
        yield from (["target", target.id, name] for name in ("", "T1", "T2"))
        for service in county.packages[target.package][0] if target.package else ():
            yield from (["package", target.id, id_, service] for id_ in county.settlements)
    for key in prover.planned:
        service = county.services[key]
        yield from (["capital", key, phase] for phase in phases)
        for id_ in county.demand(key):
            yield from (["person", key, id_, number] for number in range(len(phases)))
            yield from (["eligible", key, id_, number] for number in range(len(service.accesses)))
            yield ["present", key, id_]
        for choice in prover.choices[key]:
            if service.haul and not choice.site.disposal:
                yield ["waste", key, choice.site.id]
            if service.referral:
                yield ["referral", key, choice.site.id]
            for id_, way in sorted((i, w) for i, ws in prover.ways[key].to[choice.site.id].items() for w in ws):
                if way[3]:
                    yield ["line", key, id_, *way[2:]]
                if service.closest and service.accesses[way[0]].kind != "boarding":
                    yield ["closest", key, id_, *way[2:]]


def some_prices(rng: random.Random, keys: list[list[Any]]) -> list[list[Any]]:
    """Some of them, of any size."""
    share, size = rng.random(), 10 ** rng.uniform(0, 5)
    chosen = [key for key in keys if rng.random() < share]
    sign = {"waste": -1}
    return [[*key, rng.choice([1, sign.get(key[0], 1)]) * int(rng.uniform(0, size))] for key in chosen]


@pytest.mark.parametrize("name", ALL_CASES)
def test_no_prices_prove_a_bound_below_a_valid_plan(name: str, tmp_path: Path) -> None:
    prover, _ = prover_of(ALL_CASES[name](tmp_path / "county"))
    keys: list[list[Any]] = [*all_keys(prover), ["worth"], ["cost"], ["travel"]]
    rng, sites = random.Random(name), []
    for key in prover.planned:
        sites += [(key, choice.site.id) for choice in prover.choices[key]]
    plan_has = {name: prover.value(name, prover.planned) for name in prover.stages()}
    lowest = dict.fromkeys(plan_has, 10**18)
    for _ in range(60):
        for stage in prover.stages():
            key, id_ = rng.choice(sites)
            leaf, other = ({"prices": some_prices(rng, keys)} for _ in range(2))
            what = rng.choice(["open", "built"])
            tree = rng.choice([leaf, {"site": [key, id_, what], "yes": leaf, "no": other}])
            bound = prover.prove(stage, prover.planned, SCALE, tree)
            assert bound is not None
            sign = 1 if largest(stage) else -1
            assert sign * bound >= sign * plan_has[stage], (stage, tree)
            lowest[stage] = min(lowest[stage], sign * bound)
    assert all(lowest[stage] < 10**18 for stage in lowest)


GOLDEN = Path(__file__).parent / "golden" / "bounds.json"


@pytest.mark.parametrize("name", CASES)
def test_prices_prove_what_they_proved_before(name: str, tmp_path: Path) -> None:
    """Bounds that were proven when every rule of the bound had been tried; a looser one would be true and useless."""
    prover, _ = prover_of(CASES[name](tmp_path / "county"))
    keys, found = list(all_keys(prover)), {}
    for seed in range(8):
        prices = some_prices(random.Random(f"{name} {seed}"), keys)
        for stage in prover.stages():
            found[f"{stage} {seed}"] = prover.prove(stage, prover.planned, SCALE, {"prices": prices})
    known = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
    if os.environ.get("SITING_UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps({**known, name: found}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    else:
        assert found == known[name]


LEAVES = GOLDEN.with_name("leaves.json")


def nearest_over_lines(tmp_path: Path) -> Case:
    """Everybody goes to the nearest, some by bus; no plan that is valid, but a county with prices."""
    module = test_verify_lines
    sites = street.site("S0", "school", 0, "existing", size="small") + street.site("S4", "school", 4)
    toml = module.TOML.replace("weight = 3", "weight = 3\nclosest = true\nmay_close = true\nmin_persons = 3")
    folder = street.write(tmp_path, toml, sites, lines=module.LINES)
    return Auditor(folder), module.plan(folder)


#: What has prices, whether its plan is valid or not.
LOOSE = {**CASES, "nearest over lines": nearest_over_lines}


@pytest.mark.parametrize("name", LOOSE)
def test_a_leaf_proves_what_it_proved_before_to_the_last_part(name: str, tmp_path: Path) -> None:
    """The same without the rounding to whole units, and with decisions: a fault of one part of a unit is seen."""
    auditor, plan = LOOSE[name](tmp_path / "county")
    prover = auditor.prover(plan)
    keys, found, services = list(all_keys(prover)), {}, prover.planned
    places = [(key, choice.site.id) for key in services for choice in prover.choices[key]]
    for seed in range(12):
        rng = random.Random(f"{name} leaf {seed}")
        prices = Prices(some_prices(rng, keys))
        fixed = {(*rng.choice(places), rng.choice(["open", "built"])): rng.random() < 0.5 for _ in range(seed % 4)}
        for stage in prover.stages():
            wanted = wants(prover.county, services, prover.aim(stage, services), prices, SCALE)
            found[f"{stage} {seed}"] = Leaf(prover.market(services), wanted, prices, fixed).bound()
    known = json.loads(LEAVES.read_text(encoding="utf-8")) if LEAVES.exists() else {}
    if os.environ.get("SITING_UPDATE_GOLDEN"):
        LEAVES.write_text(json.dumps({**known, name: found}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    else:
        assert found == known[name]


def test_a_branch_is_proven_with_its_own_decision(tmp_path: Path) -> None:
    """A school that must stay open: the branch that shuts it is no plan, and the other is as good as no branch."""
    prover, _ = prover_of(schools("")(tmp_path / "county"))
    rng, keys = random.Random(5), list(all_keys(prover))
    for _ in range(5):
        good, free = {"prices": some_prices(rng, keys)}, {"prices": []}
        alone = prover.prove("worth", ["school"], SCALE, good)
        tree = {"site": ["school", "S1", "open"], "yes": good, "no": free}
        assert prover.prove("worth", ["school"], SCALE, tree) == alone
        assert prover.prove("worth", ["school"], SCALE, {**tree, "yes": free, "no": good}) == prover.prove(
            "worth", ["school"], SCALE, free
        )


@pytest.mark.parametrize(
    "row",
    [
        ["running", -1], ["running", True], ["running", 1.0], ["running", "1"], ["running", 10**60 + 1],
        ["waste", "waste", "W2", -(10**60) - 1], ["running", "waste", 1], ["points", 1], ["fame", 1],
        ["points", None, 1], ["person", "school", "V1", 0.5, 1],
    ],
)  # fmt: skip
def test_what_is_no_price(row: list[Any]) -> None:
    with pytest.raises(ValueError, match="price"):
        Prices([row])


def test_what_is_no_proof(tmp_path: Path) -> None:
    prover, _ = prover_of(schools("")(tmp_path / "county"))
    tree = {"prices": []}
    assert prover.prove("worth", ["school"], 1, tree) is not None
    for stage, services, scale in (
        ("worth", ["school"], 0), ("worth", ["school"], -1), ("worth", ["school"], 1.0), ("worth", ["school"], True),
        ("fame", ["school"], 1), ("tier 1", ["school"], 1), ("worth", ["school"] * 2, 1),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"not a scale|not whole groups"):
            prover.prove(stage, services, scale, tree)


def test_what_is_a_price() -> None:
    prices = Prices([["running", 10**60], ["waste", "waste", "W2", -(10**60)], ["points", 1, 0]])
    assert (prices("running"), prices("waste", "waste", "W2"), prices("points", 1)) == (10**60, -(10**60), 0)
    assert (prices("points", 2), prices("land", "")) == (0, 0)
    for rows in ({}, [["running", 1], ["running", 2]]):
        with pytest.raises(ValueError, match="price"):
            Prices(rows)


@pytest.mark.parametrize("name", ORDERED)
def test_free_prices_prove_nothing_of_what_is_to_be_small(name: str, tmp_path: Path) -> None:
    """Without prices everything is free: nothing has to be served, nothing has to be paid, so nothing is proven."""
    prover, _ = prover_of(ORDERED[name](tmp_path / "county"))
    for stage in prover.stages():
        if not largest(stage):
            bound = prover.prove(stage, prover.planned, SCALE, {"prices": []})
            assert bound is not None
            assert bound <= prover.value(stage, prover.planned)


@pytest.mark.parametrize("name", ALL_CASES)
def test_groups_prove_no_bound_below_what_they_have(name: str, tmp_path: Path) -> None:
    prover, _ = prover_of(ALL_CASES[name](tmp_path / "county"))
    keys: list[list[Any]] = [*all_keys(prover), ["worth"], ["cost"], ["travel"]]
    rng = random.Random(name)
    for services in prover.parts():
        own = [key for key in keys if not (set(key) & set(prover.planned)) or set(key) & set(services)]
        for _ in range(20):
            for stage in prover.stages():
                bound = prover.prove(stage, services, SCALE, {"prices": some_prices(rng, own)})
                assert bound is not None
                sign = 1 if largest(stage) else -1
                assert sign * bound >= sign * prover.value(stage, services)


def test_a_site_takes_the_best_that_it_has_room_for() -> None:
    items = [(5, 10, True), (4, 10, False), (2, 10, True), (-1, 10, False), (-3, 10, False)]
    assert fill(items, 100, 100, 0) == 50 + 40 + 20
    assert fill(items, 15, 100, 0) == 50 + 20
    assert fill(items, 100, 12, 0) == 50 + 40 + 4
    assert fill(items, 100, 0, 0) == 40
    assert fill(items, 100, 100, 35) == 110 - 5
    assert fill(items, 100, 0, 25) == 40 - 10 - 15
    assert fill(items, 100, 100, 51) is None
    assert fill(items, 20, 100, 21) is None
    assert fill([], 5, 5, 0) == 0


def test_free_prices_prove_what_lies_in_reach(tmp_path: Path) -> None:
    prover, _ = prover_of(haul(tmp_path / "county"))
    assert prover.stages() == ["tier 1", "worth", "travel"]
    assert prover.value("worth", ["waste"]) == 180
    # every site serves whom it reaches up to its room, each for himself: W2 150, W4 100, D1 30 and 10 of D3
    free = prover.prove("worth", ["waste"], SCALE, {"prices": []})
    assert free is not None
    assert free >= 280
    settled = [["person", "waste", f"V{k}", 0, SCALE] for k in range(5)]
    assert prover.prove("worth", ["waste"], SCALE, {"prices": settled}) == 280  # nobody is served twice
    assert prover.prove("tier 1", ["waste"], SCALE, {"prices": []}) == 5 * 200_000


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory, siting_process: Run) -> Path:
    """A run of the small county with a certificate and a second witness."""
    folder = write_tiny(tmp_path_factory.mktemp("certified") / "tiny")
    run = folder.parent / "run"
    witnesses = ("--certify", "--cross-check", "direct")
    answer = siting_process("solve", folder, "--solver", "direct", "--out", run, *witnesses, "--quiet")
    assert answer.code == 0, answer.text
    return run


def told(run: Path, name: str = "result.json") -> Any:
    return json.loads((run / name).read_text(encoding="utf-8"))


def test_a_certificate_proves_the_plan(certified: Path) -> None:
    result, verdict = told(certified), verify_run(certified)
    assert result["trust"] == verdict.trust == "proven"
    assert verdict.word == "valid"
    assert verdict.bounds == result["certificate"]["bounds"] == {"tier 1": 2000080, "tier 2": 500000, "worth": 680}
    assert result["status"] == "optimal"
    assert result["cross_check"]["agrees"] is True


def test_cost_and_travel_are_proven_too(tmp_path: Path, siting_process: Run) -> None:
    folder, run = write_tiny(tmp_path / "tiny"), tmp_path / "run"
    with (folder / "county.toml").open("a", encoding="utf-8") as file:
        file.write('\n[objective]\naims = ["worth", "cost", "travel"]\ncost_years = 3\n')
    options = ("--solver", "direct", "--gap", "0", "--certify", "--prove-travel", "--quiet")
    answer = siting_process("solve", folder, "--out", run, *options)
    assert answer.code == 0, answer.text
    verdict, stages = verify_run(run), told(run)["stages"]
    assert (verdict.word, verdict.trust) == ("valid", "proven")
    assert verdict.bounds == {stage["name"]: stage["objective"] for stage in stages}
    assert [stage["name"] for stage in stages][-3:] == ["worth", "cost", "travel"]
    better = told(run, "certificate.json")
    for row, more in zip(better["stages"][-2:], (1, -1), strict=True):
        row["bound"] += more  # a stronger claim, then a weaker one: neither is what the prices prove
    (run / "certificate.json").write_text(json.dumps(better), encoding="utf-8")
    assert [b.code for b in verify_run(run).breaches] == ["E722"]


def spoilt(run: Path, tmp_path: Path, name: str, change: Callable[[Any], Any]) -> Any:
    """The verdict on a copy of a run with one file changed."""
    copy_ = Path(shutil.copytree(run, tmp_path / "spoilt"))
    content = told(copy_, name)
    changed = change(content)
    (copy_ / name).write_text(json.dumps(content if changed is None else changed), encoding="utf-8")
    found = verify_run(copy_)
    shutil.rmtree(copy_)
    return found


def nodes(content: Any) -> Iterator[Any]:
    """Every leaf of a certificate."""
    for stage in content["stages"]:
        for part in stage["parts"]:
            waiting = [part["tree"]]
            while waiting:
                node = waiting.pop()
                if "prices" in node:
                    yield node
                else:
                    waiting += [node["yes"], node["no"]]


WRONG: dict[str, Callable[[Any], Any]] = {
    "no object": lambda c: [],
    "no stages": lambda c: {"format": 1, "scale": 1},
    "another format": lambda c: c.update(format=2),
    "another scale": lambda c: c.update(scale=c["scale"] * 2),
    "a scale of nothing": lambda c: c.update(scale=0),
    "a scale that is no whole number": lambda c: c.update(scale=1.5),
    "a lower bound": lambda c: c["stages"][2].update(bound=c["stages"][2]["bound"] - 1),
    "a higher bound": lambda c: c["stages"][2].update(bound=c["stages"][2]["bound"] + 1),
    "a bound that is true": lambda c: c["stages"][2].update(bound=True),
    "an unknown stage": lambda c: c["stages"][2].update(stage="travel"),
    "a stage twice": lambda c: c["stages"].append(copy.deepcopy(c["stages"][0])),
    "a service left out": lambda c: c["stages"][2]["parts"][0]["services"].pop(),
    "a service twice": lambda c: c["stages"][2]["parts"][0]["services"].append("clinic"),
    "a part twice": lambda c: c["stages"][2]["parts"].append(c["stages"][2]["parts"][0]),
    "a group torn apart": lambda c: c["stages"][2].update(
        parts=[{**c["stages"][2]["parts"][0], "services": [s]} for s in ("clinic", "school")]
    ),
    "no tree": lambda c: c["stages"][2]["parts"][0].update(tree=None),
    "a tree of one side": lambda c: c["stages"][2]["parts"][0].update(
        tree={"site": ["clinic", "C3", "open"], "yes": {"prices": []}}
    ),
    "an unknown site": lambda c: c["stages"][2]["parts"][0].update(
        tree={"site": ["clinic", "X", "open"], "yes": {"prices": []}, "no": {"prices": []}}
    ),
    "an unknown decision": lambda c: c["stages"][2]["parts"][0].update(
        tree={"site": ["clinic", "C3", "red"], "yes": {"prices": []}, "no": {"prices": []}}
    ),
    "a decision of two": lambda c: c["stages"][2]["parts"][0].update(
        tree={"site": ["clinic", "C3"], "yes": {"prices": []}, "no": {"prices": []}}
    ),
    "a price below 0": lambda c: list(nodes(c))[-1]["prices"][0].__setitem__(-1, -1),
    "a price that is no whole number": lambda c: list(nodes(c))[-1]["prices"][0].__setitem__(-1, 1.0),
    "a price that is far too high": lambda c: list(nodes(c))[-1]["prices"][0].__setitem__(-1, 10**80),
    "an unknown kind": lambda c: list(nodes(c))[-1]["prices"].append(["luck", 1]),
    "a kind with other keys": lambda c: list(nodes(c))[-1]["prices"].append(["running", "x", 1]),
    "a price twice": lambda c: list(nodes(c))[-1]["prices"].append(list(nodes(c))[-1]["prices"][0]),
    "a line that is none": lambda c: list(nodes(c))[-1]["prices"].append(["line", "school", "V1", "S2", "L9", 1]),
    "a way that nobody passes by": lambda c: list(nodes(c))[-1]["prices"].append(
        ["closest", "school", "V1", "S2", "", 1]
    ),
    "a referral to nothing": lambda c: list(nodes(c))[-1]["prices"].append(["referral", "school", "S2", 1]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_spoilt_certificate_is_rejected(name: str, certified: Path, tmp_path: Path) -> None:
    found = spoilt(certified, tmp_path, "certificate.json", WRONG[name])
    assert found.word == found.trust == "rejected"
    assert [breach.code for breach in found.breaches] == ["E722"]


def test_every_changed_price_is_rejected_or_proves_the_same(certified: Path, tmp_path: Path) -> None:
    """A price may be changed and still prove the bound; then it is as good. It never proves a better one."""
    content, rng = told(certified, "certificate.json"), random.Random(1)
    plan, auditor = told(certified, "plan.json"), Auditor(certified / "inputs")
    prover, rejected = auditor.prover(plan), 0
    right = check(prover, content)
    every = [(n, k) for n, node in enumerate(nodes(content)) for k in range(len(node["prices"]))]
    for n, k in every:
        changed = copy.deepcopy(content)
        prices = list(nodes(changed))[n]["prices"]
        way = rng.randrange(4)
        if way == 0:
            del prices[k]
        elif way == 1:
            prices[k][-1] *= 3
        elif way == 2:
            prices[k][-1] //= 2
        else:
            prices[k][-1] += 10**18
        try:
            assert check(prover, changed) == right
        except (ValueError, LookupError):
            rejected += 1
    assert rejected > len(every) // 2


def unsure(result: Any) -> None:
    """A result whose second tier has no bound, and which says so."""
    result["stages"][1].update(bound=None)
    result.update(status="time_limit")


RESULTS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no certificate of the bound": (lambda r: r["stages"][2].update(bound=679), "rejected"),
    "a weaker bound": (
        lambda r: (r["stages"][2].update(bound=690), r.update(bound=690, gap=10 / 680, status="gap_reached")),
        "proven",
    ),
    "a stage without a bound": (lambda r: unsure(r), "cross-checked"),
    "a stage that is left out": (lambda r: (r["stages"].pop(1), r.update(status="time_limit")), "claim"),
    "a stage that is left out of the best": (lambda r: r["stages"].pop(1), "rejected"),
    "a stage that the plan does not have": (
        lambda r: r["stages"].append({"name": "cost", "objective": 1, "bound": 1, "brief": False}),
        "rejected",
    ),
    "no word of a second solver": (lambda r: (unsure(r), r.update(cross_check=None)), "claim"),
    "a second solver that does not agree": (lambda r: (unsure(r), r["cross_check"].update(agrees=False)), "claim"),
    "the best without a bound": (lambda r: (unsure(r), r.update(status="optimal")), "rejected"),
    "a stage that is called brief": (lambda r: r["stages"][1].update(brief=True), "rejected"),
    "more than a tier has": (lambda r: r["stages"][0].update(objective=10**9, bound=10**9), "rejected"),
    "a lower bound than the plan has, with less": (lambda r: r["stages"][2].update(objective=9, bound=9), "rejected"),
    "a bound that is no number": (lambda r: r["stages"][2].update(bound=float("nan")), "rejected"),
    "another bound than that of its stage": (lambda r: r.update(bound=690), "rejected"),
    "a smaller gap than that of its stage": (lambda r: (unsure(r), r.update(gap=0.01)), "rejected"),
    "another aim": (lambda r: r.update(aim="cost", objective=550_000, bound=None, gap=None), "rejected"),
    "another objective": (lambda r: r.update(objective=681), "rejected"),
    "no object": (lambda r: r.clear(), "rejected"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_the_word_of_a_run(name: str, certified: Path, tmp_path: Path) -> None:
    change, word = RESULTS[name]

    def only_change(result: Any) -> None:
        change(result)

    found = spoilt(certified, tmp_path, "result.json", only_change)
    assert found.trust == word
    assert (found.word == "rejected") == (word == "rejected")


@pytest.mark.parametrize(
    ("aim", "said", "bound", "word"),
    [
        ("worth", 12, 11, "proven"), ("worth", 12, 12, "proven"), ("worth", 12, 13, "claim"),
        ("cost", 8, 9, "proven"), ("cost", 8, 8, "proven"), ("cost", 8, 7, "claim"),
    ],
)  # fmt: skip
def test_a_bound_proves_what_is_said_if_it_is_no_weaker(aim: str, said: int, bound: int, word: str) -> None:
    found = Verdict("valid", figures={"objective": 10, "cost": 10})
    stage = {"name": aim, "objective": 10, "bound": said, "brief": False}
    result = {"aim": aim, "objective": 10, "stages": [stage], "cross_check": None}
    assert judge(found, {aim: bound}, result).trust == word


def test_a_run_without_a_certificate_is_a_claim(certified: Path, tmp_path: Path, siting_cli: Run) -> None:
    run = Path(shutil.copytree(certified, tmp_path / "run"))
    assert "proven" in siting_cli("verify", run).out
    assert "已证明" in siting_cli("verify", run, lang="zh").out
    (run / "certificate.json").unlink()
    assert "cross-checked" in siting_cli("verify", run).out
    result = told(run)
    result["cross_check"] = None
    del result["seal"]
    (run / "result.json").write_text(json.dumps({**result, "seal": store.seal(result)}), encoding="utf-8")
    answer = siting_cli("verify", run, "--json").object
    assert (answer["verdict"], answer["trust"], answer["bounds"]) == ("valid", "claim", {})
    assert "solver's claim" in siting_cli("verify", run).out
    (run / "certificate.json").write_text("{", encoding="utf-8")
    answer = siting_cli("verify", run)
    assert answer.code == 7
    assert "E722" in answer.out
    assert siting_cli("report", run).code == 7  # no report for a rejected run
