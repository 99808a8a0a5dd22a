"""An explanation names the faults that matter, tells the records that led there, and where a passing run differs."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.explore.attribution import attribute
from sim.explore.executors import hire
from sim.explore.explain import explain
from sim.explore.failure import Failure
from sim.explore.shrinking.case import Case
from sim.explore.shrinking.trials import Trials
from sim.explore.shrunk import NothingToShrink
from sim.explore.slicing import STORY_MAX
from sim.explore.telling import records_of
from sim.running import run
from sim.scenario.loader import Loaded, load
from sim.world.trace import decode_records
from tests.explore.stage import two_of_twenty

ROOT = Path(__file__).parents[2]
BUGS = ROOT / "scenarios" / "known_bugs"


def trials_that_fail_when(rule: "object") -> Trials:
    """Trials that know without running: `rule` is a function of the set of ids of the faults that are left."""

    class Known(Trials):
        def would_fail(self, case: Case) -> bool:
            return bool(rule({str(fault["id"]) for fault in case.faults}))  # type: ignore[operator] # a function

    kind = Failure("check")
    return Known(hire("serial"), kind, runs=10, seconds=10, modules=(), folders=())


def case_with(*ids: str) -> Case:
    return Case(json.dumps({"faults": [{"id": one, "at": "1s", "pause": {}} for one in ids]}), 1)


def names(faults: "tuple[dict[str, object], ...]") -> list[object]:
    return [fault["id"] for fault in faults]


def test_needed_faults_that_suffice_are_told_from_those_that_change_nothing() -> None:
    found = attribute(case_with("a", "b", "c", "d"), trials_that_fail_when(lambda left: {"a", "c"} <= left))
    assert (names(found.needed), names(found.irrelevant)) == (["a", "c"], ["b", "d"])
    assert found.sufficient
    assert names(tuple(found.case.faults)) == ["a", "c"]


def test_of_faults_any_one_of_which_does_one_is_added_and_the_others_named() -> None:
    rule = trials_that_fail_when(lambda left: "a" in left and bool({"b", "c"} & left))
    found = attribute(case_with("a", "b", "c", "d"), rule)
    assert names(found.needed) == ["a"]
    assert not found.sufficient
    assert {*names(found.added), *names(found.instead)} == {"b", "c"}
    assert len(found.added) == 1
    assert names(found.irrelevant) == ["d"]


def test_what_is_needed_of_a_real_run_is_found_among_twenty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    found = explain(load(two_of_twenty(tmp_path, "explained_model")), 5, seeds=6)
    assert found.attribution is not None
    assert names(found.attribution.needed) == ["f3", "f12"]
    assert found.attribution.sufficient
    for pairing in found.attribution.pairings:
        assert (pairing.with_it, pairing.without_it, pairing.only_with, pairing.only_without) == (6, 0, 6, 0)
        assert pairing.p == pytest.approx(2 / 2**6)


def bug(name: str) -> Loaded:
    """A known bug of the repository; of the one that lasts long only the beginning, in which it shows."""
    return load(BUGS / f"{name}.yaml", ("duration=1s", "settle=0s") if name == "forgets-vote" else ())


@pytest.mark.parametrize("name", ["forgets-vote", "raft-stale-read", "raft-two-halves"])
def test_a_story_is_short_in_order_and_ends_with_what_the_check_saw(name: str) -> None:
    loaded = bug(name)
    found = explain(loaded, loaded.scenario.seed)
    assert 3 <= len(found.story) <= STORY_MAX
    assert [one.number for one in found.story] == sorted({one.number for one in found.story})
    assert any(one.words().startswith("fault ") for one in found.story)
    for one in found.story:
        assert one.t_ns <= found.story[-1].t_ns
    assert found.against is not None
    assert found.against.passes
    assert found.against.divergence is not None


def test_the_story_of_a_forgotten_vote_has_both_votes_and_the_crash_between() -> None:
    loaded = bug("forgets-vote")
    words = [one.words() for one in explain(loaded, loaded.scenario.seed, check="election-safety").story]
    first = words.index("n1: Granted(term 1, to n2, asked 1)")
    crash = words.index("n1 starts again (incarnation 2)")
    second = words.index("n1: Granted(term 1, to n3, asked 1)")
    assert first < crash < second
    assert any(line.startswith("n2: BecameLeader(term 1") for line in words)
    assert any(line.startswith("n3: BecameLeader(term 1") for line in words)


def test_causes_lead_from_a_record_to_earlier_ones() -> None:
    result = run(load(BUGS / "raft-stale-read.yaml"), 1, keep_trace=True)
    records = records_of(list(decode_records(b"".join(result.trace))))
    assert len(records) == result.counts.events
    assert all(record.cause is None or record.cause < record.number for record in records)
    assert all(record.words() and "\n" not in record.words() for record in records)


def test_a_run_that_passes_is_not_explained() -> None:
    with pytest.raises(NothingToShrink, match="violates nothing"):
        explain(load(ROOT / "scenarios/raft/calm.yaml", ("duration=5s", "settle=4s")), 1)


def test_the_command_tells_the_story_and_ends_with_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(BUGS / "raft-stale-read.yaml")
    assert main(["explain", path, "--executor", "serial", "--plain"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert "  needed      {id: f1, at: 2s, for: 3s, partition: {isolate: n2}}" in out
    assert out[-1].startswith("FAIL  key x: ")
    assert main(["explain", path, "--executor", "serial", "--vs", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["fork"]["name"] == "seed 2"
    assert main(["explain", path, "--check", "liveness", "--executor", "serial"]) == 5
    assert "does not violate liveness, but" in capsys.readouterr().err
