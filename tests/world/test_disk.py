"""The disk: what reads see, what syncs promise, what crashes leave."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.disk import Corrupt, Disk, DiskError, NoSpace, ReadOnly, Unreadable
from sim.world.disk_profile import NVME_PLP
from sim.world.inode import SECTOR
from sim.world.kernel import Kernel
from sim.world.message import Message
from sim.world.streams import Stream
from sim.world.units import MILLION, SECOND


class Vow(Message):
    """A small record."""

    number: int


class Bench:
    """A disk on a kernel of its own, and a way to let time pass."""

    def __init__(self, seed: int = 1) -> None:
        self.kernel = Kernel(Stream(seed, "ties"))
        self.errors: list[DiskError] = []
        self.disk = Disk(
            name="n1",
            stream=Stream(seed, "disk"),
            now=lambda: self.kernel._now,
            at=lambda time, call: self.kernel.at(time, 0, lambda _: call(), None),
            profile=NVME_PLP,
            event=lambda: simpy.Event(self.kernel),
        )
        self.disk.on_error = self.errors.append

    def wait(self, ns: int = SECOND // 10) -> "Bench":
        """Let everything that is queued complete."""
        self.kernel.run_until(self.kernel._now + ns)
        return self

    def crash(self, mode: str, seed: int = 0) -> "Bench":
        """Cut the power, or the process."""
        self.disk.crash(mode, Stream(seed, "crash"))
        return self

    def files(self) -> dict[str, bytes]:
        """What is there."""
        return {name: self.disk.read(name) for name in self.disk.names() if not name.startswith("record")}


def test_reads_see_what_was_written_before_it_is_durable() -> None:
    disk = Bench().disk
    assert disk.append("log", b"abc") == 0
    assert disk.append("log", b"def") == 3
    disk.write("log", 8, b"x")
    assert disk.read("log") == b"abcdef\0\0x"
    assert disk.read("log", 2, 3) == b"cde"
    disk.truncate("log", 4)
    assert (disk.read("log"), disk.size("log"), disk.names("l")) == (b"abcd", 4, ["log"])


def test_a_sync_completes_after_a_while_and_in_order() -> None:
    bench, seen = Bench(), []
    for name in "ab":
        bench.disk.append(name, b"x")
        bench.disk.fsync(name)
        bench.disk.after(lambda name=name: seen.append((name, bench.kernel.now)))  # type: ignore[misc]
    assert bench.disk.pending_syncs == 2
    bench.wait()
    assert [name for name, _ in seen] == ["a", "b"]
    assert 0 < seen[0][1] < seen[1][1]
    assert bench.disk.pending_syncs == 0


def synced(bench: Bench) -> None:
    """A file `f` of two sectors of a's, durable with its name."""
    bench.disk.append("f", b"a" * 2 * SECTOR)
    bench.disk.fsync("f")
    bench.disk.fsync_dir()
    bench.wait()


Protocol = Callable[[Disk], None]


def overwrite(disk: Disk) -> None:
    disk.write("f", 0, b"b" * 2 * SECTOR)


def append_without_sync(disk: Disk) -> None:
    disk.append("f", b"b" * SECTOR)


def new_file_without_name(disk: Disk) -> None:
    disk.append("g", b"b" * SECTOR)
    disk.fsync("g")


def rename_without_sync(disk: Disk) -> None:
    disk.append("tmp", b"b" * SECTOR)
    disk.rename("tmp", "f")


def rename_synced(disk: Disk) -> None:
    disk.append("tmp", b"b" * SECTOR)
    disk.fsync("tmp")
    disk.rename("tmp", "f")


def rename_durable(disk: Disk) -> None:
    rename_synced(disk)
    disk.fsync_dir()


def replace_log(disk: Disk) -> None:
    """A snapshot takes the place of the log, in the right order."""
    rename_durable(disk)
    disk.append("log", b"")
    disk.fsync_dir()
    disk.unlink("log")
    disk.fsync_dir()


