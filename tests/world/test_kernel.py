"""Time is whole nanoseconds; equal times are ordered by the seed; simpy's own things work."""

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from sim.world.kernel import Kernel, OutOfEvents
from sim.world.streams import Stream


def order_of_equal_times(seed: int) -> list[int]:
    kernel = Kernel(Stream(seed, "ties"))
    seen: list[int] = []
    for number in range(8):
        timeout = kernel.timeout(10, number)
        timeout.callbacks.append(lambda event: seen.append(event.value))
    kernel.run_until(10)
    return seen


def test_same_seed_orders_equal_times_the_same_way() -> None:
    assert order_of_equal_times(5) == order_of_equal_times(5)


def test_seeds_order_equal_times_differently() -> None:
    orders = {tuple(order_of_equal_times(seed)) for seed in range(10)}
    assert len(orders) == 10
    assert all(sorted(order) == list(range(8)) for order in orders)


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(0, 60))
def test_acts_run_in_order_of_time_and_not_beyond_the_end(times: list[int], end: int) -> None:
    kernel = Kernel(Stream(0, "ties"))
    seen: list[int] = []
    for time in times:
        kernel.at(time, 0, lambda _: seen.append(kernel.now), None)
    kernel.run_until(end)
    assert seen == sorted(time for time in times if time <= end)
    assert kernel.now == end


def test_a_float_is_no_delay() -> None:
    with pytest.raises(TypeError, match=r"a delay of 0\.5: time is an integer"):
        Kernel(Stream(0, "ties")).timeout(0.5)


def test_simpy_processes_resources_and_stores_run_on_it() -> None:
    kernel = Kernel(Stream(0, "ties"))
    desk, shelf, log = simpy.Resource(kernel, 1), simpy.Store(kernel), []

    def clerk(name: str):  # type: ignore[no-untyped-def] # a simpy process
        with desk.request() as turn:
            yield turn
            yield kernel.timeout(5)
            yield shelf.put(name)
            log.append((kernel.now, name))

    for name in "ab":
        kernel.process(clerk(name))
    kernel.run_until(100)
    assert [time for time, _ in log] == [5, 10]
    assert sorted(shelf.items) == ["a", "b"]


def test_a_limit_of_events_ends_the_run() -> None:
    kernel = Kernel(Stream(0, "ties"))

    def again(_: object) -> None:
        kernel.at(kernel.now, 0, again, None)

    kernel.at(3, 0, again, None)
    with pytest.raises(OutOfEvents, match="5000 events were not enough: the run stands at 3 ns of 10 ns"):
        kernel.run_until(10, limit=5000)


def test_a_run_goes_on_where_it_stopped() -> None:
    kernel = Kernel(Stream(0, "ties"))
    seen: list[int] = []
    for time in (1, 5, 9):
        kernel.at(time, 0, lambda _: seen.append(kernel.now), None)
    for end in (0, 5, 7, 10):
        kernel.run_until(end)
    assert seen == [1, 5, 9]


def test_a_failed_event_that_nobody_takes_is_raised() -> None:
    kernel = Kernel(Stream(0, "ties"))
    simpy.Event(kernel).fail(ValueError("lost"))
    with pytest.raises(ValueError, match="lost"):
        kernel.run_until(1)
