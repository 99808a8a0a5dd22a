"""What is wrong with a scenario file is said before anything runs: all at once, with line, column and the nearest word."""

from pathlib import Path

import pytest

from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load, load_text
from sim.scenario.yaml_text import resolve_scalar

GOOD = """\
version: 1
name: try
duration: 20s
settle: 5s
systems:
  kv: {model: raft, nodes: 5, parameters: {election_timeout: [150ms, 300ms]}}
network:
  latency: {lognormal: {median: 1ms, p99: 8ms}}
  loss: 0.5%
workload:
  - {system: kv, clients: 4, rate: 50/s, keys: 3, mix: {get: 5, put: 3, cas: 2}, timeout: 1s}
faults:
  - {at: 5s, for: 8s, partition: {groups: [[leader, random:1], others]}}
  - {every: 15s, for: 3s, crash: {nodes: random:1, disk: lose-unsynced}}
nemesis: {every: {exponential: 4s}, for: 1s..5s, kinds: {partition: 3, crash: 2}, max_down: minority, swarm: true}
checks:
  - linearizable
  - sometimes: leader_changed
expect: pass
"""


def problems(text: str) -> list[str]:
    """All problems of a text, as the user reads them."""
    with pytest.raises(ScenarioErrors) as caught:
        load_text(text, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


def with_(old: str, new: str) -> str:
    assert old in GOOD, f"{old!r} is not in the good scenario"
    return GOOD.replace(old, new)


def test_a_good_scenario_loads() -> None:
    scenario = load_text(GOOD).scenario
    assert (scenario.name, scenario.duration, scenario.network.loss) == ("try", 20 * 10**9, 5_000_000)
    assert [type(entry.fault).verb for entry in scenario.faults] == ["partition", "crash"]
    assert [entry.name for entry in scenario.checks] == ["linearizable", "sometimes"]


CASES = {
    "unknown key": ("settle: 5s", "setle: 5s", "f.yaml:4:1: setle: unknown key, did you mean 'settle'?"),
    "unknown fault": (
        "partition: {groups",
        "partiton: {groups",
        "f.yaml:13:23: faults.0.partiton: unknown key, did you mean 'partition'?",
    ),
    "unknown option": (
        "disk: lose-unsynced",
        "dsk: keep",
        "f.yaml:14:52: faults.1.crash.dsk: unknown key, did you mean 'disk'?",
    ),
    "unknown choice": (
        "lose-unsynced",
        "lose-unsinced",
        "f.yaml:14:52: faults.1.crash.disk: found 'lose-unsinced', did you mean 'lose-unsynced'?",
    ),
    "number without unit": (
        "duration: 20s",
        "duration: 20",
        "f.yaml:3:1: duration: duration 20 has no unit; write '20s' if that is meant",
    ),
    "unknown model": (
        "model: raft",
        "model: rfat",
        "f.yaml:6:8: systems.kv.model: no model named 'rfat', did you mean 'raft'?",
    ),
    "unknown check": (
        "- linearizable",
        "- linearisable",
        "f.yaml:17:5: checks.0.linearisable: no check named 'linearisable', did you mean 'linearizable'?",
    ),
    "unknown landmark": (
        "leader_changed",
        "leader_chaned",
        "f.yaml:18:5: checks.1.sometimes: no landmark named 'leader_chaned', did you mean 'leader_changed'?",
    ),
    "unknown operation": (
        "cas: 2}",
        "cass: 2}",
        "f.yaml:11:73: workload.0.mix.cass: raft has no operation 'cass', did you mean 'cas'?",
    ),
    "unknown node": (
        "[[leader, random:1], others]",
        "[[n9], others]",
        "f.yaml:13:35: faults.0.partition.groups: no node named 'n9', did you mean 'n5'?",
    ),
    "unknown selector": (
        "nodes: random:1",
        "nodes: rnadom:1",
        "f.yaml:14:35: faults.1.crash.nodes: no selector 'rnadom:', did you mean 'random:'?",
    ),
    "unknown parameter": (
        "election_timeout",
        "election_timout",
        "f.yaml:6:44: systems.kv.parameters.election_timout: unknown key, did you mean 'election_timeout'?",
    ),
    "unknown kind": (
        "crash: 2}",
        "crush: 2}",
        "f.yaml:15:72: nemesis.kinds.crush: no fault named 'crush', did you mean 'crash'?",
    ),
    "duplicate key": ("settle: 5s", "name: again", "f.yaml:4:1: name: duplicate key 'name', first in line 2"),
    "settle too long": ("settle: 5s", "settle: 20s", "f.yaml:4:1: settle: 20s leaves nothing of the duration, 20s"),
    "fault too late": (
        "at: 5s",
        "at: 16s",
        "f.yaml:13:6: faults.0.at: 16s is not before 15s, when everything heals (duration - settle)",
    ),
    "two times": (
        "{at: 5s,",
        "{at: 5s, every: 3s,",
        "f.yaml:13:5: faults.0: expected one of at, every, after; found at and every",
    ),
    "a word for a number": (
        "nodes: 5",
        "nodes: five",
        "f.yaml:6:21: systems.kv.nodes: expected a whole number, found 'five'",
    ),
    "a truth value for a number": (
        "nodes: 5",
        "nodes: true",
        "f.yaml:6:21: systems.kv.nodes: expected a whole number, found true",
    ),
    "too few": ("nodes: 5", "nodes: 0", "f.yaml:6:21: systems.kv.nodes: expected at least 1, found 0"),
    "a list for a mapping": (
        "network:\n  latency",
        "network: []\nx:\n  latency",
        "f.yaml:7:1: network: expected a mapping, found a list",
    ),
    "an expectation": (
        "expect: pass",
        "expect: maybe",
        "f.yaml:19:1: expect: expected pass, fail or {violates: NAME OF A CHECK}, found 'maybe'",
    ),
    "a check that is none": (
        "expect: pass",
        "expect: {violates: election-safty}",
        "f.yaml:19:10: expect.violates: no check named 'election-safty', did you mean 'election-safety'?",
    ),
    "not YAML": (
        "name: try",
        "name: try: this",
        "f.yaml:2:10: not YAML: mapping values are not allowed in this context",
    ),
    "a tab": ("settle: 5s", "settle:\t{", "f.yaml:6:5: not YAML: did not find expected ',' or '}'"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_has_one_clear_message_at_its_place(name: str) -> None:
    old, new, message = CASES[name]
    assert message in problems(with_(old, new))


def test_all_mistakes_are_said_at_once_in_order() -> None:
    text = with_("settle: 5s", "setle: 5s").replace("loss: 0.5%", "loss: 0.5").replace("- linearizable", "- linear")
    assert [problem.split(":")[1] for problem in problems(text)] == ["4", "9", "17"]


def test_missing_keys_are_named() -> None:
    found = problems("name: x\n")
    assert any("version: missing, expected a key 'version'" in problem for problem in found)
    assert any("duration: missing, expected a key 'duration'" in problem for problem in found)


def test_ten_levels_of_aliases_are_refused_and_not_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 11)]
    assert problems("\n".join(lines))[0].endswith("aliases multiply to more than 100,000")


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as out:
        out.truncate(100_000_000)
    with pytest.raises(ScenarioErrors, match="the file has 100,000,000 bytes; a scenario has at most 1,048,576"):
        load(file)


def test_files_that_cannot_be_read_are_said_so(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(GOOD)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "two.yaml").write_text("a: 1\n---\nb: 2\n")
    (tmp_path / "list.yaml").write_text("- a\n")
    messages = {
        "scenaro.yaml": "there is no such file, did you mean '.*scenario.yaml'",
        "binary.yaml": "the file is no UTF-8 text",
        "empty.yaml": "the file is empty, expected a scenario",
        "two.yaml": "found a second document, expected one scenario a file",
        "list.yaml": "expected a mapping with version, name, duration, systems",
        ".": "this is a folder, expected a scenario file",
    }
    for name, message in messages.items():
        with pytest.raises(ScenarioErrors, match=message):
            load(tmp_path / name)


def test_deep_nesting_is_refused() -> None:
    for opening, closing in ("[]", ("{a: ", "}")):
        assert "nested" in problems("a: " + opening * 500 + closing * 500)[0]
        assert "nested" in problems("a: " + opening * 100_000)[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("0o17", 15),
        ("017", 17),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert resolve_scalar(text) == value


def test_overrides_lay_a_value_over_a_path() -> None:
    sets = (
        "network.loss=2%",
        "faults.0.at=3s",
        "systems.kv.parameters.heartbeat=40ms",
        "machines.disk=gp3",
        "checks=[linearizable]",
    )
    scenario = load_text(GOOD, overrides=sets).scenario
    assert scenario.network.loss == 20_000_000
    assert scenario.faults[0].when.at == 3 * 10**9
    assert scenario.machines.disk == "gp3"
    assert len(scenario.checks) == 1


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("network.loss", "--set network.loss: expected path=value, such as network.loss=1%"),
        ("faults.7.at=3s", "--set faults.7.at=3s: faults has 2 entries, found 7; expected a number from 0"),
        ("network.los=1%", "f.yaml: network.los: unknown key, did you mean 'loss'?"),
        ("name.x.y=1", "--set name.x.y=1: name is neither a mapping nor a list"),
    ],
)
def test_overrides_that_fit_nowhere_are_refused(override: str, message: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        load_text(GOOD, "f.yaml", (override,))
    assert message in str(caught.value)