OLD, NEW, MIXED = b"a" * 2 * SECTOR, b"b" * SECTOR, (b"b" * SECTOR + b"a" * SECTOR, b"a" * SECTOR + b"b" * SECTOR)

OUTCOMES: dict[tuple[Protocol, str], set[tuple[tuple[str, bytes], ...]]] = {
    (overwrite, "lose-unsynced"): {(("f", OLD),)},
    (overwrite, "torn"): {(("f", OLD),), (("f", MIXED[0]),), (("f", b"b" * 2 * SECTOR),)},
    (overwrite, "reordered"): {(("f", OLD),), (("f", MIXED[0]),), (("f", MIXED[1]),), (("f", b"b" * 2 * SECTOR),)},
    (append_without_sync, "lose-unsynced"): {(("f", OLD),)},
    (append_without_sync, "torn"): {(("f", OLD),), (("f", OLD + NEW),)},
    (append_without_sync, "reordered"): {(("f", OLD),), (("f", OLD + NEW),), (("f", OLD + b"\0" * SECTOR),)},
    (new_file_without_name, "lose-unsynced"): {(("f", OLD),)},
    (new_file_without_name, "torn"): {(("f", OLD),), (("f", OLD), ("g", NEW))},
    (rename_without_sync, "lose-unsynced"): {(("f", OLD),)},
    (rename_without_sync, "torn"): {
        (("f", OLD),),
        (("f", OLD), ("tmp", b"")),
        (("f", OLD), ("tmp", NEW)),
        (("f", NEW),),
    },
    (rename_without_sync, "reordered"): {
        (("f", OLD),),
        (("f", OLD), ("tmp", b"")),
        (("f", OLD), ("tmp", NEW)),
        (("f", OLD), ("tmp", b"\0" * SECTOR)),
        (("f", NEW),),
        (("f", b"\0" * SECTOR),),
    },
    (rename_synced, "torn"): {(("f", OLD),), (("f", OLD), ("tmp", NEW)), (("f", NEW),)},
    (rename_synced, "reordered"): {(("f", OLD),), (("f", OLD), ("tmp", NEW)), (("f", NEW),)},
    (rename_durable, "torn"): {(("f", NEW),)},
    (rename_durable, "reordered"): {(("f", NEW),)},
    (replace_log, "reordered"): {(("f", NEW),)},
}
"""Update protocol and crash mode -> every state that the disk can be in afterwards, and no other."""


@pytest.mark.parametrize(("protocol", "mode"), OUTCOMES, ids=lambda one: getattr(one, "__name__", one))
def test_each_protocol_leaves_what_it_can_and_nothing_else(protocol: Protocol, mode: str) -> None:
    seen = set()
    for seed in range(300):
        bench = Bench(seed)
        synced(bench)
        protocol(bench.disk)
        seen.add(tuple(sorted(bench.wait().crash(mode, seed).files().items())))
    assert seen == OUTCOMES[protocol, mode]


@pytest.mark.parametrize("mode", ["keep", "lose-unsynced", "torn", "reordered"])
def test_what_was_synced_survives_every_crash_but_a_wipe(mode: str) -> None:
    for seed in range(50):
        bench = Bench(seed)
        synced(bench)
        assert bench.crash(mode, seed).files() == {"f": OLD}
    assert bench.crash("wipe").files() == {}


