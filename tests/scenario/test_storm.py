"""Faults fire, heal, wait, are skipped with a reason, and are all gone when the system settles."""

from sim.running import Running, run
from sim.scenario.loader import load_text
from sim.world.units import MS, SECOND

HEAD = """\
version: 1
name: storm
duration: 10s
settle: 4s
systems: {kv: {model: raft, nodes: 3}}
workload: {clients: 1, rate: 10/s, keys: 1, mix: {get: 1, put: 1}}
faults:
"""


def test_a_fault_heals_after_its_time_or_when_the_system_settles() -> None:
    text = HEAD + (
        "  - {at: 1s, for: 2s, pause: {nodes: n1}}\n"
        "  - {at: 5s, for: 3s, crash: {nodes: n2}}\n"
        "  - {at: 2s, partition: {isolate: n3}}"
    )
    fired = run(load_text(text), 1).fired
    assert [(f.kind, f.inject_ns, f.heal_ns, f.targets) for f in fired] == [
        ("pause", 1 * SECOND, 3 * SECOND, ("n1",)),
        ("partition", 2 * SECOND, 6 * SECOND, ("n3", "n1", "n2")),
        ("crash", 5 * SECOND, 6 * SECOND, ("n2",)),
    ]


def test_nothing_is_left_broken_when_the_system_settles() -> None:
    text = HEAD + (
        "  - {every: 300ms, for: 5s, crash: {nodes: random:1, disk: torn}}\n"
        "  - {every: 500ms, for: 5s, partition: {halves: true, flapping: 100ms}}\n"
        "  - {every: 700ms, for: 5s, clock: {nodes: random:2, freeze: true}}\n"
        "  - {every: 900ms, for: 5s, disk: {nodes: random:1, read-only: true}}"
    )
    running = Running(load_text(text), 4, keep_trace=False)
    before = running.world.network.state()
    result = running.finish()
    assert running.world.network.state() == before
    assert all(node.up and not node.paused and not node.clock.frozen for node in running.world.nodes.values())
    assert all(fault.heal_ns is not None for fault in result.fired)
    assert result.verdict == "pass"


def test_a_fault_without_a_target_is_skipped_and_says_why() -> None:
    text = HEAD + "  - {at: 10ms, for: 1s, crash: {nodes: leader}}\n  - {at: 5s, for: 1s, pause: {nodes: n1}}"
    result = run(load_text(text), 1)
    assert [(s.kind, s.at_ns, s.reason) for s in result.skipped] == [("crash", 10 * MS, "no leader")]


def test_a_fault_that_waits_fires_as_soon_as_there_is_a_target() -> None:
    text = HEAD + "  - {at: 10ms, for: 1s, if_none: wait, crash: {nodes: leader}}"
    fired = run(load_text(text), 1).fired
    assert len(fired) == 1
    assert 10 * MS < fired[0].inject_ns < 2 * SECOND


def test_a_fault_can_wait_for_an_event() -> None:
    text = HEAD + "  - {after: BecameLeader, times: 2, for: 100ms..300ms, pause: {nodes: leader}}"
    fired = run(load_text(text), 1).fired
    assert len(fired) == 2
    assert all(100 * MS <= (f.heal_ns or 0) - f.inject_ns <= 300 * MS for f in fired)


def test_a_plan_of_which_nothing_fired_is_unknown_and_not_a_pass() -> None:
    result = run(load_text(HEAD + "  - {at: 10ms, for: 1s, crash: {nodes: leader}}"), 1)
    assert result.fired == ()
    assert result.verdict == "unknown"
    assert "says nothing about surviving faults" in result.notes[0]
