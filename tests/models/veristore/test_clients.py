"""Clients of a store that holds everything in memory: what they do and what they say of it."""

from pathlib import Path

import pytest

from sim import Run, load, run

SCENARIO = """
version: 1
name: standin
about: Clients against a store in memory.
seed: 1
duration: 10s
settle: 3s
systems:
  kv:
    model: "tests.models.veristore.standin:MODEL"
    nodes: {nodes}
    parameters:
      {{chunk_size: 256, body_max: 900, part_min: 300, grace: 1s, upload_ttl: 2s, result_kept: 3s, tick_every: 300ms,
       collect_every: 500ms, page_max: 2, sessions: {sessions}, session_max: {session_max}}}
network:
  latency: {{lognormal: {{median: {latency}, p99: 20ms}}}}
  loss: {loss}
workload:
  - {{system: kv, clients: 4, rate: 200/s, keys: 4, timeout: 1s{mix}}}
checks:
  - linearizable
  - {{sometimes: cas_lost}}
expect: pass
"""


def play(
    path: Path, seed: int = 1, *, nodes: int = 1, sessions: bool = True, session_max: int = 100, loss: str = "2%",
    latency: str = "1ms", mix: str = "",
) -> Run:  # fmt: skip
    file = path / "standin.yaml"
    text = SCENARIO.format(
        nodes=nodes, sessions=str(sessions).lower(), session_max=session_max, loss=loss, latency=latency, mix=mix
    )
    file.write_text(text)
    return run(load(file), seed)


def failures(result: Run) -> list[tuple[str, str]]:
    return [(check.check, check.detail) for check in result.failed]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("nodes", [1, 3])
def test_all_verbs_together_break_no_promise(tmp_path: Path, seed: int, nodes: int) -> None:
    result = play(tmp_path, seed, nodes=nodes)
    assert failures(result) == []
    assert {op.f for op in result.history.ops} == {"get", "put", "put-if", "head", "delete", "list"}


@pytest.mark.parametrize("seed", [1, 2])
def test_without_sessions_nothing_is_done_twice_either(tmp_path: Path, seed: int) -> None:
    result = play(tmp_path, seed, sessions=False, loss="10%")
    assert failures(result) == []
    assert result.counts.unknown > 10


def test_a_client_whose_session_has_expired_opens_another_and_does_nothing_twice(tmp_path: Path) -> None:
    result = play(tmp_path, session_max=4, loss="5%")
    assert failures(result) == []
    assert result.counts.ok > 5 * result.counts.fail > 0


def test_lost_messages_are_made_good_by_sessions(tmp_path: Path) -> None:
    result = play(tmp_path, loss="10%")
    assert failures(result) == []
    assert result.counts.unknown * 20 < result.counts.ok


def test_what_never_reached_the_commit_is_known_to_have_failed(tmp_path: Path) -> None:
    result = play(tmp_path, loss="30%", mix=", mix: {put-object: 1, get-object: 1}")
    puts = [op for op in result.history.ops if op.f == "put"]
    assert {"ok", "fail"} <= {op.outcome for op in puts}
    assert failures(result) == []


def test_every_value_and_every_body_is_of_one_write(tmp_path: Path) -> None:
    result = play(tmp_path)
    written = [
        op.arg[1] if isinstance(op.arg, tuple) else op.arg for op in result.history.ops if op.f.startswith("put")
    ]
    assert len(written) == len(set(written))
    etags = [op.result for op in result.history.ops if op.f.startswith("put") and isinstance(op.result, str)]
    assert len(etags) == len(set(etags))


def test_a_literal_workload_does_what_it_says(tmp_path: Path) -> None:
    mix = """, operations: [
      {at: 1s, client: c1, put: [k0, a]}, {at: 2s, client: c1, put-object: [k1, body]}, {at: 3s, client: c1, get: k0},
      {at: 4s, client: c1, get-object: k1}, {at: 5s, client: c1, list-objects: k0}]"""
    result = play(tmp_path, loss="0%", mix=mix)
    seen = [(op.f, op.outcome) for op in result.history.ops]
    assert seen == [("put", "ok"), ("put", "ok"), ("get", "ok"), ("get", "ok"), ("list", "ok")]
    value, body = (op.result for op in result.history.ops if op.f == "get")
    assert isinstance(value, tuple)
    assert isinstance(body, tuple)
    assert (value[0], body[0]) == ("a", "body")
