"""The kill matrix counts what it says: waits of disjoint blocks, promised checks only, every false alarm."""

import json
from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest

from reports.console import console
from reports.mutants import show_matrix
from sim.cli import main
from sim.explore.blocks import Block, BlockFeed
from sim.explore.families import families, without
from sim.explore.grounds import Ground, NoGround, ground, grounds_of
from sim.explore.matrix import Plan
from sim.explore.mutants import measure
from sim.explore.shrunk import Budget
from sim.explore.statistics import Wait
from sim.model import Mutant, find_model
from sim.running import run
from sim.scenario.loader import load
from tests.explore.stage import drawing

ROOT = Path(__file__).parents[2]
SHORT = ("duration=4s", "settle=1s")


def raft(name: str) -> tuple[str, Mutant, Ground]:
    mutant = find_model("raft").mutants[name]
    return "raft", mutant, ground(str(ROOT / mutant.recipe), "raft")


def test_a_matrix_says_who_found_a_mutant_how_soon_and_in_how_small_a_plan() -> None:
    found = measure([raft("leader-votes")], Plan(repeat=2, limit=20, reference=2), "serial", shrinking=Budget(60, 30))
    (cell,) = found.cells
    assert cell.killed
    assert dict(cell.found_by).keys() <= set(cell.mutant.breaks)
    assert len(cell.waits) == 2
    assert sum(wait.runs for wait in cell.waits) == len(cell.rows)
    for number, wait in enumerate(cell.waits):
        seeds = range(1 + 20 * number, 1 + 20 * number + wait.runs)
        failed = [
            bool({one.check for one in run(cell.ground.planted("leader-votes"), seed).failed} & {"election-safety"})
            for seed in seeds
        ]
        assert failed == [False] * (wait.runs - 1) + [True]
    assert cell.smallest is not None
    assert cell.smallest.faults <= 3
    assert found.survivors == ()
    (reference,) = found.reference
    assert len(reference.rows) >= max(2, len(cell.rows))
    assert reference.alarms == ()


def test_what_nothing_finds_is_listed_first_and_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    name, mutant, place = raft("vow-unsynced")
    harmless = replace(mutant, breaks=("exactly-once",))
    short = replace(place, loaded=load(place.loaded.path, SHORT))
    found = measure([raft("leader-votes"), (name, harmless, short)], Plan(repeat=2, limit=3, reference=1), "serial")
    assert [cell.mutant.name for cell in found.cells] == ["vow-unsynced", "leader-votes"]
    assert found.survivors == ("raft vow-unsynced",)
    first = found.cells[0]
    assert first.waits == (Wait(3, False), Wait(3, False))
    assert first.median is None
    assert first.cpu_median_s is None
    assert "vow-kept" in dict(first.others)


def test_a_reference_that_fails_is_a_false_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    path = drawing(tmp_path, "alarming_model", limit=60)
    model = "alarming_model:MODEL"
    mutant = Mutant("none", "does nothing", ("low",), object())
    place = Ground("drawing", load(path), model)
    monkeypatch.setattr("sim.explore.grounds.Ground.planted", lambda self, _: self.loaded)
    found = measure([(model, mutant, place)], Plan(repeat=2, limit=5, reference=9), "serial")
    (reference,) = found.reference
    assert reference.alarms
    assert {row.check for row in reference.alarms} == {"low"}


def test_a_matrix_does_not_depend_on_who_computes() -> None:
    plan = Plan(repeat=2, limit=6, reference=1)
    one, other = (measure([raft("old-votes"), raft("leader-votes")], plan, spec) for spec in ("serial", "process:2"))
    for left, right in zip(one.cells, other.cells, strict=True):
        assert left.waits == right.waits
        assert left.found_by == right.found_by
        assert [row.fingerprint for row in left.rows] == [row.fingerprint for row in right.rows]


