"""Flaws of syncs: they fail, lie, or let a write go astray."""

from collections.abc import Callable

import pytest

from sim.world.disk_damage import Pages
from sim.world.inode import SECTOR
from sim.world.units import SECOND
from tests.world.disk_bench import POWER_CUTS, Bench, sectors, write_and_sync

OLD, NEW = sectors("aa"), sectors("bb")

# Failing syncs (Rebello and others, table 2).


def test_after_a_failed_sync_the_next_one_succeeds_and_the_data_is_gone_all_the_same() -> None:
    left = set()
    for seed in range(30):
        bench = Bench(seed).synced(f=OLD)
        bench.disk.levers.fail_syncs(bench.fault)
        bench.disk.write("f", 0, NEW)
        bench.disk.fsync("f")
        bench.wait()
        assert len(bench.errors) == 1
        assert bench.disk.read("f") == NEW  # the cache still shows what is lost
        bench.disk.fsync("f")
        bench.wait()
        assert len(bench.errors) == 1
        left.add(bench.crash("lose-unsynced").files()["f"])
    assert left == {OLD, sectors("ba")}


def test_what_a_failed_sync_lost_leaves_a_hole_before_what_is_synced_later() -> None:
    bench = Bench().synced(f=b"one")
    bench.disk.levers.fail_syncs(bench.fault)
    bench.disk.append("f", b"two")
    bench.disk.fsync("f")
    bench.disk.append("f", b"six")
    bench.disk.fsync("f")
    assert bench.wait().files() == {"f": b"onetwosix"}
    assert bench.crash("lose-unsynced").files() == {"f": b"one\0\0\0six"}


def test_a_failed_sync_writes_nothing_that_was_asked_for_behind_it() -> None:
    left = set()
    for seed in range(30):
        bench = Bench(seed).synced(f=OLD)
        bench.disk.levers.fail_syncs(bench.fault)
        bench.disk.write("f", 0, NEW)
        bench.disk.fsync("f")
        bench.disk.after(bench.kill)
        bench.disk.write("f", 0, sectors("c"))
        left.add(bench.wait().crash("lose-unsynced").files()["f"])
    assert left == {OLD, sectors("ba")}


def test_what_was_written_back_before_is_not_lost_by_a_failing_sync() -> None:
    bench = Bench().synced(f=OLD)
    bench.disk.write("f", 0, NEW)
    bench.wait(31 * SECOND).disk.levers.fail_syncs(bench.fault)
    bench.disk.fsync("f")
    assert bench.wait().crash("lose-unsynced").files() == {"f": NEW}


@pytest.mark.parametrize(
    ("pages", "read_after", "durable_after_retry"),
    [("clean", b"new", b"old"), ("revert", b"old", b"old"), ("retain", b"new", b"new")],
)
def test_pages_after_a_failed_sync(pages: Pages, read_after: bytes, durable_after_retry: bytes) -> None:
    bench = Bench().synced(f=b"old")
    bench.disk.levers.fail_syncs(bench.fault, pages=pages)
    bench.disk.write("f", 0, b"new")
    bench.disk.fsync("f")
    assert bench.wait().files() == {"f": read_after}
    bench.disk.fsync("f")
    bench.wait().crash("lose-unsynced")
    assert bench.files() == {"f": durable_after_retry}


def test_lost_pages_show_their_old_content_when_the_process_starts_again_or_the_cache_is_evicted() -> None:
    ways: list[Callable[[Bench], object]] = [Bench.kill, lambda bench: bench.disk.levers.evict(files="f")]
    for forget in ways:
        bench = Bench().synced(f=b"old", g=b"old")
        bench.disk.levers.fail_syncs(bench.fault, files="f")
        bench.disk.write("f", 0, b"new")
        bench.disk.fsync("f")
        bench.wait().disk.write("g", 0, b"new")
        bench.wait()
        assert bench.files() == {"f": b"new", "g": b"new"}
        forget(bench)
        assert bench.files() == {"f": b"old", "g": b"new"}


