"""Section 7: what a snapshot holds, what a late one does, and what a crash between two steps of the disk leaves."""

from pathlib import Path

import pytest

from models.raft.messages import AppendReply, InstallSnapshot, OpenSession, SnapshotReply
from models.raft.snapshots import FILE, Snapshots
from sim import load, run
from sim.world.disk import DiskError
from tests.models.raft.stage import CLIENT, Stage

ROOT = Path(__file__).parents[3]


def grown(entries: int = 12) -> Stage:
    """n1 leads and has committed so many puts with n2, which takes snapshots too; n3 knows nothing of it."""
    stage = Stage("n1", "n2", "n3", snapshot_every=5, keep_tail=1, snapshot_chunk="100B")
    stage.elect("n1", "n1", "n2")
    for number in range(entries):
        stage.put("n1", "x", str(number))
        stage.settle("n1", "n2")
    stage.beat("n1", "n1", "n2")
    return stage


def test_7_every_server_cuts_the_same_snapshot_at_the_same_index() -> None:
    stage = grown()
    one, other = stage["n1"].snapshots, stage["n2"].snapshots
    assert one.place.index == 10
    assert one.body == other.body
    assert stage["n1"].log.base == 9, "one entry before the snapshot is kept for those who lag"


def test_7_laggard_gets_the_snapshot_in_pieces_and_then_the_rest() -> None:
    stage = grown()
    stage.beat("n1")
    assert stage["n3"].commitment.applied == 13
    assert stage["n3"].sessions.digest() == stage["n1"].sessions.digest()
    assert stage["n3"].log.base == 10


def test_7_pieces_that_come_twice_or_out_of_turn_do_no_harm() -> None:
    stage = grown()
    stage["n1"].ring(stage["n1"].replication.beat)
    for _ in range(30):
        for one in stage.take("n1", "n3", InstallSnapshot):
            stage.hand(*one)
            stage.hand(*one)
        stage.take("n3", "n1", AppendReply)
        replies = stage.take("n3", "n1", SnapshotReply)
        for reply in reversed(replies):
            stage.hand(*reply)
    assert stage["n3"].commitment.applied == 10


def test_7_install_keeps_suffix() -> None:
    stage = grown(entries=13)
    snapshot = stage["n1"].snapshots
    stage.restart("n2")
    before = stage.log("n2")
    piece = InstallSnapshot(1, 12, 1, 0, b"", b"digest", True, 0)
    assert snapshot.place.index == 10
    stage.hand("n1", "n2", piece)
    assert stage.log("n2") == before
    assert stage["n2"].commitment.commit == 12, "an entry that is in one's own log need not be sent"


def test_7_late_snapshot_says_nothing_new() -> None:
    stage = grown()
    digest = stage["n2"].sessions.digest()
    stage.hand("n1", "n2", InstallSnapshot(1, 5, 1, 0, b"junk", b"digest", True, 0))
    [(_, _, reply)] = stage.take("n2", "n1", AppendReply)
    assert isinstance(reply, AppendReply)
    assert reply.ok
    assert reply.match == stage["n2"].commitment.applied
    assert stage["n2"].sessions.digest() == digest


def test_8_sessions_survive_in_snapshots() -> None:
    stage = grown(entries=1)
    stage["n1"].open_session(CLIENT, OpenSession())
    stage.settle("n1", "n2")
    for number in range(9):
        stage.put("n1", "x", str(number))
        stage.settle("n1", "n2")
    session = stage["n1"].answers[-1]
    assert session is not None
    stage.restart("n1")
    assert stage["n1"].sessions.is_open(3)


def test_snapshot_that_has_rotted_is_refused_with_its_name() -> None:
    stage = grown()
    data = stage.disks["n2"].files[FILE]
    stage.disks["n2"].files[FILE] = data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(DiskError, match="'snapshot' does not match its digest"):
        Snapshots(stage["n2"])


def test_snapshot_of_another_format_is_refused_with_what_was_found() -> None:
    stage = grown()
    stage.disks["n2"].files[FILE] = b"other v9" + bytes(2000)
    with pytest.raises(DiskError, match=r"begins with b'other v9', not b'raftsnp1'"):
        Snapshots(stage["n2"])


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize("disk", ["lose-unsynced", "torn", "reordered"])
def test_power_cuts_between_any_two_steps_of_a_snapshot_lose_nothing(seed: int, disk: str) -> None:
    path = ROOT / "scenarios/raft/mutants/cut-before-rename.yaml"
    faults = f"faults.0.crash.disk={disk}"
    sets = ("systems.kv.mutant=", "expect=pass", "duration=14s", faults)
    assert run(load(path, sets), seed).failed == ()
