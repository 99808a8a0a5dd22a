"""A store node as its clients see it: groups, refusals, full disks, disk errors, and what is visible when."""

from models.veristore.events import Acked, CorruptionFound, Durable, Recovered, SpaceRanOut, SpaceReturned
from models.veristore.machine import commands as c
from models.veristore.machine import questions as q
from models.veristore.machine.replies import Absent, Mismatch, Value, Written
from models.veristore.messages import FAULTY, NO_SPACE, STARTING, TOO_LARGE
from models.veristore.settings import Settings
from sim import MS, SECOND
from sim.world.disk_profile import PROFILES
from tests.models.veristore.engine.node_stage import NodeStage, Prober

READY_AFTER = 20 * MS


def put(key: str, value: bytes = b"v") -> c.Put:
    return c.Put(key.encode(), value)


async def one_put(prober: Prober) -> None:
    await prober.sleep(READY_AFTER)
    await prober.do(put(prober.name))


def test_commands_that_come_together_share_a_sync() -> None:
    stage = NodeStage(*[one_put] * 9).run()
    assert [event.group for event in stage.said(Durable)] == [9]
    assert [event.seq for event in stage.said(Acked)] == list(range(1, 10))
    assert sorted(seen[0].version for seen in stage.seen if isinstance(seen[0], Written)) == list(range(1, 10))


def test_a_group_is_bounded() -> None:
    stage = NodeStage(*[one_put] * 9, settings=Settings(group_max=4)).run()
    assert [event.group for event in stage.said(Durable)] == [4, 4, 1]


def test_groups_go_on_in_the_next_segment() -> None:
    stage = NodeStage(*[one_put] * 9, settings=Settings(segment_records=2)).run()
    assert [event.group for event in stage.said(Durable)] == [2, 2, 2, 2, 1]
    assert len(stage.world.nodes["n1"].disk.names("wal-")) == 5


