"""What a window remembers, and what it can tell."""

from hypothesis import given
from hypothesis import strategies as st

from models.tyche.window import SPAN_MIN, Window
from sim import MS, SECOND


def filled(*times: int, size: int = 3, reset: bool = True, off: int = 0) -> Window:
    window = Window(size, reset)
    window.off_ns = off
    for at in times:
        window.add(at)
    return window


def test_a_window_that_is_not_full_tells_nothing() -> None:
    assert filled(0, SECOND).span is None
    assert filled(0, SECOND, 3 * SECOND).span == 3 * SECOND


def test_the_span_is_of_the_last_arrivals_alone() -> None:
    assert filled(0, 5 * SECOND, 6 * SECOND, 8 * SECOND).span == 3 * SECOND


def test_a_burst_at_one_instant_has_no_rate() -> None:
    assert filled(7, 7, 7).span is None


def test_a_clock_that_stepped_back_empties_the_window() -> None:
    window = filled(10 * SECOND, 11 * SECOND, 2 * SECOND)
    assert window.times == (2 * SECOND,)


def test_ten_times_off_is_forgotten_and_not_without_reset() -> None:
    times = (0, SECOND, SECOND + 10 * 400 * MS + 1)
    assert filled(*times, off=400 * MS).times == times[-1:]
    assert filled(*times, off=400 * MS, reset=False).times == times
    assert filled(0, SECOND, SECOND + 10 * 400 * MS, off=400 * MS).span is not None


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=40), st.integers(2, 8))
def test_no_span_is_shorter_than_what_a_clock_can_tell(gaps: list[int], size: int) -> None:
    window, now = Window(size, reset=False), 0
    for gap in gaps:
        now += gap
        window.add(now)
        assert len(window.times) <= size
        assert window.span is None or window.span >= SPAN_MIN
    if len(gaps) > size and sum(gaps[-size + 1 :]) >= SPAN_MIN:
        assert window.span == sum(gaps[-size + 1 :])