@pytest.mark.parametrize(
    ("pages", "seen", "durable"), [("clean", ["a"], []), ("revert", [], []), ("retain", ["a"], ["a"])]
)
def test_names_after_a_failed_sync_of_the_directory(pages: Pages, seen: list[str], durable: list[str]) -> None:
    bench = Bench()
    bench.disk.levers.fail_syncs(bench.fault, files=".", pages=pages)
    bench.disk.append("a", b"a")
    bench.disk.fsync_dir()
    assert bench.wait().disk.names() == seen
    bench.disk.fsync_dir()
    assert bench.wait().crash("lose-unsynced").disk.names() == durable


def test_a_failing_sync_hits_matching_files_so_many_times_and_no_more() -> None:
    bench = Bench().synced(f=b"f", log=b"log")
    heal = bench.disk.levers.fail_syncs(bench.fault, files="lo*", times=2)
    for name in ("f", "log", "log", "log"):
        bench.disk.append(name, b"x")
        bench.disk.fsync(name)
    bench.wait()
    assert [str(error) for error in bench.errors] == ["n1: the sync of 'log' returned an input/output error"] * 2
    heal()
    bench.disk.levers.fail_syncs(bench.fault, times=None)()
    bench.disk.fsync("f")
    assert len(bench.wait().errors) == 2


# Lying syncs.


def lied_to(seed: int, *, honest: bool = False) -> Bench:
    """Both sectors of `f` overwritten under a sync that lied, and perhaps an honest sync of another file afterwards."""
    bench = Bench(seed).synced(f=OLD, g=b"g")
    stop = bench.disk.levers.lie(files="f")
    bench.disk.write("f", 0, NEW)
    bench.disk.fsync("f")
    bench.wait()
    stop()
    if honest:
        bench.disk.fsync("g")
        bench.wait()
    return bench


def test_a_lying_sync_is_harmless_until_the_power_is_cut() -> None:
    assert {lied_to(seed).crash("keep").files()["f"] for seed in range(20)} == {NEW}
    mixed = {NEW, OLD, sectors("ab"), sectors("ba")}
    for mode in POWER_CUTS:
        assert {lied_to(seed).crash(mode, seed).files()["f"] for seed in range(60)} == mixed


def test_a_process_crash_leaves_the_lie_in_the_device() -> None:
    assert {lied_to(seed).crash("keep").crash("lose-unsynced", seed).files()["f"] for seed in range(60)} > {NEW, OLD}


def test_the_next_honest_sync_of_any_file_flushes_the_device() -> None:
    assert {lied_to(seed, honest=True).crash("lose-unsynced", seed).files()["f"] for seed in range(20)} == {NEW}


def test_changes_after_a_lie_reach_the_platter_behind_it() -> None:
    bench = lied_to(1)
    bench.disk.write("f", 0, sectors("c"))
    assert bench.wait().crash("keep").files()["f"] == sectors("cb")
    bench.disk.fsync("f")
    assert bench.wait().crash("lose-unsynced").files()["f"] == sectors("cb")
    later = lied_to(2)
    later.disk.write("f", 0, sectors("c"))
    later.wait(31 * SECOND).disk.fsync("g")
    assert later.wait().crash("lose-unsynced").files()["f"] == sectors("cb")


def test_what_is_written_back_on_its_own_goes_behind_a_lie() -> None:
    left = set()
    for seed in range(60):
        bench = lied_to(seed)
        bench.disk.write("f", 0, sectors("c"))
        left.add(bench.wait(31 * SECOND).crash("lose-unsynced", seed).files()["f"][:1])
    assert left == {b"a", b"c"}


def test_a_write_is_lost_on_top_of_what_a_lie_held() -> None:
    bench = lied_to(1)
    bench.disk.levers.lose_writes(bench.fault)
    write_and_sync(bench, "f", 0, sectors("c"))
    assert bench.files()["f"] == NEW


def test_a_sync_of_the_directory_lies_about_a_prefix_of_the_names() -> None:
    seen = set()
    for seed in range(40):
        bench = Bench(seed)
        bench.disk.levers.lie()
        for name in "abc":
            bench.disk.append(name, b"")
        bench.disk.fsync_dir()
        seen.add("".join(bench.wait().crash("lose-unsynced", seed).disk.names()))
    assert seen == {"", "a", "ab", "abc"}


