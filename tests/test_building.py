"""A scenario's setting becomes the world's: zones, clocks, disks, names, scripts."""

import pytest

from sim.running import Running, run
from sim.scenario.loader import load_text
from sim.world.units import MS, SECOND

HEAD = """\
version: 1
name: built
duration: 8s
settle: 4s
systems: {kv: {model: raft, nodes: 3}}
"""


def test_zones_are_as_far_apart_as_the_scenario_says() -> None:
    text = HEAD + (
        "network:\n"
        "  latency: 1ms\n"
        "  zones:\n"
        "    members: {eu: [n1, n2], us: [n3, clients]}\n"
        "    links: [{zones: [eu, us], latency: 40ms}]\n"
        "workload: {clients: 1, rate: 5/s, keys: 1, mix: {put: 1}}\n"
    )
    running = Running(load_text(text), 1, keep_trace=True)
    result = running.finish()
    assert result.verdict == "pass"
    flights = {
        (record[2], record[3]): record[0] - record[4] for record in running.world.trace.records() if record[1] == 1
    }
    assert flights["n1", "n2"] == 1 * MS
    assert flights["n1", "n3"] == flights["n3", "n1"] == 40 * MS


def test_clocks_start_off_and_drift_as_far_as_the_scenario_lets_them() -> None:
    text = HEAD + "machines: {clock: {offset: 5s, drift: 200ppm}}\n"
    world = Running(load_text(text), 3, keep_trace=False).world
    offsets = [node.clock.offset for node in world.nodes.values()]
    drifts = [node.clock.drift_ppm for node in world.nodes.values()]
    assert all(abs(offset) <= 5 * SECOND for offset in offsets)
    assert all(abs(drift) <= 200 for drift in drifts)
    assert len(set(offsets)) == len(set(drifts)) == 3


def test_a_slow_disk_profile_makes_writes_slower() -> None:
    def slowest(disk: str) -> int:
        work = "workload: {clients: 1, rate: 5/s, keys: 1, mix: {put: 1}}\n"
        result = run(load_text(HEAD + work + f"machines: {{disk: {disk}}}\n"), 2)
        return max((op.ret_ns or 0) - op.call_ns for op in result.history if op.outcome == "ok")

    assert slowest("hdd") > slowest("nvme-plp") + 10 * MS


def test_two_systems_have_names_of_their_own_and_checks_of_their_own() -> None:
    text = HEAD.replace("{kv: {model: raft, nodes: 3}}", "{a: {model: raft, nodes: 3}, b: {model: raft, nodes: 3}}") + (
        "workload:\n"
        "  - {system: a, clients: 1, rate: 5/s, keys: 1, mix: {put: 1, get: 1}}\n"
        "  - {system: b, clients: 2, rate: 9/s, keys: 1, mix: {put: 1, get: 1}}\n"
        "faults:\n  - {at: 1s, for: 1s, crash: {nodes: a/n1}}\n"
        "checks: [linearizable]\n"
    )
    result = run(load_text(text), 1)
    assert result.servers == ("a/n1", "a/n2", "a/n3", "b/n1", "b/n2", "b/n3")
    assert result.clients == ("a/c1", "b/c1", "b/c2")
    assert {"a/election-safety", "b/election-safety"} <= {check.check for check in result.checks}
    assert result.verdict == "pass"


def test_literal_operations_are_done_at_their_times_by_their_clients() -> None:
    text = HEAD + (
        "workload:\n"
        "  operations:\n"
        "    - {at: 2s, client: c1, put: [x, 17]}\n"
        "    - {at: 3s, client: c2, get: x}\n"
        "    - {at: 4s, client: c1, cas: [x, 17, 18]}\n"
        "checks: [linearizable]\n"
    )
    result = run(load_text(text), 1)
    assert [(op.client, op.f, op.key, op.arg, op.result) for op in result.history] == [
        ("c1", "put", "x", "17", None),
        ("c2", "get", "x", None, "17"),
        ("c1", "cas", "x", ("17", "18"), "17"),
    ]
    assert [op.call_ns // SECOND for op in result.history] == [2, 3, 4]
    assert result.verdict == "pass"


def test_a_limit_of_events_leaves_the_run_undecided() -> None:
    result = run(load_text(HEAD + "limits: {events: 200}\n"), 1)
    assert result.verdict == "unknown"
    assert "200 events were not enough" in result.notes[0]


@pytest.mark.parametrize("seed", [1, 2])
def test_checks_disturb_nothing(seed: int) -> None:
    work = "workload: {clients: 2, rate: 20/s, keys: 2, mix: {put: 1, get: 1}}\n"
    with_checks = HEAD + work + "checks: [linearizable, {eventually: {progress: 3s}}, {sometimes: leader_changed}]\n"
    assert run(load_text(with_checks), seed).fingerprint == run(load_text(HEAD + work), seed).fingerprint