def test_a_block_ends_at_its_first_find_and_takes_back_what_was_not_run() -> None:
    loaded = load(ROOT / "scenarios/raft/calm.yaml")
    block = Block("b", loaded, ("low",), deque(range(1, 11)))
    feed = BlockFeed([block], 60, ())
    first = feed.next()
    assert first is not None
    assert first.seeds == (1,)
    assert feed.next() is None  # its seeds are run one after another
    feed.saw("b", ())
    second = feed.next()
    assert second is not None
    assert second.seeds == (2, 3)
    feed.put_back(second.of((3,)))
    feed.saw("b", ())
    third = feed.next()
    assert third is not None
    assert third.seeds == (3, 4, 5, 6)


def test_the_swarm_and_named_scenarios_are_grounds_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    mutant = find_model("raft").mutants["local-read"]
    names = [one.name for one in grounds_of("raft", mutant, swarm=True, more=["scenarios/raft/ring.yaml"])]
    assert names == ["raft-pause-leader", "raft-swarm", "raft-ring"]
    with pytest.raises(NoGround, match="has no system of model bft"):
        ground("scenarios/raft/ring.yaml", "bft")


def test_the_reference_of_a_mutants_own_scenario_has_no_mutant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    place = ground("scenarios/raft/mutants/old-votes.yaml", "raft")
    assert place.loaded.scenario.systems["kv"].mutant == "old-votes"
    assert place.planted(None).scenario.systems["kv"].mutant is None
    assert place.planted("leader-votes").scenario.systems["kv"].mutant == "leader-votes"
    assert place.planted(None).scenario.expect == "pass"


def test_the_command_prints_the_matrix_and_fails_if_one_survives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    words = ["mutants", "raft", "--mutant", "leader-votes", "--reference", "1", "--executor", "serial"]
    assert main([*words, "--repeat", "2", "--seeds", "20", "--plain"]) == 0
    out = capsys.readouterr().out
    assert "leader-votes  raft-leader-votes  election-safety" in out
    assert "no alarm" in out
    assert main([*words, "--repeat", "1", "--seeds", "1", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["survivors"] == ["raft leader-votes"]
    assert found["mutants"][0]["waits"] == [{"runs": 1, "found": False}]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mutants", "rfat"], "no model named 'rfat', did you mean 'raft'?"),
        (["mutants", "raft", "--mutant", "old-vote"], "raft has no mutant 'old-vote', did you mean 'old-votes'?"),
        (["mutants", "raft", "--repeat", "0"], "expected 1 or more"),
        (["mutants", "raft", "--scenario", "none.yaml"], "none.yaml: there is no such file"),
        (["mutants", "raft", "--executor", "serail"], "no executor named 'serail'"),
    ],
)
def test_bad_calls_are_told_in_one_line(
    words: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(words) == 4
    assert message in capsys.readouterr().err


def test_families_are_switched_off_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    place = ground("scenarios/raft/swarm.yaml", "raft")
    assert families(place) == ("clock", "crash", "disk", "link", "network", "partition", "pause")
    nemesis = without(place, "crash").loaded.scenario.nemesis
    assert nemesis is not None
    assert set(nemesis.kinds) == {"clock", "disk", "link", "partition", "pause"}
    assert without(place, "network").loaded.scenario.network.loss == 0
    only = ground("scenarios/raft/mutants/leader-votes.yaml", "raft")
    assert without(only, "crash").loaded.scenario.faults == ()


def test_a_matrix_says_which_faults_a_mutant_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    name, mutant, place = raft("forgets-vote")
    faults = "faults=[{every: 1s, for: 300ms, crash: {nodes: random:2}}, {at: 1s, for: 100ms, pause: {nodes: n1}}]"
    short = replace(place, loaded=load(place.loaded.path, ("duration=6s", "settle=1s", faults)))
    found = measure([(name, mutant, short)], Plan(repeat=1, limit=4, reference=1, families=2), "serial")
    assert [cell.needs for cell in found.cells] == [("crash",)]
    show_matrix(console(plain=True), found)
    out = capsys.readouterr().out
    assert "seeds until found without a family of faults (- not in 2)" in out
    assert main(["mutants", "raft", "--families", "-1"]) == 4
