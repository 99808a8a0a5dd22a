"""Scenarios of the Twins simulator: read, checked, and run as our own."""

import json
from pathlib import Path

import pytest

from benchmarks.agreement.twins import main
from models.bft.twins import as_yaml, read
from sim.running import run
from sim.scenario.loader import load_text

FILE = {
    "num_of_nodes": 4,
    "num_of_twins": 1,
    "scenarios": [
        {
            "round_leaders": {"1": [0, 4], "2": [2]},
            "round_partitions": {"1": [[0, 1, 2], [3, 4]], "2": [[0, 3], [1, 2, 4]], "3": [[0, 1, 2, 3, 4]]},
        },
        {
            "round_leaders": {"1": [1]},
            "round_partitions": {"1": [[0, 1], [2, 3, 4]], "2": [[0, 1, 2, 3, 4]]},
            "firewall": {"2": {"1": [0, 2]}},
        },
    ],
}


def test_partitions_become_sides_of_the_twin_and_groups_of_the_schedule() -> None:
    text = as_yaml(read(json.dumps(FILE)), 1, "smvba")
    assert '"twin":{"rounds":[{"first":["n2","n3"],"second":["n4"]},{"first":["n4"],"second":["n2","n3"]}' in text
    assert '"by-round":{"rounds":[[["n1","n2","n3"],["n4","n1"]],[["n1","n4"],["n2","n3","n1"]]' in text
    assert '"scripted":[0,0,2,0,1,2,3]' in text


def test_a_firewall_becomes_walls() -> None:
    assert '"walls":[{},{"n2":["n1","n3"]}]' in as_yaml(read(json.dumps(FILE)), 2, "smvba")


@pytest.mark.parametrize("protocol", ["rbc", "bca", "mmr14conf", "ckps", "vaba", "smvba", "pmvba"])
def test_every_protocol_survives_them(protocol: str) -> None:
    twins = read(json.dumps(FILE))
    for number in (1, 2):
        result = run(load_text(as_yaml(twins, number, protocol)), number)
        assert result.verdict == "pass", [one.detail for one in result.checks if one.status != "pass"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_of_twins": 5}, "5 twins of 4 nodes: expected 1 to 1000 nodes, and no more twins than nodes"),
        ({"scenarios": []}, "no scenarios in it"),
        ({"nodes": 4}, "unknown field `nodes`"),
        ({"num_of_nodes": "four"}, "Expected `int`, got `str` - at `$.num_of_nodes`"),
        ({"scenarios": [{"round_partitions": {"1": [[0, 7]]}}]}, "scenario 1: round_partitions, round 1: no node 7"),
        ({"scenarios": [{"round_partitions": {"one": [[0]]}}]}, "a round is a number, found 'one'"),
        ({"scenarios": [{"round_leaders": {"1": [0]}}]}, "scenario 1: no round_partitions"),
    ],
)
def test_a_bad_file_is_one_clear_line(
    change: dict[str, object], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "twins.json"
    path.write_text(json.dumps({**FILE, **change}))
    assert main([str(path), "-o", str(tmp_path)]) == 4
    shown = capsys.readouterr().err
    assert said in shown
    assert shown.count("\n") == 1


def test_the_command_writes_one_scenario_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "twins.json"
    path.write_text(json.dumps(FILE))
    assert main([str(path), "-o", str(tmp_path), "vaba"]) == 0
    assert sorted(one.name for one in tmp_path.glob("*.yaml")) == ["vaba-twins-1.yaml", "vaba-twins-2.yaml"]
    assert main([str(path), "-o", str(tmp_path), "paxos"]) == 4
    assert main([str(tmp_path / "none.json"), "-o", str(tmp_path)]) == 4
    assert main([str(path)]) == 4
    assert "no protocol 'paxos'" in capsys.readouterr().err
