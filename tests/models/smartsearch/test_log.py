"""The log's rules one by one: epochs and truncation, producer tables, elections, completed prefixes, assignments."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.smartsearch.log.election import Election
from models.smartsearch.log.group import Group
from models.smartsearch.log.insync import InSync
from models.smartsearch.log.messages import OUT_OF_ORDER, PRODUCER_FENCED, PartitionState, Produce, Record
from models.smartsearch.log.partition_log import PartitionLog
from models.smartsearch.log.prefix import Prefix
from models.smartsearch.log.sequences import KEPT, Sequences
from models.smartsearch.parts import Parts
from sim import Caller
from tests.models.smartsearch.files import MemoryFiles

SHORT = settings(max_examples=100, deadline=None, database=None)
BROKERS = ("b1", "b2", "b3")
FOREVER = 10**18


def record(offset: int, epoch: int, sequence: int = 0, producer: int = 0, producer_epoch: int = 0) -> Record:
    return Record(offset, epoch, producer, producer_epoch, sequence, "key", b"value", offset)


def log_of(epochs: Sequence[int], files: MemoryFiles | None = None) -> PartitionLog:
    log = PartitionLog(files or MemoryFiles(), 0, 3, flush=False)
    for epoch in epochs:
        log.append(record(log.end, epoch))
    return log


EPOCHS = st.lists(st.integers(1, 6), max_size=12).map(sorted)


@SHORT
@given(EPOCHS)
def test_a_log_is_read_back_from_its_segments_as_it_was(epochs: list[int]) -> None:
    files = MemoryFiles()
    log = log_of(epochs, files)
    again = PartitionLog(files, 0, 3, flush=False)
    assert list(again.all()) == list(log.all())
    assert [again.end_of_epoch(epoch) for epoch in range(8)] == [log.end_of_epoch(epoch) for epoch in range(8)]


@SHORT
@given(EPOCHS, st.data())
def test_a_torn_log_is_read_back_as_a_prefix(epochs: list[int], data: st.DataObject) -> None:
    files = MemoryFiles()
    log = log_of(epochs, files)
    for name in files.names("p0."):
        size = len(files.read(name))
        files.truncate(name, data.draw(st.integers(0, size)))
    again = PartitionLog(files, 0, 3, flush=False)
    assert list(again.all()) == list(log.all())[: again.end]


@SHORT
@given(EPOCHS, st.integers(0, 12))
def test_cutting_a_log_leaves_its_prefix(epochs: list[int], end: int) -> None:
    files = MemoryFiles()
    log = log_of(epochs, files)
    before = list(log.all())
    log.truncate(end)
    assert list(log.all()) == before[:end]
    assert list(PartitionLog(files, 0, 3, flush=False).all()) == before[:end]


@st.composite
def histories(draw: st.DrawFn) -> list[list[int]]:
    """The logs (as epochs) of successive leaders: each keeps a prefix of an earlier one's and appends its own epoch."""
    logs: list[list[int]] = [[]]
    for epoch in range(1, draw(st.integers(1, 6)) + 1):
        base = draw(st.sampled_from(logs))
        kept = draw(st.integers(0, len(base)))
        logs.append([*base[:kept], *[epoch] * draw(st.integers(0, 4))])
    return logs[1:]


@SHORT
@given(histories(), st.data())
def test_kip_279_a_follower_that_asks_until_the_epochs_agree_keeps_only_what_the_leader_has(
    logs: list[list[int]], data: st.DataObject
) -> None:
    leader, follower = log_of(data.draw(st.sampled_from(logs))), log_of(data.draw(st.sampled_from(logs)))
    while follower.end:
        said = leader.end_of_epoch(follower.last_epoch)
        follower.truncate(min(said.end, follower.end_of_epoch(said.epoch).end))
        if follower.last_epoch == said.epoch:
            break
    kept = [one.epoch for one in follower.all()]
    assert kept == [one.epoch for one in leader.all()][: len(kept)]


def test_the_three_epochs_of_kip_279_part_where_they_should() -> None:
    leader, follower = log_of([1, 1, 1, *[2] * 10, 4]), log_of([1] * 5 + [3] * 5)
    first = leader.end_of_epoch(3)
    assert (first.epoch, first.end) == (2, 13)
    assert min(first.end, follower.end_of_epoch(2).end) == 5
    assert leader.end_of_epoch(1).end == 3


def asked(sequence: int, epoch: int = 1, producer: int = 7) -> Produce:
    return Produce(0, 1, producer, epoch, sequence, "key", b"value", "all")