writes = st.lists(
    st.tuples(
        st.sampled_from("fgh"), st.integers(0, 3 * SECTOR), st.binary(min_size=1, max_size=2 * SECTOR), st.booleans()
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(
    writes, st.sampled_from(["keep", "lose-unsynced", "torn", "reordered"]), st.integers(0, 999), st.integers(0, 10**6)
)
def test_two_restarts_without_a_write_change_nothing(
    done: list[tuple[str, int, bytes, bool]], mode: str, seed: int, wait: int
) -> None:
    bench = Bench(seed)
    for name, offset, data, sync in done:
        bench.disk.write(name, offset, data)
        if sync:
            bench.disk.fsync(name)
            bench.disk.fsync_dir()
    bench.wait(wait).crash(mode, seed)
    after = bench.files()
    other = "lose-unsynced" if mode != "keep" else "keep"
    assert bench.crash(other, seed + 1).files() == after


def test_a_process_crash_keeps_what_the_device_had_begun_and_not_what_waited_behind_a_sync() -> None:
    bench = Bench()
    bench.disk.append("f", b"before")
    bench.wait(10_000)
    bench.disk.fsync("f")
    bench.disk.append("f", b" behind")
    assert bench.disk.read("f") == b"before behind"
    assert bench.crash("keep").files() == {"f": b"before"}


def test_same_seed_leaves_the_same_platter() -> None:
    def left(seed: int) -> dict[str, bytes]:
        bench = Bench(5)
        bench.disk.append("f", bytes(range(256)) * 40)
        bench.disk.append("g", b"g" * 5000)
        return bench.wait().crash("reordered", seed).files()

    assert left(3) == left(3)
    assert len({tuple(sorted(left(seed).items())) for seed in range(20)}) > 10


def test_dirty_pages_reach_the_platter_on_their_own_after_a_while() -> None:
    def survives(wait: int) -> int:
        count = 0
        for seed in range(20):
            bench = Bench(seed)
            synced(bench)
            bench.disk.write("f", 0, b"b")
            count += bench.wait(wait).crash("lose-unsynced").files() != {"f": OLD}
        return count

    assert survives(4 * SECOND) == 0
    assert 0 < survives(15 * SECOND) < 20
    assert survives(31 * SECOND) == 20


# Records.


def test_a_record_is_the_last_one_saved() -> None:
    bench = Bench()
    assert bench.disk.load(Vow) is None
    for number in range(5):
        bench.disk.save(Vow(number))
        bench.wait()
        assert bench.crash("reordered", number).disk.load(Vow) == Vow(number)


@pytest.mark.parametrize("mode", ["lose-unsynced", "torn", "reordered"])
def test_a_crash_during_a_save_leaves_the_old_record_or_the_new_one(mode: str) -> None:
    seen = set()
    for seed, wait in product(range(12), range(0, 200_000, 9_000)):
        bench = Bench(seed)
        bench.disk.save(Vow(1))
        bench.wait()
        bench.disk.save(Vow(2))
        seen.add(bench.wait(wait).crash(mode, seed).disk.load(Vow))
    assert seen == {Vow(1), Vow(2)}


def test_a_crash_during_the_first_save_leaves_nothing_or_the_record() -> None:
    seen = set()
    for seed, wait in product(range(12), range(0, 600_000, 20_000)):
        bench = Bench(seed)
        bench.disk.save(Vow(1))
        seen.add(bench.wait(wait).crash("torn", seed).disk.load(Vow))
    assert seen == {None, Vow(1)}


def test_rot_in_one_slot_gives_the_older_record_and_in_both_an_error() -> None:
    bench = Bench()
    for number in (1, 2):
        bench.disk.save(Vow(number))
        bench.wait()
    slots = bench.disk.names("record")
    assert bench.disk.levers.rot(bench.disk, slots[1], 3, "any", Stream(1, "rot"))
    assert bench.disk.load(Vow) == Vow(1)
    assert bench.disk.levers.rot(bench.disk, slots[0], 3, "any", Stream(1, "rot"))
    with pytest.raises(Corrupt, match="n1: both copies of the Vow are bad"):
        bench.disk.load(Vow)


# Faults.


def test_after_a_failed_sync_the_next_one_succeeds_and_the_data_is_gone_all_the_same() -> None:
    gone = 0
    for seed in range(30):
        bench = Bench(seed)
        synced(bench)
        bench.disk.levers.fail_syncs(1)
        overwrite(bench.disk)
        bench.disk.fsync("f")
        bench.wait()
        assert len(bench.errors) == 1
        assert bench.disk.read("f") == b"b" * 2 * SECTOR  # the cache still shows what is lost
        bench.disk.fsync("f")
        bench.wait()
        assert len(bench.errors) == 1
        gone += bench.crash("lose-unsynced").files()["f"] != b"b" * 2 * SECTOR
    assert gone > 10


def test_a_story_that_awaits_a_sync_takes_its_error() -> None:
    bench, caught = Bench(), []
    bench.disk.levers.fail_syncs(1)
    bench.disk.append("f", b"x")
    sync = bench.disk.fsync("f")

    def story() -> Iterator[simpy.Event]:
        try:
            yield from sync.__await__()
        except DiskError as error:
            caught.append(str(error))

    bench.kernel.process(story())  # type: ignore[arg-type] # a generator of events is what simpy takes
    bench.wait()
    assert caught == ["n1: a sync returned an input/output error"]
    assert bench.errors == []


def test_a_lying_sync_is_harmless_until_the_power_is_cut() -> None:
    def left(mode: str, seed: int, honest: bool) -> bytes:
        bench = Bench(seed)
        synced(bench)
        bench.disk.levers.lie()
        overwrite(bench.disk)
        bench.disk.fsync("f")
        bench.wait()
        bench.disk.levers.stop_lying()
        if honest:
            bench.disk.fsync("f")
            bench.wait()
        return bench.crash(mode, seed).files()["f"]

    new = b"b" * 2 * SECTOR
    assert {left("keep", seed, False) for seed in range(20)} == {new}
    assert {left("lose-unsynced", seed, True) for seed in range(20)} == {new}
    assert {left("lose-unsynced", seed, False) for seed in range(40)} == {new, OLD, *MIXED}


def test_a_lost_write_and_a_misdirected_one_are_seen_after_the_sync() -> None:
    lost, misdirected = Bench(), Bench()
    for bench in (lost, misdirected):
        synced(bench)
    lost.disk.levers.lose_writes(1)
    misdirected.disk.levers.misdirect_writes(1)
    for bench in (lost, misdirected):
        bench.disk.write("f", 0, b"b" * SECTOR)
        bench.disk.fsync("f")
        bench.wait()
    assert lost.files() == {"f": OLD}
    assert misdirected.files() == {"f": b"a" * SECTOR + b"b" * SECTOR}


def test_an_unreadable_sector_raises_until_it_is_written_again() -> None:
    bench = Bench()
    synced(bench)
    name, _, sector = bench.disk.levers.spoil(bench.disk, "*", "tail", Stream(1, "spoil")) or ("", None, -1)
    assert (name, sector) == ("f", 1)
    assert bench.disk.read("f", 0, SECTOR) == b"a" * SECTOR
    with pytest.raises(Unreadable, match="n1: sector 1 of 'f' cannot be read"):
        bench.disk.read("f")
    bench.disk.write("f", SECTOR, b"c" * SECTOR)
    assert bench.disk.read("f", SECTOR) == b"c" * SECTOR


def test_a_full_or_read_only_disk_refuses_and_takes_nothing() -> None:
    bench = Bench()
    synced(bench)
    bench.disk.levers.capacities.append(bench.disk.used() + 3)
    bench.disk.append("f", b"123")
    with pytest.raises(NoSpace):
        bench.disk.append("f", b"4")
    bench.disk.levers.read_only += 1
    for change in (
        lambda: bench.disk.write("f", 0, b"x"),
        lambda: bench.disk.unlink("f"),
        lambda: bench.disk.save(Vow(1)),
    ):
        with pytest.raises(ReadOnly):
            change()
    assert bench.files() == {"f": OLD + b"123"}


def test_a_slow_disk_takes_longer_and_a_stalled_one_waits() -> None:
    def done_at(pull: Callable[[Disk], None]) -> int:
        bench, seen = Bench(), []
        pull(bench.disk)
        bench.disk.append("f", b"x")
        bench.disk.fsync("f")
        bench.disk.after(lambda: seen.append(bench.kernel.now))
        bench.wait(5 * SECOND)
        return int(seen[0])

    normal = done_at(lambda disk: None)
    assert done_at(lambda disk: disk.levers.slow(50 * MILLION)) > 40 * normal
    assert done_at(lambda disk: disk.stall(SECOND)) == normal + SECOND
