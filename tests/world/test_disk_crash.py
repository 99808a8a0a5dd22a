"""What a crash leaves: every outcome that the rules allow, and no other."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.disk import Disk
from sim.world.disk_profile import NVME_PLP, DiskProfile
from sim.world.inode import SECTOR
from sim.world.streams import Stream
from sim.world.units import SECOND, US
from tests.world.disk_bench import POWER_CUTS, Bench, sectors
from tests.world.platters import Call, begin, legal_platters, perform, steps

# Enumeration.

BASE = {"f": sectors("aa"), "g": b"short"}

SCRIPTS: dict[str, list[Call]] = {
    "overwrite": [("write", "f", 100, sectors("b"))],
    "append twice in one sector": [("write", "g", 5, b"x" * 300), ("write", "g", 305, b"y" * 300)],
    "cut and write again": [("truncate", "f", 0, None), ("write", "f", 0, b"new")],
    "write beyond the end": [("write", "g", 2 * SECTOR, b"far")],
    "replace a file": [("write", "t", 0, sectors("b") + b"b"), ("rename", "t", "f", None)],
    "replace and remove": [("write", "t", 0, b"t"), ("rename", "t", "f", None), ("unlink", "g", None, None)],
    "five changes": [
        ("write", "f", 2 * SECTOR, b"more"),
        ("truncate", "g", 2, None),
        ("write", "h", 0, sectors("h")),
        ("rename", "h", "g", None),
    ],
}


@pytest.mark.parametrize("mode", ["keep", *POWER_CUTS, "wipe"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_crashes_leave_every_legal_platter_and_no_other(script: str, mode: str) -> None:
    base = begin(BASE)
    legal = legal_platters(base, steps(base, SCRIPTS[script]), mode)
    draws = 2_000 if len(legal) > 1 else 20
    seen = set()
    for seed in range(draws):
        bench = Bench(1).synced(**BASE)
        perform(bench.disk, SCRIPTS[script])
        seen.add(tuple(bench.wait(20 * US).crash(mode, seed).files().items()))
    assert seen == legal


calls = st.one_of(
    st.tuples(
        st.just("write"), st.sampled_from("fgh"), st.integers(0, 2 * SECTOR), st.binary(min_size=1, max_size=2 * SECTOR)
    ),
    st.tuples(st.just("truncate"), st.sampled_from("fg"), st.integers(0, 3 * SECTOR), st.none()),
    st.tuples(st.just("rename"), st.sampled_from("fgh"), st.sampled_from("fgh"), st.none()),
    st.tuples(st.just("unlink"), st.sampled_from("fgh"), st.none(), st.none()),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(calls, min_size=1, max_size=4),
    st.sampled_from(["keep", *POWER_CUTS]),
    st.integers(0, 999),
    st.integers(0, 12),
)
def test_a_crash_at_any_moment_leaves_a_legal_platter_of_what_the_device_had_begun(
    script: list[Call], mode: str, seed: int, wait_us: int
) -> None:
    base = begin(BASE)
    begun = steps(base, script)[: (wait_us + 1) // 2]  # a change keeps the device busy for 2 us
    bench = Bench(seed).synced(**BASE)
    perform(bench.disk, script)
    bench.wait(wait_us * US).crash(mode, seed)
    assert tuple(bench.files().items()) in legal_platters(base, begun, mode)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(calls, st.booleans()), min_size=1, max_size=6),
    st.sampled_from(["keep", *POWER_CUTS]),
    st.integers(0, 999),
    st.integers(0, 1_000),
)
def test_two_restarts_without_a_write_change_nothing(
    script: list[tuple[Call, bool]], mode: str, seed: int, wait_us: int
) -> None:
    bench = Bench(seed).synced(**BASE)
    for call, sync in script:
        perform(bench.disk, [call])
        if sync and bench.disk.exists(call[1]):
            bench.disk.fsync(call[1])
            bench.disk.fsync_dir()
    bench.wait(wait_us * US).crash(mode, seed)
    after = bench.files()
    assert bench.crash("keep" if mode == "keep" else "lose-unsynced", seed + 1).files() == after


def test_same_seed_leaves_the_same_platter() -> None:
    def left(seed: int) -> dict[str, bytes]:
        bench = Bench(5)
        bench.disk.append("f", bytes(range(256)) * 40)
        bench.disk.append("g", b"g" * 5000)
        return bench.wait().crash("reordered", seed).files()

    assert left(3) == left(3)
    assert len({tuple(left(seed).items()) for seed in range(20)}) > 10


# Update protocols (Pillai and others, section 2).

Protocol = Callable[[Disk], None]
OLD, NEW = sectors("aa"), sectors("b")


def overwrite(disk: Disk) -> None:
    disk.write("f", 0, sectors("bb"))


def append_without_sync(disk: Disk) -> None:
    disk.append("f", NEW)


def new_file_without_name(disk: Disk) -> None:
    disk.append("g", NEW)
    disk.fsync("g")


def rename_without_sync(disk: Disk) -> None:
    disk.append("tmp", NEW)
    disk.rename("tmp", "f")


def rename_synced(disk: Disk) -> None:
    disk.append("tmp", NEW)
    disk.fsync("tmp")
    disk.rename("tmp", "f")


def rename_durable(disk: Disk) -> None:
    rename_synced(disk)
    disk.fsync_dir()


def unlink_before_name_is_durable(disk: Disk) -> None:
    rename_synced(disk)
    disk.unlink("log")


def unlink_after_name_is_durable(disk: Disk) -> None:
    rename_durable(disk)
    disk.unlink("log")
    disk.fsync_dir()


def show(files: dict[str, bytes]) -> str:
    """A platter in short: each file, and for each of its sectors the letter in it."""
    return " ".join(f"{name}:{content[::SECTOR].replace(bytes(1), b'0').decode()}" for name, content in files.items())


OUTCOMES: dict[tuple[Protocol, str], set[str]] = {
    (overwrite, "lose-unsynced"): {"f:aa log:l"},
    (overwrite, "torn"): {"f:aa log:l", "f:ba log:l", "f:bb log:l"},
    (overwrite, "reordered"): {"f:aa log:l", "f:ba log:l", "f:ab log:l", "f:bb log:l"},
    (append_without_sync, "lose-unsynced"): {"f:aa log:l"},
    (append_without_sync, "torn"): {"f:aa log:l", "f:aab log:l"},
    (append_without_sync, "reordered"): {"f:aa log:l", "f:aab log:l", "f:aa0 log:l"},
    (new_file_without_name, "lose-unsynced"): {"f:aa log:l"},
    (new_file_without_name, "torn"): {"f:aa log:l", "f:aa g:b log:l"},
    (new_file_without_name, "reordered"): {"f:aa log:l", "f:aa g:b log:l"},
    (rename_without_sync, "lose-unsynced"): {"f:aa log:l"},
    (rename_without_sync, "torn"): {"f:aa log:l", "f:aa log:l tmp:", "f:aa log:l tmp:b", "f:b log:l"},
    (rename_without_sync, "reordered"): {
        *("f:aa log:l", "f:aa log:l tmp:", "f:aa log:l tmp:0", "f:aa log:l tmp:b", "f:0 log:l", "f:b log:l")
    },
    (rename_synced, "lose-unsynced"): {"f:aa log:l"},
    (rename_synced, "torn"): {"f:aa log:l", "f:aa log:l tmp:b", "f:b log:l"},
    (rename_synced, "reordered"): {"f:aa log:l", "f:aa log:l tmp:b", "f:b log:l"},
    (rename_durable, "lose-unsynced"): {"f:b log:l"},
    (rename_durable, "torn"): {"f:b log:l"},
    (rename_durable, "reordered"): {"f:b log:l"},
    (unlink_before_name_is_durable, "lose-unsynced"): {"f:aa log:l"},
    (unlink_before_name_is_durable, "torn"): {"f:aa log:l", "f:aa log:l tmp:b", "f:b log:l", "f:b"},
    (unlink_before_name_is_durable, "reordered"): {"f:aa log:l", "f:aa log:l tmp:b", "f:b log:l", "f:b"},
    (unlink_after_name_is_durable, "lose-unsynced"): {"f:b"},
    (unlink_after_name_is_durable, "torn"): {"f:b"},
    (unlink_after_name_is_durable, "reordered"): {"f:b"},
}
"""Update protocol and crash mode -> every state that the disk can be in afterwards."""


@pytest.mark.parametrize(("protocol", "mode"), OUTCOMES, ids=lambda one: getattr(one, "__name__", one))
def test_each_protocol_leaves_what_it_can_and_nothing_else(protocol: Protocol, mode: str) -> None:
    seen = set()
    for seed in range(200):
        bench = Bench(seed).synced(f=OLD, log=sectors("l"))
        protocol(bench.disk)
        seen.add(show(bench.wait().crash(mode, seed).files()))
    assert seen == OUTCOMES[protocol, mode]


@pytest.mark.parametrize("mode", POWER_CUTS)
def test_the_right_protocol_leaves_the_old_file_or_the_new_one_at_every_step(mode: str) -> None:
    counted = Bench().synced(f=OLD)
    ends = counted.disk.record_steps()
    rename_durable(counted.disk)
    assert len(ends) == 5
    start = counted.kernel.now
    seen = []
    for at in [moment for end in ends for moment in (end - 1, end + 1)]:
        for seed in range(20):
            bench = Bench().synced(f=OLD)
            rename_durable(bench.disk)
            seen.append((at, bench.wait(at - start).crash(mode, seed).files()["f"]))
    assert {content for _, content in seen} == {OLD, NEW}
    assert {content for at, content in seen if at > ends[-1]} == {NEW}


def test_a_lenient_file_system_makes_the_name_of_a_synced_new_file_durable() -> None:
    lenient = DiskProfile("ext4", NVME_PLP.sync, NVME_PLP.cap, entries="lenient")
    bench = Bench(1, lenient)
    new_file_without_name(bench.disk)
    assert bench.wait().crash("lose-unsynced").files() == {"g": NEW}


# Modes.


@pytest.mark.parametrize("mode", ["keep", *POWER_CUTS])
def test_what_was_synced_survives_every_crash_but_a_wipe(mode: str) -> None:
    for seed in range(50):
        assert Bench(seed).synced(f=OLD).crash(mode, seed).files() == {"f": OLD}
    assert Bench().synced(f=OLD).crash("wipe").files() == {}


def test_what_a_process_crash_kept_is_as_little_durable_as_before() -> None:
    bench = Bench().synced(f=OLD)
    bench.disk.append("f", NEW)
    assert bench.wait().crash("keep").files() == {"f": OLD + NEW}
    assert bench.crash("lose-unsynced").files() == {"f": OLD}


def test_what_waited_behind_a_sync_never_happened() -> None:
    bench = Bench()
    bench.disk.append("f", b"before")
    bench.wait(10 * US)
    bench.disk.fsync("f")
    bench.disk.append("f", b" behind")
    assert bench.disk.read("f") == b"before behind"
    assert bench.wait(10 * US).crash("keep").files() == {"f": b"before"}


def test_a_write_torn_at_a_byte_keeps_any_prefix() -> None:
    lengths = set()
    for seed in range(300):
        bench = Bench(seed).synced(f=b"")
        bench.disk.append("f", b"0123456789")
        bench.wait().disk.crash("torn", Stream(seed), tear="byte")
        lengths.add(len(bench.files()["f"]))
    assert lengths == set(range(11))


def test_space_without_its_data_shows_garbage_if_the_fault_says_so() -> None:
    def seen(stale: bool) -> set[bytes]:
        found = set()
        for seed in range(60):
            bench = Bench(seed).synced(f=b"")
            bench.disk.append("f", b"data")
            bench.wait().disk.crash("reordered", Stream(seed), stale=stale)
            found.add(bench.files()["f"])
        return found

    assert seen(stale=False) == {b"", b"data", bytes(4)}
    garbage = seen(stale=True) - {b"", b"data"}
    assert len(garbage) > 10
    assert {len(one) for one in garbage} == {4}


# Write-back.


def test_dirty_data_reaches_the_platter_on_its_own_after_a_while() -> None:
    def survivors(wait: int) -> int:
        count = 0
        for seed in range(20):
            bench = Bench(seed).synced(f=OLD)
            bench.disk.write("f", 0, b"b")
            count += bench.wait(wait).crash("lose-unsynced").files() != {"f": OLD}
        return count

    assert survivors(4 * SECOND) == 0
    assert 0 < survivors(15 * SECOND) < 20
    assert survivors(31 * SECOND) == 20


def test_what_is_written_back_is_a_prefix_of_what_was_written_to_a_file() -> None:
    seen = set()
    for seed in range(40):
        bench = Bench(seed).synced(f=b"")
        for letter in b"abcdef":
            bench.disk.append("f", bytes([letter]))
            bench.wait(3 * SECOND)
        seen.add(bench.crash("lose-unsynced", seed).files()["f"])
    assert len(seen) > 3
    assert all(b"abcdef".startswith(content) for content in seen)


def test_all_of_a_file_that_was_dirty_is_written_back_at_once() -> None:
    seen = set()
    for seed in range(60):
        bench = Bench(seed).synced(f=b"")
        bench.disk.append("f", b"a")
        bench.disk.append("f", b"b")
        seen.add(bench.wait(17 * SECOND).crash("lose-unsynced").files()["f"])
    assert seen == {b"", b"ab"}


def test_when_data_is_written_back_does_not_hang_on_who_looked_at_the_platter() -> None:
    def left(look: bool, seed: int) -> dict[str, bytes]:
        bench = Bench(seed).synced(f=OLD)
        bench.disk.write("f", 0, b"b")
        bench.disk.append("g", b"new")
        for _ in range(12):
            bench.wait(SECOND)
            if look:
                bench.disk.levers.mend(bench.disk.levers.spoil(Stream(1)) or pytest.fail("a file is there"))
        return bench.crash("lose-unsynced").files()

    assert all(left(True, seed) == left(False, seed) for seed in range(30))
