"""Strategies that choose the order of messages: bounded delays try every order once, priorities keep their promise."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.cli import main
from sim.explore.hunt import hunt
from sim.explore.matrix import Plan
from sim.explore.row import Row
from sim.explore.search import search
from sim.explore.searching.delays import Delays
from sim.explore.searching.priorities import Priorities
from sim.explore.searching.strategies import strategy
from sim.explore.searching.strategy import Unsuited
from sim.explore.shrinking.case import Case, case_of
from sim.running import run
from sim.scenario.loader import load
from sim.world.trace import DELIVER, decode_records
from sim.world.units import MS
from tests.explore.stage import race
from tests.explore.test_search import raft


@pytest.fixture
def racing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return race(tmp_path, f"race_{tmp_path.name.replace('-', '_')}")


def delayed(case: Case) -> list[int]:
    found: list[int] = case.faults[0]["schedule"]["deviations"]["messages"]
    return found


def test_every_order_with_one_delay_is_tried_and_the_one_that_fails_is_found(racing: Path) -> None:
    found = search(load(racing), "delays:1", 100)
    assert [(find.kind.check, delayed(find.case)) for find in found.finds] == [("in-order", [1])]
    assert found.runs == 4
    assert found.said.startswith("exhausted: every order with at most 1 delays")


def test_the_order_without_a_delay_comes_first_and_passes(racing: Path) -> None:
    found = search(load(racing), "delays:2", 1)
    assert not found.finds
    assert found.said.startswith("stopped at 1 of at most 2 delays, with at least 3 orders")


def test_an_order_that_nobody_can_tell_from_one_before_it_is_not_taken_further(racing: Path) -> None:
    strategy = Delays(case_of(load(racing), 1), 1, 3)
    (first,) = strategy.propose()
    strategy.learn([(first, Row((), 1, "pass", messages=3, order="a"))])
    ones = strategy.propose()
    assert [delayed(case) for case in ones] == [[1], [2], [3]]
    strategy.learn([(case, Row((), 1, "pass", messages=3, order=o)) for case, o in zip(ones, "bab", strict=True)])
    assert [delayed(case) for case in strategy.propose()] == [[1, 2], [1, 3]]


def test_the_order_that_nodes_saw_says_nothing_of_times(racing: Path) -> None:
    found = search(load(racing), "delays:1", 100)
    assert "2 of 4 orders were different" in found.said  # only one delay lets a message pass another


def test_priorities_find_a_bug_of_their_depth_as_often_as_they_promise(racing: Path) -> None:
    found = search(load(racing), "priorities:2", 96)
    hits = sum(_fails(case) for case in _proposals(Priorities(case_of(load(racing), 1), 1, 2), 96))
    assert found.said.startswith("a bug of depth 2: at least 1/(6·3^1)")
    assert hits / 96 > 1 / 18


def _proposals(chosen: Priorities, count: int) -> list[Case]:
    found: list[Case] = []
    while len(found) < count:
        cases = chosen.propose()
        chosen.learn([(case, Row((), case.seed, "pass", messages=3)) for case in cases])
        found += cases
    return found


def _fails(case: Case) -> bool:
    return run(case.load(), case.seed).verdict == "fail"


def test_priorities_move_a_message_inside_the_latencies_of_the_scenario_only(racing: Path) -> None:
    took: list[int] = []
    for case in _proposals(Priorities(case_of(load(racing), 1), 1, 3), 8):
        result = run(case.load(), case.seed, keep_trace=True)
        records = decode_records(b"".join(result.trace))
        took += [record[0] - record[4] for record in records if record[1] == DELIVER]
    assert len(set(took)) == 6
    assert MS <= min(took) < 2 * MS
    assert 19 * MS < max(took) <= 20 * MS


@pytest.mark.parametrize("name", ["delays", "priorities:4"])
def test_a_network_with_one_latency_has_one_order(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    path = race(tmp_path, f"still_{name[:3]}", "1ms")
    with pytest.raises(Unsuited, match="has only one"):
        search(load(path), name, 10)
    assert main(["search", str(path), "--strategy", name, "--executor", "serial", "--no-save"]) == 4
    said = capsys.readouterr().err
    assert "--set network.latency='{uniform: [1ms, 20ms]}'" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("priorties", "no strategy named 'priorties', did you mean 'priorities'?"),
        ("random:2", "strategy random takes no number"),
        ("delays:0", "expected a number from 1 to 9, such as delays:2"),
        ("delays:", "expected a number from 1 to 9, such as delays:2"),
    ],
)
def test_a_strategy_that_there_is_not_is_refused_in_one_line(
    name: str, message: str, racing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="strategy"):
        strategy(name, case_of(load(racing), 1), 1)
    assert main(["search", str(racing), "--strategy", name]) == 4
    assert message in capsys.readouterr().err
    assert main(["mutants", "raft", "--strategies", f"random,{name}"]) == 4
    assert message in capsys.readouterr().err


def test_a_strategy_that_cannot_search_a_ground_is_said_and_not_compared() -> None:
    model, mutant, planted = raft("leader-votes")
    still = load(planted.loaded.path, ("network.latency=1ms",))
    ground = replace(planted, loaded=still)
    found, compared = hunt([(model, mutant, ground)], ["random", "delays:1"], Plan(1, 2), "serial")
    assert [(bool(one.waits), one.problem[:8]) for one in found] == [(True, ""), (False, "delays:1")]
    assert not compared