def test_a_command_sees_those_before_it_in_its_group_and_a_question_does_not() -> None:
    async def swap(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        await prober.do(c.Cas(b"k", None, b"mine"))

    async def look(prober: Prober) -> None:
        await prober.sleep(READY_AFTER + MS // 2)  # the group is open, and not synced
        await prober.ask(q.Get(b"k"))

    stage = NodeStage(swap, swap, look, settings=Settings.model_validate({"group_window": "5ms"})).run()
    assert {seen[0] for seen in stage.seen[:2]} == {Written(1), Mismatch(b"k", 1)}
    assert stage.seen[2] == [Absent()]


def test_a_node_that_recovers_refuses() -> None:
    async def early(prober: Prober) -> None:
        await prober.do(put("k"))
        await prober.ask(q.Get(b"k"))

    stage = NodeStage(early, profile=PROFILES["hdd"]).run()
    assert stage.seen == [[STARTING, STARTING]]


def test_what_does_not_fit_in_a_record_is_refused() -> None:
    async def large(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        await prober.do(put("k", bytes(2000)))
        await prober.do(put("k", bytes(900)))

    stage = NodeStage(large, settings=Settings(record_max=1024)).run()
    assert stage.seen == [[TOO_LARGE, Written(1)]]


def test_a_full_disk_takes_deletes_only_and_goes_on_when_there_is_room() -> None:
    async def fill(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        await prober.do(put("old"))
        heal = prober.world.nodes["n1"].disk.levers.fill(0)
        await prober.do(put("new"))
        await prober.do(c.Delete(b"old"))
        await prober.ask(q.Get(b"old"))
        await prober.do(put("new"))
        heal()
        await prober.sleep(250 * MS)
        await prober.do(put("new"))

    stage = NodeStage(fill).run()
    assert stage.seen == [[Written(1), NO_SPACE, Written(2), Absent(), NO_SPACE, Written(3)]]
    assert len(stage.said(SpaceRanOut)) == len(stage.said(SpaceReturned)) == 1


def test_deletes_make_room_on_a_full_disk() -> None:
    async def fill(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        for number in range(40):
            await prober.do(put(f"k{number}", bytes(4000)))
        prober.world.nodes["n1"].disk.levers.fill(0)
        await prober.do(put("new"))
        for number in range(40):
            await prober.do(c.Delete(f"k{number}".encode()))
        await prober.sleep(500 * MS)
        await prober.do(put("new"))

    stage = NodeStage(fill, settings=Settings(memtable_max=20_000, reserve=200_000)).run(3 * SECOND)
    assert isinstance(stage.seen[0][-1], Written), "what was deleted was merged away, and gave its room back"


def test_a_node_that_restarts_on_a_full_disk_serves_again() -> None:
    async def fill(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        await prober.do(put("k"))
        prober.world.nodes["n1"].disk.levers.fill(0)
        prober.world.crash("n1", "torn")
        prober.world.start("n1")
        await prober.sleep(READY_AFTER)
        await prober.ask(q.Get(b"k"))
        await prober.do(put("k"))

    stage = NodeStage(fill).run()
    assert stage.seen == [[Written(1), Value(b"v", 1), NO_SPACE]]


def test_a_read_only_file_system_is_read_and_not_written() -> None:
    async def lock(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        await prober.do(put("k"))
        heal = prober.world.nodes["n1"].disk.levers.lock()
        await prober.do(put("k", b"w"))
        await prober.ask(q.Get(b"k"))
        heal()
        await prober.sleep(250 * MS)
        await prober.do(put("k", b"w"))

    stage = NodeStage(lock).run()
    assert stage.seen == [[Written(1), NO_SPACE, Value(b"v", 1), Written(2)]]


def test_a_failed_sync_ends_the_process_and_nothing_is_acknowledged() -> None:
    async def fail(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        disk = prober.world.nodes["n1"].disk
        disk.levers.fail_syncs(prober.random, files="wal-*")
        await prober.do(put("k"))
        await prober.sleep(2 * SECOND)
        await prober.ask(q.Get(b"k"))

    stage = NodeStage(fail).run(4 * SECOND)
    assert stage.seen[0][0] == "silence"
    assert stage.seen[0][1] in (Absent(), Value(b"v", 1))
    assert stage.said(Acked) == []
    assert len(stage.said(Recovered)) == 2


def test_a_faulty_node_refuses_everything() -> None:
    async def rot(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        await prober.do(put("k"))
        await prober.sleep(50 * MS)
        inode = prober.world.nodes["n1"].disk.volume.directory.live["wal-000000000001-000001"]
        inode.platter[8192 + 40 + 20] ^= 1
        prober.world.crash("n1", "lose-unsynced")
        prober.world.start("n1")
        await prober.sleep(READY_AFTER)
        await prober.do(put("k"))
        await prober.ask(q.Get(b"k"))

    stage = NodeStage(rot).run()
    assert stage.seen == [[Written(1), FAULTY, FAULTY]]
    assert len(stage.said(CorruptionFound)) == 1


def test_a_block_that_rots_under_a_running_node_makes_it_faulty() -> None:
    async def rot(prober: Prober) -> None:
        await prober.sleep(READY_AFTER)
        for number in range(20):
            await prober.do(put(f"k{number:02}", bytes(100)))
        disk = prober.world.nodes["n1"].disk
        (name,) = disk.names("run-")[:1]
        disk.volume.directory.live[name].platter[30] ^= 1
        disk.levers.evict()
        await prober.ask(q.Get(b"k00"))
        await prober.do(put("k", b"w"))

    stage = NodeStage(rot, settings=Settings(memtable_max=1000)).run()
    assert stage.seen[0][-2:] == [FAULTY, FAULTY]


def test_marks_follow_when_nothing_else_does() -> None:
    stage = NodeStage(one_put, settings=Settings()).run()
    log = bytes(stage.world.nodes["n1"].disk.volume.directory.live["wal-000000000001-000001"].platter)
    assert log[:32].strip(b"\0")
    assert not log[32:8192].strip(b"\0")
