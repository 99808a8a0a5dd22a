"""Other faults of a disk, and that healing puts back the lever and not the data."""

from collections.abc import Callable
from itertools import permutations

import pytest

from sim.world.disk import Disk, NoSpace, ReadOnly, Unreadable
from sim.world.disk_levers import Heal
from sim.world.inode import PAGE, SECTOR
from sim.world.streams import Stream
from sim.world.units import SECOND
from tests.world.disk_bench import Bench, Vow, sectors, write_and_sync

OLD, NEW = sectors("aa"), sectors("bb")

# Rot and unreadable sectors.


def test_rot_flips_the_bits_it_says_in_a_durable_sector_for_good() -> None:
    counts = set()
    for seed in range(30):
        bench = Bench(seed).synced(f=bytes(3 * SECTOR))
        spot = bench.disk.levers.rot(bench.fault, bits=4)
        assert spot is not None
        content = bench.files()["f"]
        where = [place for place, byte in enumerate(content) if byte]
        assert {place // SECTOR for place in where} == {spot.sector}
        assert sum(byte.bit_count() for byte in content) == spot.bits
        counts.add(spot.bits)
        assert bench.crash("lose-unsynced").files()["f"] == content
    assert counts == {1, 2, 3, 4}


def test_rot_strikes_where_it_is_told() -> None:
    def places(where: str, letters: str) -> set[int]:
        found = set()
        for seed in range(60):
            spot = Bench(seed).synced(f=sectors(letters)).disk.levers.rot(Stream(seed), where=where)  # type: ignore[arg-type]
            found.add(spot.sector if spot else -1)
        return found

    assert places("head", "abcdef") == {0, 1}
    assert places("middle", "abcdef") == {2, 3}
    assert places("tail", "abcdef") == {4, 5}
    assert places("any", "abcdef") == set(range(6))
    assert [places(where, "ab") for where in ("head", "middle", "tail")] == [{0}, {0, 1}, {1}]
    assert [places(where, "a") for where in ("head", "middle", "tail", "any")] == [{0}] * 4


def test_rot_finds_no_target_where_nothing_durable_matches() -> None:
    bench = Bench().synced(f=OLD)
    bench.disk.append("new", b"not durable")
    assert bench.wait().disk.levers.rot(bench.fault, files="new") is None
    assert bench.disk.levers.spoil(bench.fault, files="*.log") is None
    assert bench.wait(31 * SECOND).disk.levers.rot(bench.fault, files="n*") is not None


def test_rot_under_unsynced_data_is_overwritten_by_it_and_the_page_beside_stays_cached() -> None:
    bench = Bench().synced(f=bytes(PAGE + SECTOR))
    bench.disk.write("f", 0, b"x" * PAGE)
    bench.wait()
    spots = [bench.disk.levers.rot(bench.fault, where="head") for _ in range(5)]
    assert all(spots)
    assert bench.files()["f"] == b"x" * PAGE + bytes(SECTOR)
    bench.disk.fsync("f")
    assert bench.wait().crash("lose-unsynced").files()["f"] == b"x" * PAGE + bytes(SECTOR)


def test_rot_evicts_its_page_and_no_other() -> None:
    bench = Bench().synced(f=bytes(3 * PAGE), g=b"one")
    bench.disk.levers.fail_syncs(bench.fault, times=2)
    write_and_sync(bench, "f", 0, b"lost")
    write_and_sync(bench, "g", 3, b"two")
    assert bench.disk.levers.rot(bench.fault, files="f", where="tail")
    assert bench.disk.levers.rot(bench.fault, files="g")
    assert bench.disk.read("f", 0, 4) == b"lost"
    assert any(bench.disk.read("f", 2 * PAGE))
    assert bench.disk.read("g")[3:] == bytes(3)


def test_an_unreadable_sector_raises_and_others_do_not() -> None:
    bench = Bench().synced(f=OLD)
    assert bench.disk.levers.spoil(bench.fault, where="tail")
    assert bench.disk.read("f", 0, SECTOR) == sectors("a")
    with pytest.raises(Unreadable, match="n1: sector 1 of 'f' cannot be read"):
        bench.disk.read("f")
    with pytest.raises(Unreadable):
        bench.crash("lose-unsynced").disk.read("f", 2 * SECTOR - 1, 1)


def test_an_unreadable_sector_is_readable_for_good_once_its_overwriting_is_durable() -> None:
    bench = Bench().synced(f=OLD)
    bench.disk.levers.spoil(bench.fault, where="tail")
    bench.disk.write("f", SECTOR, b"part")
    with pytest.raises(Unreadable):
        bench.disk.read("f")
    bench.disk.write("f", SECTOR, sectors("b"))
    assert bench.disk.read("f") == sectors("ab")
    with pytest.raises(Unreadable):
        bench.wait().crash("lose-unsynced").disk.read("f")
    write_and_sync(bench, "f", SECTOR, sectors("b"))
    assert bench.crash("lose-unsynced").files() == {"f": sectors("ab")}


@pytest.mark.parametrize("offset", [SECTOR, SECTOR + 1])
def test_overwriting_a_part_of_an_unreadable_sector_leaves_it_unreadable(offset: int) -> None:
    bench = Bench().synced(f=OLD)
    bench.disk.levers.spoil(bench.fault, where="tail")
    write_and_sync(bench, "f", offset, b"b" * (SECTOR - 1))
    with pytest.raises(Unreadable):
        bench.disk.read("f")


def test_a_mended_sector_reads_as_before() -> None:
    bench = Bench().synced(f=OLD)
    spot = bench.disk.levers.spoil(bench.fault)
    assert spot is not None
    bench.disk.levers.mend(spot)
    bench.disk.levers.mend(spot)
    assert bench.files() == {"f": OLD}


# Full, read-only, slow, stalled.


def test_a_full_disk_takes_nothing_of_what_does_not_fit_or_a_part_if_it_is_short() -> None:
    for short, taken in ((False, b""), (True, b"45")):
        bench = Bench().synced(f=b"123")
        heal = bench.disk.levers.fill(2, short=short)
        with pytest.raises(NoSpace, match="n1: no space for 4 bytes"):
            bench.disk.append("f", b"4567")
        assert bench.files() == {"f": b"123" + taken}
        with pytest.raises(NoSpace):
            bench.disk.truncate("f", 10)
        bench.disk.write("f", 0, b"abc")
        heal()
        bench.disk.append("f", b"4567")
        assert bench.files() == {"f": b"abc" + taken + b"4567"}


def test_of_two_limits_the_tighter_holds() -> None:
    for order in ((2, 5), (5, 2)):
        bench = Bench()
        heals = {slack: bench.disk.levers.fill(slack) for slack in order}
        with pytest.raises(NoSpace):
            bench.disk.append("f", b"123")
        heals[2]()
        bench.disk.append("f", b"123")


def test_a_read_only_disk_refuses_every_change_and_reads_on() -> None:
    bench = Bench().synced(f=OLD)
    heal = bench.disk.levers.lock()
    changes: list[Callable[[Disk], object]] = [
        lambda disk: disk.write("f", 0, b"x"),
        lambda disk: disk.append("g", b"x"),
        lambda disk: disk.truncate("f", 0),
        lambda disk: disk.rename("f", "g"),
        lambda disk: disk.unlink("f"),
        lambda disk: disk.save(Vow(1)),
    ]
    for change in changes:
        with pytest.raises(ReadOnly):
            change(bench.disk)
    assert bench.files() == {"f": OLD}
    heal()
    for change in changes[:2]:
        change(bench.disk)


def sync_ends(pull: Callable[[Bench], object]) -> int:
    bench, seen = Bench(), []
    bench.disk.append("f", b"x")
    pull(bench)
    bench.disk.fsync("f")
    bench.disk.after(lambda: seen.append(bench.kernel.now))
    bench.wait(9 * SECOND)
    return int(seen[0])


def test_a_slow_disk_multiplies_every_latency_until_healed() -> None:
    normal = sync_ends(lambda bench: None)
    assert sync_ends(lambda bench: bench.disk.levers.slow(50)) == 50 * normal  # what is queued already included
    assert sync_ends(lambda bench: (bench.disk.levers.slow(50), bench.disk.levers.slow(2))) == 100 * normal
    assert sync_ends(lambda bench: bench.disk.levers.slow(50)()) == normal


def test_a_stalled_disk_completes_nothing_and_goes_on_where_it_stood() -> None:
    bench, seen = Bench(), []
    for name in "ab":
        bench.disk.append(name, b"x")
        bench.disk.fsync(name)
        bench.disk.after(lambda: seen.append(bench.kernel.now))
    bench.wait(30_000)
    heals = [bench.disk.levers.stall() for _ in range(2)]
    bench.wait(SECOND)
    heals[0]()
    heals[0]()
    bench.wait(SECOND)
    assert seen == []
    heals[1]()
    bench.wait(SECOND)
    unstalled, times = Bench(), []
    for name in "ab":
        unstalled.disk.append(name, b"x")
        unstalled.disk.fsync(name)
        unstalled.disk.after(lambda: times.append(unstalled.kernel.now))
    unstalled.wait()
    assert seen == [time + 2 * SECOND for time in times]


def test_a_disk_that_stalls_again_loses_only_the_time_it_stood() -> None:
    def ends(stalls: int) -> int:
        bench, seen = Bench(), []
        bench.disk.fsync_dir()
        bench.disk.after(lambda: seen.append(bench.kernel.now))
        for _ in range(stalls):
            bench.wait(10_000)
            heal = bench.disk.levers.stall()
            bench.wait(SECOND)
            heal()
        bench.wait(5 * SECOND)
        return int(seen[0])

    assert [ends(stalls) - ends(0) for stalls in (1, 2, 3)] == [SECOND, 2 * SECOND, 3 * SECOND]


def test_a_crash_during_a_stall_cuts_what_the_device_had_not_begun() -> None:
    bench = Bench().synced(f=b"")
    bench.disk.append("f", b"before")
    bench.wait()
    heal = bench.disk.levers.stall()
    bench.disk.append("f", b" during")
    assert bench.wait(SECOND).crash("keep").files() == {"f": b"before"}
    heal()
    write_and_sync(bench, "f", 0, b"AFTER!")
    assert bench.crash("lose-unsynced").files() == {"f": b"AFTER!"}


# Healing.

LEVERS: dict[str, Callable[[Bench], Heal]] = {
    "failing": lambda bench: bench.disk.levers.fail_syncs(bench.fault, times=3),
    "lying": lambda bench: bench.disk.levers.lie(),
    "lost": lambda bench: bench.disk.levers.lose_writes(bench.fault),
    "misdirected": lambda bench: bench.disk.levers.misdirect_writes(bench.fault),
    "slow": lambda bench: bench.disk.levers.slow(10),
    "stall": lambda bench: bench.disk.levers.stall(),
    "full": lambda bench: bench.disk.levers.fill(10),
    "read-only": lambda bench: bench.disk.levers.lock(),
}


@pytest.mark.parametrize("name", LEVERS)
def test_overlapping_faults_heal_in_any_order_and_once(name: str) -> None:
    for order in permutations(range(3)):
        bench = Bench().synced(f=OLD)
        states, heals = [bench.disk.levers.state()], []
        for _ in range(3):
            heals.append(LEVERS[name](bench))
            states.append(bench.disk.levers.state())
        assert len(set(states)) == 4
        for index in order:
            heals[index]()
            heals[index]()
            states.pop()
            assert bench.disk.levers.state() == states[-1]


@pytest.mark.parametrize("name", LEVERS)
def test_a_healed_disk_works_as_before(name: str) -> None:
    bench = Bench().synced(f=OLD)
    LEVERS[name](bench)()
    write_and_sync(bench, "f", 0, NEW)
    assert bench.errors == []
    assert bench.crash("lose-unsynced").files() == {"f": NEW}


def test_what_was_queued_on_a_slow_disk_is_done_at_full_speed_once_it_is_fast_again() -> None:
    bench, done = Bench(), []
    heal = bench.disk.levers.slow(1000)
    for number in range(20):
        bench.disk.append("f", b"x")
        bench.disk.fsync("f")
        bench.disk.after(lambda number=number: done.append(number))  # type: ignore[misc]
    bench.wait(SECOND // 100)
    assert done == []
    heal()
    bench.wait(SECOND // 100)
    assert done == list(range(20))
