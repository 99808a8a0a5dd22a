"""Logs under any legal history: whatever arrives, in whatever order, a log is a prefix of one that a leader had."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models.raft.events import Committed
from models.raft.messages import AppendEntries, Entry
from models.raft.parts import Parts
from models.raft.progress import Progress
from tests.models.raft.stage import Stage

SHORT = settings(max_examples=150, deadline=None, database=None)


def as_entries(terms: list[int], first: int = 1) -> tuple[Entry, ...]:
    return tuple(Entry(index, term, "no-op") for index, term in enumerate(terms, first))


@st.composite
def leaders(draw: st.DrawFn) -> list[list[int]]:
    """The logs (as lists of terms) of successive leaders: each keeps a prefix of an earlier one and adds its own term.

    The prefix that is committed when a leader is elected is kept by it.
    """
    logs: list[list[int]] = [[]]
    for term in range(1, draw(st.integers(1, 5)) + 1):
        base = draw(st.sampled_from(logs))
        logs.append([*base, *[term] * draw(st.integers(1, 4))])
    return logs[1:]


@SHORT
@given(leaders(), st.data())
def test_5_3_log_is_always_a_prefix_of_a_leaders_log(logs: list[list[int]], data: st.DataObject) -> None:
    stage = Stage("n1", "n2", "n3")
    oracle: list[int] = []
    reached = 0
    for _ in range(data.draw(st.integers(1, 25))):
        term = data.draw(st.integers(1, len(logs)))
        log = logs[term - 1]
        prev = data.draw(st.integers(0, len(log)))
        upto = data.draw(st.integers(prev, len(log)))
        request = AppendEntries(term, prev, log[prev - 1] if prev else 0, as_entries(log[prev:upto], prev + 1), 0, 0)
        stage.hand("n1", "n2", request)
        if term >= reached:
            reached = term
            oracle = accept(oracle, log[:upto], prev)
        assert [one for _, one in stage.log("n2")] == oracle
        assert any(oracle == one[: len(oracle)] for one in [*logs, []])
    stage.restart("n2")
    assert [one for _, one in stage.log("n2")] == oracle


def accept(oracle: list[int], sent: list[int], prev: int) -> list[int]:
    """What section 5.3 says in lists: what agrees stays, what contradicts goes with everything behind it."""
    if oracle[:prev] != sent[:prev] or len(oracle) < prev:
        return oracle
    return oracle if oracle[: len(sent)] == sent else sent


@SHORT
@given(st.lists(st.integers(1, 6), min_size=1, max_size=40), st.lists(st.integers(1, 6), max_size=40))
def test_5_3_hints_meet_within_one_round_trip_per_term(own: list[int], others: list[int]) -> None:
    leader, follower = sorted(own), sorted(others)
    stage = Stage("n1", "n2", "n3")
    stage.plant("n1", *leader)
    stage.plant("n2", *follower or [1])
    follower = [term for _, term in stage.log("n2")]
    progress = Progress(len(leader) + 1, 8)
    log = stage["n1"].log
    trips = 0
    while True:
        trips += 1
        prev = progress.next - 1
        request = AppendEntries(9, prev, log.term_at(prev) or 0, (), 0, 0)
        if stage["n2"].acceptance.holds(request):
            break
        progress.back_off(stage["n2"].acceptance.hint(request), log)
    assert trips <= len(set(leader) | set(follower)) + 1
    assert leader[:prev] == follower[:prev] or leader[prev - 1] == follower[prev - 1]


def test_5_4_committed_prefix_survives_every_later_message() -> None:
    stage = Stage("n1", "n2", "n3", parts=Parts())
    stage.hand("n1", "n2", AppendEntries(1, 0, 0, as_entries([1, 1, 1]), 2, 0))
    stage.hand("n3", "n2", AppendEntries(2, 1, 1, as_entries([1, 2], 2), 0, 0))
    assert stage.log("n2") == [(1, 1), (2, 1), (3, 2)]
    assert [event.index for event in stage["n2"].said(Committed)] == [2]
