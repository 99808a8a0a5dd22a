"""Searches propose valid cases, do not depend on who computes, and leave what they find as scenarios that show it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cli import main
from sim.explore.failure import failures_of
from sim.explore.grounds import Ground, ground
from sim.explore.hunt import hunt
from sim.explore.matrix import Plan
from sim.explore.row import Row
from sim.explore.search import search
from sim.explore.searching.mutation import mutated
from sim.explore.searching.strategies import STRATEGIES, Coverage
from sim.explore.searching.strategy import GENERATION
from sim.explore.shrinking.case import case_of, ns_of
from sim.model import Mutant, find_model
from sim.running import run
from sim.scenario.loader import load
from sim.strategies import faults
from sim.world.streams import Stream
from sim.world.units import SECOND

ROOT = Path(__file__).parents[2]
SWARM = load(ROOT / "scenarios/raft/swarm.yaml", ("duration=4s", "settle=1s", "workload.0.rate=10/s"))
PLANTED = load(SWARM.path, (*SWARM.overrides, "systems.kv.mutant=forgets-committed"))


@settings(max_examples=60, deadline=None)
@given(st.lists(faults(("n1", "n2"), storm_ns=3 * SECOND), max_size=4), st.integers(0, 10**6))
def test_a_changed_plan_is_a_plan(entries: list[dict[str, object]], chance: int) -> None:
    own = [{"id": f"f{number}", **entry} for number, entry in enumerate(entries)]
    found = mutated(own, own, 3 * SECOND, Stream(chance, "test"))
    assert found == mutated(own, own, 3 * SECOND, Stream(chance, "test"))
    assert len({fault["id"] for fault in found}) == len(found)
    assert all(0 <= (ns_of(fault, "at") or 0) < 3 * SECOND for fault in found)
    case = case_of(SWARM, 1)
    case.of({**{key: one for key, one in case.data.items() if key != "nemesis"}, "faults": found}).load()


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name != "delays"])
def test_proposals_are_valid_and_the_same_for_the_same_seed(name: str) -> None:
    one, other = (STRATEGIES[name](case_of(SWARM, 1), 7) for _ in range(2))
    for _ in range(3):
        proposals = one.propose()
        assert proposals == other.propose()
        assert len(proposals) == GENERATION
        rows = [(case, Row((), case.seed, "pass", features=(number, 99))) for number, case in enumerate(proposals)]
        for case in proposals:
            case.load()
        one.learn(rows)
        other.learn(rows)


def test_rare_features_and_fresh_cases_get_most_of_the_work() -> None:
    strategy = Coverage(case_of(SWARM, 1), 1)
    first = strategy.propose()
    common = [
        (case, Row((), case.seed, "pass", features=(1,) if number else (1, 2, 3, 4)))
        for number, case in enumerate(first)
    ]
    strategy.learn(common)
    assert [known.case for known in strategy._corpus] == [first[0]]
    assert strategy._energy(strategy._corpus[0]) > 2900
    strategy.learn([(case, Row((), case.seed, "pass", features=(1,))) for case in strategy.propose()])
    assert strategy._corpus[0].uses > 0
    assert strategy._energy(strategy._corpus[0]) < 100


@pytest.mark.parametrize("name", ["coverage"])
def test_a_search_does_not_depend_on_who_computes(name: str) -> None:
    one, other = (search(PLANTED, name, 18, executor=spec) for spec in ("serial", "process:2"))
    assert (one.runs, one.features, one.new) == (other.runs, other.features, other.new)
    assert [(find.kind, find.run, find.case) for find in one.finds] == [(f.kind, f.run, f.case) for f in other.finds]


def test_what_is_found_is_a_case_that_fails_so_again() -> None:
    found = search(PLANTED, "coverage", 60, until=())
    (find,) = found.finds
    assert find.run == found.runs
    assert find.kind in failures_of(run(find.case.load(), find.case.seed))


def raft(name: str) -> tuple[str, Mutant, Ground]:
    mutant = find_model("raft").mutants[name]
    return "raft", mutant, ground(str(ROOT / mutant.recipe), "raft")


def test_strategies_are_compared_on_the_same_mutants() -> None:
    plan = Plan(repeat=2, limit=6)
    found, compared = hunt([raft("leader-votes")], ["random", "swarm"], plan, "serial")
    assert [(one.strategy, len(one.waits)) for one in found] == [("random", 2), ("swarm", 2)]
    assert all(wait.runs <= 6 for one in found for wait in one.waits)
    (comparison,) = compared
    assert 0 < comparison.p <= comparison.corrected <= 1


def test_the_command_writes_what_it_finds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["search", SWARM.path, "--runs", "40", "--until-failure", "--executor", "serial", "--save", str(tmp_path)]
    for one in PLANTED.overrides:
        words += ["--set", one]
    assert main([*words, "--json"]) == 1
    (find,) = json.loads(capsys.readouterr().out)["finds"]
    assert main(["run", find["file"], "--no-save", "--plain"]) == 1
    assert find["detail"] in capsys.readouterr().out
    assert main([*words, "--plain"]) == 1
    assert f"Reproduce  sim run {find['file']}" in capsys.readouterr().out
    assert main(["search", SWARM.path, "--runs", "0"]) == 4
