"""What shrinking leaves fails in the same way, needs every fault that is left, and does not depend on who computed."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cli import main
from sim.explore.emit import emit, named, pytest_text, scenario_text
from sim.explore.failure import failures_of, without_particulars
from sim.explore.shrink import shrink
from sim.explore.shrinking.ddmin import ddmin
from sim.explore.shrunk import Budget, NotConcrete, NothingToShrink, Shrunk
from sim.model import find_model
from sim.running import run
from sim.scenario.loader import Loaded, load
from sim.scenario.yaml_text import parse
from sim.scenario.yaml_writer import flow, write_scenario
from tests.explore.stage import drawing, two_of_twenty

ROOT = Path(__file__).parents[2]
QUICK = {"vow-unsynced": 1, "leader-votes": 2, "silent-old-term": 1}
"""Mutants of Raft whose recipe fails and shrinks within a second or two, and a seed of it."""

sets = st.sets(st.integers(0, 30), max_size=5)


def recipe(name: str) -> Loaded:
    mutant = find_model("raft").mutants[name]
    return load(ROOT / mutant.recipe, (f"systems.kv.mutant={name}", "expect=pass"))


@settings(max_examples=200)
@given(st.integers(1, 31), sets, st.integers(1, 40))
def test_ddmin_finds_exactly_what_a_failure_needs(size: int, needed: set[int], parts_max: int) -> None:
    needed = {one for one in needed if one < size}
    asked = 0

    def first_failing(lists: Sequence[list[int]]) -> int | None:
        nonlocal asked
        for place, one in enumerate(lists):
            asked += 1
            if needed <= set(one):
                return place
        return None

    assert ddmin(range(size), first_failing) == sorted(needed)
    assert asked <= size * size + 4 * size + 8
    coarse = ddmin(range(size), first_failing, parts_max)
    assert needed <= set(coarse)


@settings(max_examples=200)
@given(st.integers(1, 14), st.integers(0, 2**32))
def test_ddmin_is_1_minimal_for_any_failure_at_all(size: int, chance: int) -> None:
    def fails(items: Sequence[int]) -> bool:
        return len(items) == size or hash((tuple(items), chance)) % 3 == 0

    def first_failing(lists: Sequence[list[int]]) -> int | None:
        return next((place for place, one in enumerate(lists) if fails(one)), None)

    left = ddmin(range(size), first_failing)
    assert fails(left)
    if len(left) > 1:
        assert not any(fails(left[:at] + left[at + 1 :]) for at in range(len(left)))


@pytest.fixture(scope="module")
def shrunk_mutants() -> dict[str, Shrunk]:
    return {name: shrink(recipe(name), seed, budget=Budget(300, 40)) for name, seed in QUICK.items()}


@pytest.mark.parametrize("name", QUICK)
def test_what_is_left_fails_in_the_same_way(name: str, shrunk_mutants: dict[str, Shrunk]) -> None:
    found = shrunk_mutants[name]
    assert found.finished
    again = run(found.case.load(), found.case.seed)
    assert found.kind in failures_of(again)
    assert found.kind in failures_of(run(recipe(name), QUICK[name]))
    assert again.met
    assert len(found.needed) <= 3
    assert found.after.events < found.before.events / 4


@pytest.mark.parametrize("name", QUICK)
def test_without_any_one_fault_that_is_left_it_passes(name: str, shrunk_mutants: dict[str, Shrunk]) -> None:
    found = shrunk_mutants[name]
    for place in range(len(found.needed)):
        rest = found.case.with_faults(found.needed[:place] + found.needed[place + 1 :])
        assert found.kind not in failures_of(run(rest.load(), rest.seed))


@pytest.mark.parametrize("name", ["vow-unsynced", "silent-old-term", "leader-votes"])
def test_shrinking_what_is_shrunk_changes_nothing(name: str, shrunk_mutants: dict[str, Shrunk]) -> None:
    found = shrunk_mutants[name]
    again = shrink(found.case.load(), found.case.seed, budget=Budget(300, 40))
    assert again.case.data == found.case.data


def test_the_result_does_not_depend_on_the_number_of_workers(shrunk_mutants: dict[str, Shrunk]) -> None:
    found = shrink(recipe("leader-votes"), 2, executor="process:3", budget=Budget(300, 40))
    assert found.case == shrunk_mutants["leader-votes"].case
    assert found.runs == shrunk_mutants["leader-votes"].runs


def test_a_bug_of_two_faults_among_twenty_shrinks_to_these_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    found = shrink(load(two_of_twenty(tmp_path, "twenty_model")), 5)
    assert found.before.faults == 20
    assert [fault["id"] for fault in found.needed] == ["f3", "f12"]
    assert found.after.nodes == 2
    assert found.after.duration_ns < found.before.duration_ns / 2


def test_a_crash_of_the_model_shrinks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    more = "faults: [{at: 100ms, for: 100ms, pause: {nodes: n2}}]\n"
    path = drawing(tmp_path, "shrinking_crash", act="raise ValueError('no')", more=more)
    found = shrink(load(path), 1)
    assert found.needed == []
    assert str(found.kind) == "crash: ValueError in shrinking_crash.py, Drawer.act"
    namespace: dict[str, object] = {}
    exec(pytest_text(found, named(found.case, "no-cheese")), namespace)
    namespace["test_no_cheese_is_still_there"]()  # type: ignore[operator] # the test that was written


def test_candidates_that_end_their_worker_do_not_fail_and_accuse_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    in_worker = "__import__('multiprocessing').parent_process()"
    ends = f"os._exit(7) if {in_worker} and len(self._node._world.nodes) == 1 else None"
    more = "faults: [{at: 100ms, for: 100ms, pause: {nodes: n2}}]\n"
    path = drawing(tmp_path, "ending_candidates", act=ends, limit=10, more=more)
    found = shrink(load(path), 1, executor="process:2", folders=(str(tmp_path),))
    assert found.finished
    assert found.after.nodes == 2
    assert found.kind.check == "low"


def test_code_that_was_edited_meanwhile_is_named_as_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    path = drawing(
        tmp_path,
        "edited_meanwhile",
        act="__import__('pathlib').Path(__file__).write_text('')",
        limit=10,
    )
    with pytest.raises(NotConcrete, match="was edited since this began: run it again"):
        shrink(load(path), 1, budget=Budget(runs=0))


def test_the_budget_ends_a_shrink_with_what_it_has() -> None:
    found = shrink(recipe("leader-votes"), 2, budget=Budget(runs=6))
    assert not found.finished
    assert found.runs == 6
    assert found.kind in failures_of(run(found.case.load(), found.case.seed))


def test_a_seed_that_fails_otherwise_or_not_at_all_is_refused() -> None:
    with pytest.raises(NothingToShrink, match="violates nothing"):
        shrink(recipe("leader-votes"), 1)
    with pytest.raises(NothingToShrink, match="does not violate liveness, but"):
        shrink(recipe("vow-unsynced"), 1, check="liveness")


def test_another_failure_can_be_chosen() -> None:
    found = shrink(recipe("leader-votes"), 12, check="log-matching", budget=Budget(runs=20))
    assert found.kind.check == "log-matching"


def test_what_is_written_runs_as_expected_and_its_test_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["shrink", str(ROOT / "scenarios/raft/mutants/vow-unsynced.yaml"), "--seed", "1", "--executor", "serial"]
    where = ["--out", str(tmp_path / "bugs"), "--tests", str(tmp_path / "tests")]
    assert main([*words, *where, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert main(["validate", found["file"]]) == 0
    assert main(["run", found["file"], "--no-save", "--plain"]) == 0
    assert "expected: violates vow-kept, as it is" in capsys.readouterr().out
    text = Path(found["test"]).read_text()
    namespace: dict[str, object] = {}
    exec(text, namespace)
    (test,) = [one for name, one in namespace.items() if name.startswith("test_")]
    test()  # type: ignore[operator] # the test that was written
    assert len(text.splitlines()) <= 40
    assert main([*words, *where, "--plain"]) == 0
    assert sorted(file.name for file in (tmp_path / "bugs").iterdir()) == ["raft-vow-unsynced-vow-kept.yaml"]


def test_another_bug_of_the_same_name_gets_a_name_of_its_own(tmp_path: Path, shrunk_mutants: dict[str, Shrunk]) -> None:
    found = shrunk_mutants["vow-unsynced"]
    (tmp_path / "raft-vow-unsynced-vow-kept.yaml").write_text("another\n")
    written = emit(found, tmp_path, None)
    assert written.scenario.name == "raft-vow-unsynced-vow-kept-2.yaml"
    assert load(written.scenario).scenario.name == "raft-vow-unsynced-vow-kept-2"
    assert scenario_text(found, named(found.case, "x")).startswith("# Found by: sim run ")


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text(max_size=12), st.floats(allow_nan=False, width=16),
    st.sampled_from(["no", "on", "null", "~", "1", "1.5", "0x1f", "150ms", "1s..5s", "50/s", "a: b", "#x", "r:1", ""]),
)  # fmt: skip
data = st.recursive(
    scalars.filter(lambda one: one not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "faults", "systems", "zz", "checks"]), data, min_size=1))
def test_whatever_is_written_reads_back(found: dict[str, object]) -> None:
    text = write_scenario(found, ["a header"], {0: "a note"})  # type: ignore[arg-type] # any data
    assert parse(text, "<text>").data == found
    assert list(parse(text, "<text>").data) == sorted(found, key=list(parse(text, "<text>").data).index)  # type: ignore[arg-type]


def test_flow_needs_no_quotes_where_yaml_needs_none() -> None:
    entry = {"id": "f3", "at": "2100ms", "for": "1s..5s", "crash": {"nodes": ["n2", "random:1"], "disk": "keep"}}
    assert flow(entry) == "{id: f3, at: 2100ms, for: 1s..5s, crash: {nodes: [n2, random:1], disk: keep}}"  # type: ignore[arg-type]
    assert flow({"x": ["no", "12", "a, b", ""]}) == '{x: [no, "12", "a, b", ""]}'


@pytest.mark.parametrize(
    ("detail", "kind"),
    [
        ("term 3: n2 at 169.071ms and n13 at 1.83s", "term N: NODE at TIME and NODE at TIME"),
        ("n1, n2 and n3 of 5 do not hold it", "NODE of N do not hold it"),
        ("n5 leads with nothing at index 129", "NODE leads with VALUE at index N"),
        ("n5 leads with 8c3e1f00 at index 12,900", "NODE leads with VALUE at index N"),
        ("kv/n1 read 'it''s' and \"n2\"", "NODE read VALUEVALUE and VALUE"),
    ],
)  # fmt: skip
def test_particulars_are_taken_out_of_a_sentence(detail: str, kind: str) -> None:
    assert without_particulars(detail, ["n1", "n2", "n3", "n5", "n13", "kv/n1"]) == kind
