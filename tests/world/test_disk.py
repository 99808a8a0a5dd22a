"""The disk: what reads see, when syncs complete, and what waits for them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sim.world.disk import Disk, NoSpace
from sim.world.disk_profile import NVME_PLP, PROFILES
from sim.world.inode import SECTOR
from sim.world.units import MS, SECOND, US
from tests.world.disk_bench import Bench

# The live view.


def test_reads_see_what_was_written_before_it_is_durable() -> None:
    disk = Bench().disk
    assert disk.append("log", b"abc") == 0
    assert disk.append("log", b"def") == 3
    disk.write("log", 8, b"x")
    assert disk.read("log") == b"abcdef\0\0x"
    assert disk.read("log", 2, 3) == b"cde"
    assert disk.read("log", 7, 100) == b"\0x"
    assert disk.read("log", 50) == b""
    disk.truncate("log", 4)
    assert (disk.read("log"), disk.size("log"), disk.names("l")) == (b"abcd", 4, ["log"])
    disk.truncate("log", 6)
    assert disk.read("log") == b"abcd\0\0"


def test_lookups_see_names_before_they_are_durable() -> None:
    disk = Bench().disk
    disk.append("b", b"b")
    disk.append("a", b"a")
    assert disk.names() == ["a", "b"]
    disk.rename("a", "b")
    assert (disk.names(), disk.read("b"), disk.exists("a")) == (["b"], b"a", False)
    disk.rename("b", "b")
    assert disk.names() == ["b"]
    disk.unlink("b")
    assert disk.names() == []


@pytest.mark.parametrize(
    "call",
    [
        lambda disk: disk.read("x"),
        lambda disk: disk.size("x"),
        lambda disk: disk.truncate("x", 0),
        lambda disk: disk.fsync("x"),
        lambda disk: disk.rename("x", "y"),
        lambda disk: disk.unlink("x"),
    ],
)
def test_a_call_on_a_file_that_is_not_there_names_it(call: Callable[[Disk], object]) -> None:
    with pytest.raises(FileNotFoundError, match="n1: no file named 'x'"):
        call(Bench().disk)


def test_a_disk_has_the_capacity_of_its_profile() -> None:
    disk = Bench(1, replace(NVME_PLP, capacity=10)).disk
    disk.append("f", b"123456")
    disk.write("f", 0, b"abcdef")
    with pytest.raises(NoSpace, match="no space for 5 bytes"):
        disk.append("g", b"12345")
    disk.unlink("f")
    disk.append("g", b"1234567890")


# Time.


def test_syncs_complete_in_order_each_after_its_latency() -> None:
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


def sync_ns(bench: Bench, size: int = 0) -> int:
    """How long a sync of so many bytes takes, with what the device has to do before."""
    seen: list[int] = []
    if size:
        bench.disk.append("f", bytes(size))
    start = bench.kernel.now
    bench.disk.fsync_dir() if not size else bench.disk.fsync("f")
    bench.disk.after(lambda: seen.append(bench.kernel.now - start))
    bench.wait(SECOND)
    return seen[0]


@pytest.mark.parametrize("name", PROFILES)
def test_syncs_take_what_the_profile_says(name: str) -> None:
    profile = PROFILES[name]
    bench = Bench(7, profile)
    taken = sorted(sync_ns(bench) for _ in range(400))
    median, high = profile.sync.at(1 << 31), profile.sync.at(99 * 2**32 // 100)
    assert abs(taken[200] - median) < median // 5
    assert abs(taken[395] - high) < high // 2
    assert taken[-1] <= profile.cap


def test_the_bytes_of_a_sync_take_time_once() -> None:
    bench, other = Bench(3), Bench(3)
    small, big = sync_ns(bench, 1), sync_ns(other, 1_000_001)
    assert big - small == 1_000_000 * SECOND // 200_000_000
    assert sync_ns(bench, 1) == sync_ns(other, 1)


def test_a_read_keeps_the_device_from_a_sync_unless_it_has_depth() -> None:
    def waited(depth: int, reads: int) -> int:
        bench = Bench(5, replace(NVME_PLP, depth=depth)).synced(f=b"x" * 200)
        for _ in range(reads):
            bench.disk.read("f")
        return sync_ns(bench)

    read_ns = 90 * US + 1 * US
    assert waited(0, 3) - waited(0, 0) == 3 * read_ns
    assert waited(2, 2) == waited(2, 0)
    assert waited(2, 3) - waited(2, 0) == read_ns


# What waits for a sync.


def test_nothing_waits_when_no_sync_is_under_way() -> None:
    seen: list[str] = []
    bench = Bench()
    bench.disk.append("f", b"x")
    bench.disk.after(lambda: seen.append("at once"))
    assert seen == ["at once"]


def test_what_comes_up_while_waiters_run_goes_behind_them() -> None:
    bench, seen = Bench(), []
    bench.disk.fsync_dir()
    bench.disk.after(lambda: bench.disk.after(lambda: seen.append("late")))
    bench.disk.after(lambda: seen.append("held"))
    bench.wait()
    assert seen == ["held", "late"]


def test_a_crash_drops_what_waited() -> None:
    for wait in (0, 30 * US):
        bench, seen = Bench(), list[str]()
        sync = bench.disk.fsync_dir()
        bench.disk.after(lambda seen=seen: seen.append("sent"))  # type: ignore[misc]
        bench.wait(wait).crash("keep").wait()
        assert (seen, sync.done, bench.disk.pending_syncs) == ([], False, 0)


def test_a_crash_by_a_waiter_drops_those_behind_it_and_leaves_later_syncs_whole() -> None:
    bench, seen = Bench(), list[str]()
    bench.disk.fsync_dir()
    bench.disk.after(lambda: bench.kill())
    bench.disk.after(lambda: seen.append("held"))
    bench.disk.fsync_dir()
    bench.disk.after(lambda: seen.append("of the first life"))
    bench.wait()
    bench.disk.fsync_dir()
    bench.disk.after(lambda: seen.append("of the second life"))
    bench.wait()
    assert seen == ["of the second life"]


def test_syncs_of_a_new_life_are_not_completed_by_those_of_the_old() -> None:
    bench, seen = Bench(), []
    bench.disk.fsync_dir()
    bench.wait(30 * US).crash("keep")
    bench.disk.append("f", b"x" * 200_000)
    bench.disk.fsync("f")
    bench.disk.after(lambda: seen.append(bench.kernel.now))
    bench.wait()
    assert seen[0] > 1 * MS


def test_a_crash_frees_the_device() -> None:
    bench = Bench()
    for _ in range(1_000):
        bench.disk.fsync_dir()
    bench.wait(10 * US).crash("keep")
    assert sync_ns(bench) < MS


def test_every_story_that_awaits_a_sync_goes_on() -> None:
    bench, seen = Bench(), []
    sync = bench.disk.fsync_dir()
    for number in (1, 2):
        bench.story(sync, lambda number=number: seen.append(number), seen.append)  # type: ignore[misc]
    bench.wait()
    bench.story(sync, lambda: seen.append(3), seen.append)
    bench.wait()
    assert sorted(seen) == [1, 2, 3]


# Failed syncs.


def test_a_failed_sync_that_nobody_awaits_is_told_once_and_then_what_waited_goes_on() -> None:
    bench, order = Bench(), []
    bench.disk.on_error = lambda error: order.append(str(error))
    bench.disk.levers.fail_syncs(bench.fault)
    bench.disk.append("f", b"x")
    bench.disk.fsync("f")
    bench.disk.after(lambda: order.append("sent"))
    bench.wait()
    assert order == ["n1: the sync of 'f' returned an input/output error", "sent"]


def test_a_node_that_crashes_on_a_failed_sync_sends_nothing_of_what_waited() -> None:
    bench, seen = Bench(), []
    bench.disk.on_error = lambda _: bench.kill()
    bench.disk.levers.fail_syncs(bench.fault)
    bench.disk.append("f", b"x")
    bench.disk.fsync("f")
    bench.disk.after(lambda: seen.append("sent"))
    bench.wait()
    assert seen == []


def test_a_story_takes_the_error_of_its_sync_before_anything_is_sent() -> None:
    bench, order = Bench(), []
    bench.disk.levers.fail_syncs(bench.fault)
    bench.disk.append("f", b"x")
    sync = bench.disk.fsync("f")
    for _ in range(2):
        bench.story(sync, lambda: order.append("durable"), lambda _: order.append("error"))
    bench.disk.after(lambda: order.append("sent"))
    bench.disk.fsync_dir()
    bench.disk.after(lambda: order.append("next"))
    bench.wait()
    assert order == ["error", "error", "sent", "next"]
    assert (bench.errors, sync.error is not None) == ([], True)
    bench.story(sync, lambda: order.append("durable"), lambda _: order.append("late error"))
    bench.wait()
    assert order[-1] == "late error"


def test_a_story_that_crashes_its_node_on_the_error_sends_nothing_of_what_waited() -> None:
    bench, seen = Bench(), []
    bench.disk.levers.fail_syncs(bench.fault)
    bench.disk.append("f", b"x")
    bench.story(bench.disk.fsync("f"), lambda: None, lambda _: bench.crash("keep"))
    bench.disk.after(lambda: seen.append("sent"))
    bench.wait()
    assert seen == []
    bench.disk.fsync_dir()
    bench.disk.after(lambda: seen.append("next life"))
    bench.wait()
    assert seen == ["next life"]


def test_an_error_whose_story_has_gone_is_told_all_the_same() -> None:
    bench = Bench()
    bench.disk.levers.fail_syncs(bench.fault)
    bench.disk.append("f", b"x")
    sync = bench.disk.fsync("f")
    story = bench.story(sync, lambda: None, lambda _: None)
    bench.wait(10 * US)
    event = story.target
    assert event.callbacks is not None
    event.callbacks.clear()  # what cancelling a story does
    bench.wait()
    assert len(bench.errors) == 1


# Steps.


def test_the_steps_of_a_disk_are_where_its_operations_end() -> None:
    bench = Bench().synced(f=b"x" * SECTOR)
    ends = bench.disk.record_steps()
    start, done = bench.kernel.now, []
    bench.disk.append("f", b"y")
    bench.disk.fsync("f")
    bench.disk.after(lambda: done.append(bench.kernel.now))
    bench.disk.unlink("f")
    bench.wait()
    assert ends == [start + 2 * US, done[0], done[0] + 2 * US]


def test_same_seed_takes_the_same_time() -> None:
    def ends(seed: int) -> list[int]:
        bench = Bench(seed)
        found = bench.disk.record_steps()
        for _ in range(20):
            bench.disk.append("f", b"x")
            bench.disk.fsync("f")
        bench.crash("torn")
        return found

    assert ends(3) == ends(3) != ends(4)
