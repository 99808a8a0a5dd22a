"""Disk faults: what a node finds on its disk, how those that overlap count, and that healing restores no data."""

from collections.abc import Callable

import pytest

from sim.faults import FAULTS
from sim.world.disk import NoSpace, ReadOnly, Unreadable
from sim.world.units import MS, SECOND
from sim.world.world import World
from tests.faults.stage import Written, inject, make_fault, make_scene, running_world

WORDS = "words.log"


def test_a_failed_sync_crashes_its_node_and_a_supervisor_starts_it_again() -> None:
    world = running_world()
    inject(world, "disk", "{nodes: n2, failing-fsync: 1}")
    world.run_until(world.now + 20 * MS)
    assert not world.nodes["n2"].up
    world.run_until(world.now + 100 * MS)
    assert world.nodes["n2"].up
    assert world.nodes["n3"].incarnation == 1


def test_a_lying_sync_loses_words_that_were_durable_for_all_one_knew() -> None:
    world = running_world()
    written: list[int] = []
    world.subscribe([Written], lambda e: written.append(e.event.number) if e.node == "n2" else None)  # type: ignore[attr-defined]
    inject(world, "disk", "{nodes: n2, lying-fsync: true}")
    world.run_until(world.now + 100 * MS)
    before = world.nodes["n2"].disk.size(WORDS)
    inject(world, "crash", "{nodes: n2, disk: lose-unsynced}", "f2")
    assert len(written) == 20
    assert world.nodes["n2"].disk.size(WORDS) < before


def test_a_full_disk_takes_what_fits_in_its_slack() -> None:
    world = running_world()
    heal, _ = inject(world, "disk", "{nodes: n2, full: 100B}")
    disk = world.nodes["n2"].disk
    disk.append("other", bytes(100))
    with pytest.raises(NoSpace):
        disk.append("other", b"x")
    heal()
    disk.append("other", b"x")


def test_the_fullest_of_two_full_disks_counts_until_it_heals() -> None:
    world = running_world()
    wide, _ = inject(world, "disk", "{nodes: n2, full: 1000B}", "f1")
    narrow, _ = inject(world, "disk", "{nodes: n2, full: 10B}", "f2")
    disk = world.nodes["n2"].disk
    with pytest.raises(NoSpace):
        disk.append("other", bytes(11))
    wide()
    with pytest.raises(NoSpace):
        disk.append("other", bytes(11))
    narrow()
    disk.append("other", bytes(2000))


def test_a_disk_made_read_only_twice_takes_writes_when_both_have_healed() -> None:
    world = running_world()
    first, _ = inject(world, "disk", "{nodes: n2, read-only: true}", "f1")
    second, _ = inject(world, "disk", "{nodes: n2, read-only: true}", "f2")
    first()
    with pytest.raises(ReadOnly):
        world.nodes["n2"].disk.append(WORDS, b"x")
    second()
    world.nodes["n2"].disk.append(WORDS, b"x")


def test_a_node_whose_disk_is_full_falls_and_the_run_goes_on() -> None:
    world = running_world()
    heal, _ = inject(world, "disk", "{nodes: n2, full: 2KiB}")
    world.run_until(world.now + 100 * MS)
    assert world.nodes["n2"].incarnation > 1 or not world.nodes["n2"].up
    heal()
    world.run_until(world.now + SECOND)
    assert world.nodes["n2"].up


def test_bits_rot_in_the_files_that_are_named_and_stay_rotten() -> None:
    world = running_world(until=204 * MS)
    disk = world.nodes["n2"].disk
    before = disk.read(WORDS)
    heal, scene = inject(world, "disk", "{nodes: n2, bit-rot: 3, files: words.*}")
    heal()
    flipped = sum((a ^ b).bit_count() for a, b in zip(before, disk.read(WORDS), strict=True))
    assert 1 <= flipped <= 3
    assert WORDS in scene.effect


def test_rot_without_a_file_is_skipped() -> None:
    world = running_world()
    scene = make_scene(world)
    assert make_fault("disk", "{bit-rot: 1, files: nothing.*}").inject(world, scene) is None
    assert scene.reason == "no durable file matches 'nothing.*'"


def test_an_unreadable_sector_raises_when_it_is_read() -> None:
    world = running_world(until=204 * MS)
    inject(world, "disk", "{nodes: n2, unreadable: true, files: words.*}")
    with pytest.raises(Unreadable):
        world.nodes["n2"].disk.read(WORDS)


@pytest.mark.parametrize("body", ["{slow: 1000}", "{stall: 80ms}"])
def test_a_slow_or_stalled_disk_holds_back_what_waits_for_it(body: str) -> None:
    world = running_world()
    written: list[str] = []
    world.subscribe([Written], lambda e: written.append(e.node))
    inject(world, "disk", body.replace("{", "{nodes: n2, "))
    world.run_until(world.now + 50 * MS)
    assert written.count("n2") <= 1
    assert written.count("n3") >= 9


@pytest.mark.parametrize(
    "body", ["{}", "{slow: 2, stall: 1s}", "{failing-fsync: 0}", "{failing-fsync: true}", "{full: 5}"]
)
def test_a_disk_fault_is_of_one_kind_and_says_units(body: str) -> None:
    with pytest.raises(ValueError, match=r"expected one of|greater|integer|unit"):
        make_fault("disk", body)


def test_a_fault_that_lets_nodes_fall_says_how_many() -> None:
    assert make_fault("disk", "{nodes: random:2, failing-fsync: 1}").down(5) == 2
    assert make_fault("disk", "{nodes: minority, full: 10B}").down(5) == 2
    assert make_fault("disk", "{nodes: random:2, slow: 5}").down(5) == 0


def test_a_disk_with_no_space_at_all_is_a_fault_like_any_other() -> None:
    fault = FAULTS["disk"].model_validate({"full": "0B"})
    assert fault.model_dump(by_alias=True, exclude_defaults=True) == {"full": "0B"}


def _with_words_under_way(fault: str) -> tuple[World, list[int], Callable[[], None]]:
    """n2's disk worked on four words and stood still; now n2 is paused, and all of them complete, or fail."""
    world = running_world()
    written: list[int] = []
    world.subscribe([Written], lambda e: written.append(e.event.number) if e.node == "n2" else None)  # type: ignore[attr-defined]
    unstall, _ = inject(world, "disk", "{nodes: n2, stall: 1s}")
    world.run_until(world.now + 20 * MS)
    resume, _ = inject(world, "pause", "{nodes: n2}", "f2")
    if fault:
        inject(world, "disk", fault, "f3")
    unstall()
    world.run_until(world.now + 100 * MS)
    assert written == []
    return world, written, resume


def test_a_paused_node_says_what_its_disk_has_completed_when_it_resumes() -> None:
    world, written, resume = _with_words_under_way("")
    resume()
    assert len(written) >= 4
    assert world.nodes["n2"].up


def test_what_waited_for_a_sync_that_failed_in_a_pause_is_never_said() -> None:
    world, written, resume = _with_words_under_way("{nodes: n2, failing-fsync: 1}")
    resume()
    assert written == []
    assert not world.nodes["n2"].up
