"""The belt ends a run that never ends, and no other."""

import threading
import time

import pytest

from sim.explore.belt import Belt, OutOfTime


def spin(seconds: float) -> int:
    """Many small steps; how many."""
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        count += 1
    return count


def test_a_belt_strikes_what_goes_on_for_too_long() -> None:
    with pytest.raises(OutOfTime), Belt(0.05):
        spin(5)


def test_a_later_belt_with_less_time_strikes_first() -> None:
    with Belt(60):
        spin(0.01)
    began = time.monotonic()
    with pytest.raises(OutOfTime), Belt(0.05):
        spin(5)
    assert time.monotonic() - began < 3


def test_a_belt_that_was_taken_off_in_time_never_strikes() -> None:
    for _ in range(200):
        with Belt(0.02):
            pass
    assert spin(0.1) > 0


def test_belts_that_end_while_they_are_taken_off_leave_the_watch_in_order() -> None:
    struck = 0
    for turn in range(300):
        try:
            with Belt(0.0004):
                spin(0.0004 + turn % 10 * 0.0003)  # around the moment, and well behind it
        except OutOfTime:
            struck += 1
    with pytest.raises(OutOfTime), Belt(0.05):
        spin(5)
    assert struck


def test_each_thread_has_a_belt_of_its_own() -> None:
    ended: dict[str, str] = {}

    def work(name: str, limit: float) -> None:
        try:
            with Belt(limit):
                spin(0.3)
            ended[name] = "finished"
        except OutOfTime:
            ended[name] = "struck"

    threads = [threading.Thread(target=work, args=one) for one in (("short", 0.05), ("long", 60.0))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == {"short": "struck", "long": "finished"}
