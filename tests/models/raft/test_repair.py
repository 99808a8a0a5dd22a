"""Protocol-aware recovery: nothing bad is taken for good, nothing acknowledged is cut, and peers give it back."""

from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from models.raft.log import FILE
from models.raft.marked_log import MarkedLog
from models.raft.marks import SLOT, file_of
from models.raft.messages import Entry, LookUp, LookUpReply
from sim.world.disk import DiskError
from tests.models.raft.stage import Stage

PAYLOADS = st.lists(st.binary(max_size=90), min_size=1, max_size=24)


def written(payloads: list[bytes]) -> tuple[Stage, list[Entry]]:
    """A server whose log holds these payloads."""
    stage = Stage("n1", "n2", "n3", recovery="protocol-aware", snapshot_every=0)
    made = [Entry(index, 1 + index // 5, "command", payload=data) for index, data in enumerate(payloads, 1)]
    log = stage["n1"].log
    for entry in made:
        log.append((entry,))
    log.sync()
    return stage, made


def reread(stage: Stage) -> MarkedLog:
    stage.restart("n1")
    return cast("MarkedLog", stage["n1"].log)


def rot(stage: Stage, name: str, at: int) -> None:
    data = bytearray(stage.disks["n1"].files[name])
    data[at % len(data)] ^= 0x10
    stage.disks["n1"].files[name] = bytes(data)


@given(PAYLOADS)
def test_log_that_is_sound_comes_back_whole(payloads: list[bytes]) -> None:
    stage, made = written(payloads)
    log = reread(stage)
    assert [log.entry(index) for index in range(1, log.last + 1)] == made
    assert log.faulty == {}


@settings(max_examples=300)
@given(PAYLOADS, st.lists(st.integers(0, 10_000), min_size=1, max_size=4), st.integers(0, 10_000))
def test_rotten_entries_keep_their_places_and_are_given_back(
    payloads: list[bytes], spots: list[int], slot: int
) -> None:
    stage, made = written(payloads)
    chains = stage["n1"].log.chains()
    for spot in spots:
        rot(stage, FILE, 1024 + spot % (len(stage.disks["n1"].files[FILE]) - 1024))
    rot(stage, file_of(0), slot)
    try:
        log = reread(stage)
    except DiskError:
        return  # an entry and its mark and all behind it: it says so and does not guess
    assert log.last == len(made), "nothing that was acknowledged is cut"
    for index in range(1, log.last + 1):
        if index not in log.faulty:
            assert log.entry(index) == made[index - 1]
    for index in sorted(log.faulty):
        assert log.repair(made[index - 1])
    assert log.chains() == chains
    again = reread(stage)
    assert again.faulty == {}
    assert again.chains() == chains


@given(PAYLOADS, st.integers(1, 60))
def test_torn_tail_without_marks_is_cut(payloads: list[bytes], torn: int) -> None:
    stage, made = written(payloads)
    files = stage.disks["n1"].files
    files[FILE] += bytes([7]) * torn
    log = reread(stage)
    assert log.last == len(made)
    assert log.faulty == {}
    assert len(files[FILE]) == log._ends[-1]


@given(PAYLOADS, st.integers(0, 23))
def test_entry_that_is_not_the_lost_one_is_not_taken(payloads: list[bytes], which: int) -> None:
    stage, made = written(payloads)
    index = 1 + which % len(made)
    log = cast("MarkedLog", stage["n1"].log)
    rot(stage, FILE, log._ends[index - 1] + 9)
    log = reread(stage)
    assert list(log.faulty) == [index]
    entry = made[index - 1]
    assert not log.repair(Entry(index, entry.term + 1, "command", payload=entry.payload))
    assert not log.repair(Entry(index, entry.term, "command", payload=entry.payload + b"x"))
    assert log.repair(entry)


def test_marks_of_entries_that_were_cut_are_not_believed() -> None:
    stage, _ = written([b"a", b"b", b"c", b"d"])
    files, log = stage.disks["n1"].files, stage["n1"].log
    old = files[file_of(0)]
    log.cut(3)
    log.append((Entry(3, 9, "command", payload=b"new"),))
    log.sync()
    files[file_of(0)] = files[file_of(0)][: 3 * SLOT] + old[3 * SLOT :]  # a crash left the mark of the old 4
    log = reread(stage)
    assert (log.last, log.faulty) == (3, {})
    assert log.entry(3).payload == b"new"


def group(rotten: int = 2) -> Stage:
    """n1 leads, everybody holds three puts; n2 has lost one and restarts."""
    stage = Stage("n1", "n2", "n3", recovery="protocol-aware", snapshot_every=0)
    stage.elect("n1")
    for value in "abc":
        stage.put("n1", "x", value)
        stage.settle()
    stage.beat("n1")
    log = stage["n2"].log
    data = bytearray(stage.disks["n2"].files[FILE])
    data[log._ends[rotten] - 1] ^= 1
    stage.disks["n2"].files[FILE] = bytes(data)
    stage.restart("n2")
    return stage


def test_follower_gets_it_back_from_its_leader() -> None:
    stage = group()
    log = cast("MarkedLog", stage["n2"].log)
    assert list(log.faulty) == [2]
    stage.beat("n1")
    assert stage["n2"].commitment.applied == 1, "nothing is applied from the lost entry on"
    stage["n2"].ring(stage["n2"].repair.ask)
    stage.settle()
    assert log.faulty == {}
    stage.beat("n1")
    assert stage["n2"].commitment.applied == stage["n1"].commitment.applied


def test_leader_that_has_lost_an_entry_asks_everybody() -> None:
    stage = group()
    stage.elect("n2")
    log = cast("MarkedLog", stage["n2"].log)
    assert list(log.faulty) == [2]
    stage["n2"].ring(stage["n2"].repair.ask)
    assert len(stage.take("n2", kind=LookUp)) == 2
    stage["n2"].ring(stage["n2"].repair.ask)
    stage.settle()
    assert log.faulty == {}
    assert stage["n2"].commitment.applied == 5


def test_leader_cuts_only_what_a_majority_never_had() -> None:
    stage = group(rotten=4)
    stage.elect("n2")
    term = stage["n2"].ballot.term
    stage.hand("n1", "n2", LookUpReply(term, 4, "dont-have", None))
    stage.hand("n1", "n2", LookUpReply(term, 4, "have-faulty", None))
    assert stage["n2"].log.last == 5
    stage.hand("n3", "n2", LookUpReply(term, 4, "dont-have", None))
    assert stage["n2"].log.last == 3
