"""A scenario of several systems: each keeps its own promises, and a verdict says whose it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim import load, run
from sim.scenario.errors import ScenarioErrors

TEXT = """
version: 1
name: two-groups
seed: 2
duration: 8s
settle: 4s
systems:
  kv: {model: raft, nodes: 3}
  log: {model: raft, nodes: 3, mutant: forgets-vote}
workload:
  - {system: kv, clients: 1, rate: 20/s, keys: 1, mix: {get: 1, put: 1}}
  - {system: log, clients: 1, rate: 20/s, keys: 1, mix: {get: 1, put: 1}}
faults:
  - {every: 250ms, for: 40ms, times: 12, crash: {nodes: log/majority, disk: keep}}
checks:
  - linearizable
  - sometimes: leader_changed
expect: EXPECT
"""


Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(expect: str) -> Path:
        (tmp_path / "two.yaml").write_text(TEXT.replace("EXPECT", expect))
        return tmp_path / "two.yaml"

    return write


def test_a_verdict_names_the_system_it_is_about(write: Write) -> None:
    found = run(write("fail"))
    names = [one.check for one in found.checks]
    assert {"kv/linearizable", "log/linearizable", "kv/vow-kept", "sometimes log/leader_changed"} <= set(names)
    assert len(names) == len(set(names))
    assert {name.partition("/")[0] for name in (one.check for one in found.failed)} == {"log"}


@pytest.mark.parametrize("expect", ["{violates: vow-kept}", "{violates: log/vow-kept}"])
def test_a_scenario_may_expect_a_violation_of_either_or_of_one(write: Write, expect: str) -> None:
    assert run(write(expect)).met


def test_the_other_system_does_not_break_what_is_expected_of_one(write: Write) -> None:
    assert not run(write("{violates: kv/vow-kept}")).met


def test_a_system_that_is_not_there_is_found_before_the_run(write: Write) -> None:
    with pytest.raises(ScenarioErrors, match="no check named 'kw/vow-kept', did you mean"):
        load(write("{violates: kw/vow-kept}"))
