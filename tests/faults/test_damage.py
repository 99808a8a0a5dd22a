"""The atlas keeps enough disks whole, and says when a plan went beyond what copies can make good."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import load, run
from sim.faults.atlas import Atlas

ROOT = Path(__file__).parents[2]
SERVERS = tuple(f"n{number}" for number in range(1, 8))


@given(st.integers(3, 7), st.lists(st.integers(0, 6), max_size=40))
def test_a_majority_of_the_disks_stays_whole(size: int, wishes: list[int]) -> None:
    atlas = Atlas(SERVERS[:size])
    damaged: set[str] = set()
    for wish in wishes:
        name = SERVERS[wish % size]
        if atlas.may_damage(name):
            atlas.note(name)
            damaged.add(name)
    assert len(damaged) <= (size - 1) // 2
    assert atlas.beyond() == []


def test_what_is_damaged_may_be_damaged_again() -> None:
    atlas = Atlas(("n1", "n2", "n3"))
    atlas.note("n2")
    assert [atlas.may_damage(name) for name in ("n1", "n2", "n3")] == [False, True, False]


def test_systems_are_counted_apart() -> None:
    atlas = Atlas(("a/n1", "a/n2", "a/n3", "b/n1", "b/n2", "b/n3"))
    atlas.note("a/n1")
    assert not atlas.may_damage("a/n2")
    assert atlas.may_damage("b/n2")


def test_plan_that_goes_beyond_says_so() -> None:
    loaded = load(ROOT / "scenarios/raft/lying-fsync.yaml", ("duration=15s",))
    said = run(loaded).notes
    assert any("the disks of n1, n2, n3 lost or damaged data: more than a minority of 5" in note for note in said)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nemesis_that_damages_stays_within_bounds(seed: int) -> None:
    sets = ("nemesis.swarm=false", "nemesis.every=200ms", "duration=12s", "settle=5s")
    result = run(load(ROOT / "scenarios/raft/swarm-rot.yaml", sets), seed)
    hit = {name for fault in result.fired if fault.kind == "damage" for name in fault.targets}
    assert 1 <= len(hit) <= 2
    assert result.failed == ()
