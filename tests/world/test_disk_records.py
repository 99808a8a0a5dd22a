"""Saved records: a crash gives the old one or the new one."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.disk import Corrupt, NoSpace, SyncFailed
from sim.world.message import Message
from sim.world.units import US
from tests.world.disk_bench import POWER_CUTS, Bench, Vow


class Map(Message):
    """A record of more than one sector."""

    text: str


def test_a_record_is_the_last_one_saved() -> None:
    bench = Bench()
    assert bench.disk.load(Vow) is None
    for number in range(5):
        bench.disk.save(Vow(number))
        assert bench.disk.load(Vow) == Vow(number)
        assert bench.wait().crash("reordered", number).disk.load(Vow) == Vow(number)
    assert bench.disk.load(Map) is None


def test_a_record_saved_after_a_crash_that_took_all_is_as_durable_as_any() -> None:
    bench = Bench()
    for mode, number in (("wipe", 1), ("wipe", 2), ("lose-unsynced", 3)):
        bench.disk.save(Vow(number))
        assert bench.wait().crash("lose-unsynced").disk.load(Vow) == Vow(number)
        bench.disk.save(Vow(9))
        bench.crash(mode)
    assert bench.disk.load(Vow) == Vow(3)


def test_a_shorter_record_replaces_a_longer_one() -> None:
    bench = Bench()
    for text in ("x" * 3000, "y" * 3000, "z", ""):
        bench.disk.save(Map(text))
        assert bench.wait().crash("lose-unsynced").disk.load(Map) == Map(text)


@pytest.mark.parametrize("mode", POWER_CUTS)
def test_a_crash_during_a_save_leaves_the_old_record_or_the_new_one(mode: str) -> None:
    seen = set()
    for seed, wait in product(range(12), range(0, 200_000, 9_000)):
        bench = Bench(seed)
        bench.disk.save(Vow(1))
        bench.wait()
        bench.disk.save(Vow(2))
        seen.add(bench.wait(wait).crash(mode, seed).disk.load(Vow))
    assert seen == {Vow(1), Vow(2)}


@pytest.mark.parametrize("mode", POWER_CUTS)
def test_a_crash_during_the_first_save_leaves_nothing_or_the_record(mode: str) -> None:
    seen = set()
    for seed, wait in product(range(12), range(0, 600_000, 20_000)):
        bench = Bench(seed)
        bench.disk.save(Vow(1))
        seen.add(bench.wait(wait).crash(mode, seed).disk.load(Vow))
    assert seen == {None, Vow(1)}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 2_000)), min_size=1, max_size=12),
    st.sampled_from(["keep", *POWER_CUTS]),
    st.integers(0, 999),
    st.booleans(),
)
def test_what_is_loaded_is_no_older_than_what_was_durable(
    saves: list[tuple[int, int]], mode: str, seed: int, stalled: bool
) -> None:
    """Saves of different sizes follow each other at different gaps, crashes in between included."""
    bench = Bench(seed)
    issued, durable = [0], [0]
    for number, (gap_us, size) in enumerate(saves, 1):
        bench.disk.save(Map(f"{number}:" + "x" * size))
        issued.append(number)
        bench.disk.after(lambda number=number: durable.append(number))  # type: ignore[misc]
        if stalled and number == len(saves) // 2:
            bench.disk.levers.stall()
        bench.wait(gap_us * US)
        if number % 4 == 0:
            bench.crash(mode, seed + number)
            found = bench.disk.load(Map)
            loaded = int(found.text.partition(":")[0]) if found else 0
            assert durable[-1] <= loaded <= issued[-1]
            issued.append(loaded)
            durable.append(loaded)
    bench.crash(mode, seed)
    found = bench.disk.load(Map)
    loaded = int(found.text.partition(":")[0]) if found else 0
    assert durable[-1] <= loaded <= max(issued)


def test_rot_in_one_slot_gives_the_older_record_and_in_both_an_error() -> None:
    bench = Bench()
    for number in (1, 2):
        bench.disk.save(Vow(number))
        bench.wait()
    slots = bench.disk.names("record")
    assert bench.disk.levers.rot(bench.fault, files=slots[1], bits=3)
    assert bench.disk.load(Vow) == Vow(1)
    assert bench.disk.levers.rot(bench.fault, files=slots[0], bits=3)
    with pytest.raises(Corrupt, match="n1: both copies of the Vow are bad"):
        bench.disk.load(Vow)


def test_rot_of_the_only_record_ever_saved_is_an_error_and_not_nothing() -> None:
    bench = Bench()
    bench.disk.save(Vow(1))
    bench.wait()
    assert bench.disk.levers.rot(bench.fault, files="record.Vow.*")
    with pytest.raises(Corrupt):
        bench.disk.load(Vow)


def test_an_unreadable_slot_counts_as_bad() -> None:
    bench = Bench()
    for number in (1, 2):
        bench.disk.save(Vow(number))
        bench.wait()
    spot = bench.disk.levers.spoil(bench.fault, files="record.Vow.1")
    assert bench.disk.load(Vow) == Vow(1)
    assert spot is not None
    bench.disk.levers.mend(spot)
    assert bench.disk.load(Vow) == Vow(2)


def test_a_record_in_the_place_of_another_type_is_no_record() -> None:
    bench = Bench()
    bench.disk.save(Map("m"))
    bench.disk.save(Vow(1))
    bench.wait()
    bench.disk.write("record.Map.0", 0, bench.disk.read("record.Vow.0"))
    with pytest.raises(Corrupt):
        bench.disk.load(Map)


def test_a_save_that_does_not_fit_leaves_the_newest_record_out_of_danger() -> None:
    bench = Bench()
    for number in (1, 2):
        bench.disk.save(Map(str(number)))
        bench.wait()
    more_room = bench.disk.levers.fill(5, short=True)
    with pytest.raises(NoSpace):
        bench.disk.save(Map("x" * 600))
    more_room()
    assert bench.wait().disk.load(Map) == Map("2")
    bench.disk.save(Map("3"))
    assert bench.wait(10 * US).crash("lose-unsynced").disk.load(Map) == Map("2")


def test_a_failed_save_is_told_and_leaves_the_old_record() -> None:
    bench = Bench()
    bench.disk.save(Vow(1))
    bench.wait().disk.levers.fail_syncs(bench.fault, files="record.*")
    bench.disk.save(Vow(2))
    bench.wait()
    assert [type(error) for error in bench.errors] == [SyncFailed]
    assert bench.crash("lose-unsynced").disk.load(Vow) == Vow(1)
