"""Replay and doctor find where two runs part, from checkpoints and from records."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import artefact
from sim.cli import main
from sim.explore.divergence import Keep, Recorded, first_divergence, part, recorded, window
from sim.explore.replay import replay
from sim.running import run
from sim.scenario.loader import load
from sim.world.trace import CHUNK, Trace, decode_records

ROOT = Path(__file__).parents[2]
CALM = ROOT / "scenarios" / "raft" / "calm.yaml"
SHORT = ("duration=5s", "settle=4s")


def checkpoints(numbers: list[int]) -> list[tuple[int, str]]:
    trace = Trace()
    for number in numbers:
        trace.record(number, 3, "n1", "timer")
        trace.flush()
    return trace.checkpoints


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6 * CHUNK - 1), st.integers(1, 6 * CHUNK))
def test_checkpoints_bound_the_first_difference(at: int, length: int) -> None:
    left = list(range(length))
    right = [*left[:at], 10**6, *left[at + 1 :]] if at < length else left
    equal, by = window(checkpoints(left), checkpoints(right))
    assert equal <= at
    if at < length:
        assert by is None or by > at
        assert at - equal < CHUNK
    else:
        assert by is None
        assert equal == length // CHUNK * CHUNK


record = st.lists(st.integers(0, 2), min_size=2, max_size=2).map(lambda pair: [pair[0], 3, f"n{pair[1]}", "timer"])


@settings(max_examples=100, deadline=None)
@given(st.lists(record, max_size=20), st.lists(record, max_size=20))
def test_the_first_record_that_differs_is_the_first(left: list[list[Any]], right: list[list[Any]]) -> None:
    found = first_divergence(left, right)
    if left == right:
        assert found is None
        return
    assert found is not None
    assert left[: found.equal] == right[: found.equal]
    assert left[: found.equal + 1] != right[: found.equal + 1]
    sides = [found.left.what, found.right.what]
    assert sides.count("the run has ended") == (found.equal in (len(left), len(right)))


def kept(tmp_path: Path, *, trace: bool) -> Path:
    loaded = load(CALM, SHORT)
    return artefact.save(run(loaded, 3, keep_trace=trace), loaded, tmp_path)


def altered(place: Path) -> dict[str, Any]:
    record = json.loads((place / "run.json").read_text())
    record["text"] = record["text"].replace("rate: 50/s", "rate: 49/s")
    found: dict[str, Any] = record
    return found


def test_a_kept_trace_names_the_first_record_that_differs(tmp_path: Path) -> None:
    place = kept(tmp_path, trace=True)
    assert replay(artefact.read(place), place).identical
    found = replay(altered(place), place)
    assert not found.identical
    assert found.divergence is not None
    assert found.equal == found.divergence.equal
    assert found.divergence.left != found.divergence.right


def test_without_a_trace_checkpoints_bound_the_difference(tmp_path: Path) -> None:
    place = kept(tmp_path, trace=False)
    found = replay(altered(place), place)
    assert not found.identical
    assert found.divergence is None
    assert not found.unstable


def test_two_runs_are_compared_by_the_records_between_two_checkpoints_only() -> None:
    loaded, other = load(CALM, SHORT), load(CALM, (*SHORT, "faults=[{at: 700ms, for: 100ms, pause: {nodes: n1}}]"))
    asked: list[bool | range] = []

    def one(keep: Keep) -> Recorded:
        asked.append(keep)
        return recorded(run(loaded, 3, keep_trace=keep))

    found = part(one, lambda keep: recorded(run(other, 3, keep_trace=keep)))
    left, right = (list(decode_records(b"".join(run(file, 3, keep_trace=True).trace))) for file in (loaded, other))
    expected = first_divergence(left, right)
    assert found is not None
    assert expected is not None
    assert (found.equal, found.left.what, found.right.what) == (expected.equal, expected.left.what, expected.right.what)
    assert asked[0] is False
    assert isinstance(asked[1], range)
    assert len(one(range(CHUNK + 1, CHUNK + 3)).records) == CHUNK


def test_a_window_of_a_run_is_the_same_part_of_its_trace_and_changes_no_fingerprint() -> None:
    loaded = load(CALM, SHORT)
    whole = recorded(run(loaded, 3, keep_trace=True))
    windowed = recorded(run(loaded, 3, keep_trace=range(CHUNK + 5, 3 * CHUNK)))
    assert windowed.fingerprint == whole.fingerprint
    assert windowed.records == whole.records[CHUNK : 3 * CHUNK]


def test_code_that_does_not_agree_with_itself_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.explore.stage import drawing

    monkeypatch.syspath_prepend(str(tmp_path))
    count = "import builtins; builtins.acts = getattr(builtins, 'acts', 0) + 1; self.emit(Drawn(builtins.acts))"
    path = drawing(tmp_path, "unstable_model", act=count)
    assert main(["run", str(path), "--save", str(tmp_path / "runs")]) == 0
    capsys.readouterr()
    assert main(["replay", str(tmp_path / "runs" / "drawing" / "1")]) == 6
    out = capsys.readouterr().out
    assert "this code does not even agree with itself" in out
    assert "one run " in out
    assert "Drawn(number " in out


def test_nobody_watching_changes_no_fingerprint() -> None:
    loaded = load(CALM, SHORT)
    assert run(loaded, 3, observed=False).fingerprint == run(loaded, 3).fingerprint