def table(*numbers: tuple[int, int]) -> Sequences:
    sequences = Sequences(FOREVER)
    sequences.rebuild([record(at, 1, sequence, 7, epoch) for at, (epoch, sequence) in enumerate(numbers)])
    return sequences


def test_kip_98_what_was_appended_is_answered_with_its_offset_and_what_is_next_is_appended() -> None:
    sequences = table((1, 0), (1, 1), (1, 2))
    assert sequences.judge(asked(1), 0) == 1
    assert sequences.judge(asked(3), 0) is None
    assert sequences.judge(asked(5), 0) == OUT_OF_ORDER


def test_kip_98_a_newer_session_fences_the_older_one_and_begins_at_zero() -> None:
    sequences = table((1, 0), (2, 0))
    assert sequences.judge(asked(1, epoch=1), 0) == PRODUCER_FENCED
    assert sequences.judge(asked(1, epoch=3), 0) == OUT_OF_ORDER
    assert sequences.judge(asked(0, epoch=3), 0) is None


def test_only_the_last_five_can_be_asked_for_again_and_only_before_the_id_expires() -> None:
    sequences = table(*((1, sequence) for sequence in range(9)))
    assert [sequences.judge(asked(sequence), 0) for sequence in range(9 - KEPT, 9)] == list(range(9 - KEPT, 9))
    assert sequences.judge(asked(2), 0) == OUT_OF_ORDER
    assert sequences.judge(asked(2), FOREVER + 10) is None


STATES = st.builds(
    lambda isr, eligible: PartitionState(
        0, BROKERS, "", 4, tuple(isr), tuple(name for name in eligible if name not in isr), 9, "b1"
    ),
    st.lists(st.sampled_from(BROKERS), unique=True),
    st.lists(st.sampled_from(BROKERS), unique=True),
)
LIVE = st.lists(st.sampled_from(BROKERS), unique=True)


@SHORT
@given(STATES, LIVE)
def test_kip_966_a_leader_was_in_sync_or_eligible_or_nobody_was_left(state: PartitionState, live: list[str]) -> None:
    elected, lossy = Election(2, unclean=False).elect(state, live)
    known = (*state.isr, *state.eligible)
    if elected.leader:
        assert elected.leader in live
        assert elected.epoch == state.epoch + 1
        assert elected.leader in elected.isr
        assert lossy == (elected.leader not in known)
        assert not lossy or (not known and elected.leader == state.last_leader)
    else:
        assert not set(known) & set(live)


@SHORT
@given(STATES, LIVE)
def test_kip_966_who_may_lead_later_has_what_was_acknowledged(state: PartitionState, live: list[str]) -> None:
    election = Election(2, unclean=False)
    shrunk = election.with_isr(state, tuple(name for name in state.isr if name in live))
    assert len(shrunk.isr) >= 2 or set(state.isr) <= {*shrunk.isr, *shrunk.eligible}
    assert not set(shrunk.isr) & set(shrunk.eligible)
    assert len(shrunk.isr) < 2 or not shrunk.eligible


def test_kip_497_a_set_that_is_only_proposed_counts_together_with_the_one_in_force() -> None:
    in_sync = InSync("b1", BROKERS, BROKERS, 2, 0)
    in_sync.followers["b2"].fetch(10, 1, 10, 5)
    in_sync.followers["b3"].fetch(4, 1, 10, 5)
    in_sync.proposed = ("b1", "b2")
    assert in_sync.common_end(10) == 4
    in_sync.stored, in_sync.proposed = ("b1", "b2"), None
    assert in_sync.common_end(10) == 10


@SHORT
@given(st.permutations(range(8)))
def test_only_what_has_nothing_unhandled_before_it_is_committed(order: list[int]) -> None:
    prefix, done = Prefix(0), set()
    for offset in order:
        prefix.handled(offset)
        done.add(offset)
        assert set(range(prefix.committable)) <= done
        assert prefix.committable not in done


@SHORT
@given(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1), st.integers(1, 9))
def test_every_partition_has_one_member_and_nobody_has_two_more_than_another(members: list[str], count: int) -> None:
    group = Group("workers", 0)
    for member in members:
        group.join(member, Caller(member, 1, 1), 0)
    owned = group.assign(range(count))
    assert sorted(one for partitions in owned.values() for one in partitions) == list(range(count))
    sizes = [len(partitions) for partitions in owned.values()]
    assert max(sizes) - min(sizes) <= 1


def test_parts_are_made_of_the_reference() -> None:
    assert Parts().log is PartitionLog


def test_a_row_of_no_record_is_refused_where_it_is_appended() -> None:
    with pytest.raises(AssertionError, match="offset 5 does not follow 1"):
        log_of([1, 1]).append(record(5, 1))
