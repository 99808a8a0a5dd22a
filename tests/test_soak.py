"""The soak spreads seeds, keeps every alarm, and goes on where it was stopped."""

import json
from pathlib import Path

import pytest

from benchmarks import soak
from sim.explore.feed import Order
from sim.explore.sweep import Sweep, sweep

CALM = "scenarios/raft/calm.yaml"
BROKEN = Path("scenarios/raft/mutants/leader-votes.yaml")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(soak, "FOLDER", tmp_path)
    monkeypatch.setattr(soak, "RECORD", tmp_path / "references.json")
    return tmp_path


def start(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["soak", "--executor", "serial", *words])
    return soak.main()


def test_blocks_give_every_reference_the_same_seeds_in_turn() -> None:
    taken = list(soak.blocks(2, first=5, total=10, size=3))
    assert taken == [(0, range(5, 8)), (1, range(5, 8)), (0, range(8, 10)), (1, range(8, 10))]


def test_every_scenario_of_all_faults_that_must_pass_is_soaked() -> None:
    found = {one.name for one in soak.references([])}
    assert {"raft-swarm", "raft-swarm-lease", "raft-swarm-rot", "veristore-swarm", "store-swarm"} <= found
    assert {"bft-swarm", "bft-swarm smvba", "bft-swarm vaba", "bft-swarm ckps"} <= found


def test_all_mixes_of_a_model_can_be_soaked_but_those_that_it_should_not_pass() -> None:
    found = {one.loaded.path for one in soak.references((), ("raft",))}
    assert {"scenarios/raft/calm.yaml", "scenarios/raft/swarm.yaml"} <= found
    assert "scenarios/raft/lying-fsync.yaml" not in found


def test_the_record_keeps_what_the_same_code_came_to_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(monkeypatch, "--scenario", CALM, "--seeds", "1")
    start(monkeypatch, "--scenario", "scenarios/raft/torn-log.yaml", "--seeds", "1")
    kept = json.loads((folder / "references.json").read_text())["references"]
    assert [one["reference"] for one in kept] == ["raft-calm", "raft-torn-log"]


def test_a_soak_goes_on_where_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start(monkeypatch, "--scenario", CALM, "--seeds", "2")
    capsys.readouterr()
    ran: list[int] = []

    def noted(order: Order, executor: str, results: Path) -> Sweep:
        ran.extend(order.seeds)
        return sweep(order, executor, results)

    monkeypatch.setattr(soak, "sweep", noted)
    assert start(monkeypatch, "--scenario", CALM, "--seeds", "3", "--block", "1") == 0
    assert ran == [3]
    assert "3 seeds of 1 references: 0 alarms" in capsys.readouterr().out


def test_an_alarm_is_told_and_recorded_with_its_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = folder / "broken.yaml"
    scenario.write_text(BROKEN.read_text().replace("expect: {violates: election-safety}", "expect: pass"))
    assert start(monkeypatch, "--scenario", str(scenario), "--seeds", "6") == 1
    record = json.loads((folder / "references.json").read_text())["references"][0]
    alarm = record["alarms"][0]
    assert record["seeds"] == 6
    assert alarm["command"] == f"sim run {scenario} --seed {alarm['seed']}"
    assert f"ALARM  {alarm['command']}: {alarm['check']}" in capsys.readouterr().out
