"""A node's clock drifts, jumps and stands still, and its timers with it."""

from hypothesis import given
from hypothesis import strategies as st

from sim.world.clock import Clock
from sim.world.units import MILLION, MS, SECOND
from sim.world.world import World
from tests.world.actors import Teller


class Time:
    """A world clock that a test moves."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns


steps = st.lists(
    st.tuples(
        st.sampled_from(["drift", "freeze", "thaw", "jump", "pass"]),
        st.integers(-500_000, 500_000),
        st.integers(0, SECOND),
    ),
    max_size=12,
)


@given(steps)
def test_elapsed_never_goes_back_and_due_is_when_it_gets_there(moves: list[tuple[str, int, int]]) -> None:
    time = Time()
    clock = Clock(time, lambda: None)
    freezes, last = 0, 0
    for move, size, ns in moves:
        if move == "drift":
            clock.set_drift(size)
        elif move == "freeze":
            clock.freeze()
            freezes += 1
        elif move == "thaw" and freezes:
            clock.thaw()
            freezes -= 1
        elif move == "jump":
            clock.jump(size)
        time.ns += ns
        assert clock.elapsed() >= last
        last = clock.elapsed()
    due = clock.due(last + MS)
    assert (due is None) == clock.frozen
    if due is not None:
        time.ns = due
        assert clock.elapsed() >= last + MS
        time.ns = max(due - 2, 0)
        assert clock.elapsed() <= last + MS


@given(st.integers(-900_000, 900_000), st.integers(0, 10**12))
def test_drift_is_exact_to_the_nanosecond(ppm: int, ns: int) -> None:
    time = Time()
    clock = Clock(time, lambda: None)
    clock.set_drift(ppm)
    time.ns = ns
    assert clock.time() == ns * (MILLION + ppm) // MILLION


def rings(change, until: int = SECOND) -> list[int]:  # type: ignore[no-untyped-def] # a lever on the world at 50ms
    """World times at which a node that sleeps 100ms of its own time wakes."""
    world = World(1)
    seen: list[int] = []

    async def story(self: Teller) -> None:
        await self.sleep(100 * MS)
        seen.append(world.now)

    world.add("n1", lambda: Teller(story))
    world.boot()
    world.run_until(50 * MS)
    change(world)
    world.run_until(until)
    return seen


def test_a_timer_of_a_fast_clock_rings_early_and_of_a_slow_one_late() -> None:
    assert rings(lambda world: world.nodes["n1"].clock.set_drift(MILLION)) == [75 * MS]
    assert rings(lambda world: world.nodes["n1"].clock.set_drift(-MILLION // 2)) == [150 * MS]


def test_a_jump_moves_the_wall_clock_and_no_timer() -> None:
    assert rings(lambda world: world.nodes["n1"].clock.jump(SECOND)) == [100 * MS]


def test_a_frozen_clock_rings_nothing_until_it_thaws() -> None:
    def freeze(world: World) -> None:
        world.nodes["n1"].clock.freeze()
        world.at(80 * MS, world.nodes["n1"].clock.thaw)

    assert rings(freeze) == [130 * MS]
    assert rings(lambda world: world.nodes["n1"].clock.freeze()) == []