# Writes that go astray.


def test_a_lost_write_leaves_one_sector_old_once() -> None:
    seen = set()
    for seed in range(20):
        bench = Bench(seed).synced(f=OLD)
        bench.disk.levers.lose_writes(bench.fault)
        write_and_sync(bench, "f", 0, NEW)
        seen.add(bench.files()["f"])
        assert bench.crash("lose-unsynced").files()["f"] in seen
        write_and_sync(bench, "f", 0, NEW)
        assert bench.files() == {"f": NEW}
    assert seen == {sectors("ab"), sectors("ba")}


def test_a_lost_append_leaves_its_space_with_zeros() -> None:
    bench = Bench().synced(f=OLD)
    bench.disk.levers.lose_writes(bench.fault)
    write_and_sync(bench, "f", 2 * SECTOR, b"new")
    assert bench.files() == {"f": OLD + bytes(3)}


def test_a_misdirected_write_overwrites_another_sector_of_the_file() -> None:
    seen = set()
    for seed in range(20):
        bench = Bench(seed).synced(f=sectors("abc"))
        bench.disk.levers.misdirect_writes(bench.fault)
        write_and_sync(bench, "f", 0, sectors("x"))
        seen.add(bench.files()["f"])
        assert bench.crash("lose-unsynced").files()["f"] in seen
    assert seen == {sectors("axc"), sectors("abx")}


def test_a_misdirected_write_overwrites_a_file_of_the_given_names_and_keeps_its_size() -> None:
    bench = Bench().synced(f=OLD, victim=b"victim", log=b"log")
    bench.disk.levers.misdirect_writes(bench.fault, files="f", into="v*")
    write_and_sync(bench, "f", 0, sectors("x"))
    assert bench.files() == {"f": OLD, "log": b"log", "victim": b"xxxxxx"}


def test_a_short_write_overwrites_no_more_than_its_length_where_it_lands() -> None:
    bench = Bench().synced(f=b"old", victim=b"v" * 5)
    bench.disk.levers.misdirect_writes(bench.fault, files="f", into="victim")
    write_and_sync(bench, "f", 0, b"new")
    assert bench.files() == {"f": b"old", "victim": b"newvv"}


def test_a_write_that_was_cut_off_again_cannot_be_the_one_lost() -> None:
    for seed in range(20):
        bench = Bench(seed).synced(f=OLD)
        bench.disk.levers.lose_writes(bench.fault)
        bench.disk.append("f", sectors("cd"))
        bench.disk.write("f", 0, sectors("b"))
        bench.disk.truncate("f", SECTOR)
        bench.disk.fsync("f")
        assert bench.wait().files() == {"f": sectors("a")}


def test_a_misdirected_write_waits_until_there_is_a_sector_to_hit() -> None:
    bench = Bench().synced(f=b"old")
    bench.disk.levers.misdirect_writes(bench.fault)
    write_and_sync(bench, "f", 0, b"new")
    assert bench.files() == {"f": b"new"}
    assert sum(bench.disk.levers.state()) > sum(Bench().disk.levers.state())
    write_and_sync(bench, "f", SECTOR, sectors("x"))
    assert sum(bench.disk.levers.state()) == sum(Bench().disk.levers.state())


def test_a_write_that_waits_to_go_astray_keeps_no_sync_from_failing_or_lying() -> None:
    left = set()
    for seed in range(40):
        bench = Bench(seed).synced(f=OLD)
        bench.disk.levers.misdirect_writes(bench.fault, into="nothing")
        bench.disk.levers.lie()
        bench.disk.levers.fail_syncs(bench.fault)
        write_and_sync(bench, "f", 0, OLD)
        assert len(bench.errors) == 1
        write_and_sync(bench, "f", 0, NEW)
        left.add(bench.crash("lose-unsynced", seed).files()["f"])
    assert left == {OLD, NEW, sectors("ab"), sectors("ba")}
