"""Quantities are read with their unit, written back without loss, and refused with the fix where it is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.world.quantities import (
    BANDWIDTH,
    DRIFT,
    DURATION,
    PROBABILITY,
    RATE,
    SIZE,
    SPAN,
    Range,
    parse_distribution,
    parse_range,
    show_distribution,
    show_exact_ns,
    show_range,
    show_rate,
    show_size,
)
from sim.world.units import CERTAIN, show_ns, show_ppb


@given(st.integers(0, 10**18))
def test_durations_sizes_probabilities_and_rates_read_back_as_they_were_written(number: int) -> None:
    assert DURATION.parse(show_exact_ns(number)) == number
    assert SIZE.parse(show_size(number)) == number
    assert PROBABILITY.parse(show_ppb(number % (CERTAIN + 1))) == number % (CERTAIN + 1)
    assert RATE.parse(show_rate(number + 1)) == number + 1


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_ranges_and_distributions_read_back_as_they_were_written(low: int, width: int) -> None:
    ends = Range(low, low + width)
    assert parse_range(show_range(ends)) == ends
    for text in (
        {"uniform": ["1ms", "5ms"]},
        {"exponential": "4s"},
        {"lognormal": {"median": "1ms", "p99": "8ms"}},
        "3ms",
    ):
        assert parse_distribution(show_distribution(parse_distribution(text))) == parse_distribution(text)


def test_each_kind_takes_its_units() -> None:
    assert DURATION.parse("1.5s") == 1_500_000_000
    assert SPAN.parse("-150ms") == -150_000_000
    assert PROBABILITY.parse("0.5%") == 5_000_000
    assert RATE.parse("30/m") == 500
    assert SIZE.parse("4KiB") == 4096
    assert BANDWIDTH.parse("10MiB/s") == 10 * 2**20
    assert DRIFT.parse("-50ppm") == -50


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (DURATION, 60, "duration 60 has no unit; write '60s' if that is meant"),
        (PROBABILITY, 0.5, "probability 0.5 has no unit; write '0.5%' if that is meant"),
        (PROBABILITY, "101%", "probability '101%' is out of bounds, expected 0% to 100%"),
        (DURATION, "-1s", "duration '-1s' is out of bounds, expected 0 or more"),
        (
            DURATION,
            "1fortnight",
            r"expected a duration such as '150ms' \(units: ns, us, ms, s, m, h\), found '1fortnight'",
        ),
        (SIZE, None, "expected a size such as '4KiB', found nothing"),
        (DURATION, True, "expected a duration such as '150ms', found a truth value"),
        (DURATION, "0.3ns", "duration '0.3ns' is finer than the world can hold"),
    ],
)
def test_what_is_no_quantity_is_refused_with_the_fix(kind: object, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind.parse(value)  # type: ignore[attr-defined]


def test_durations_are_shown_in_the_unit_that_people_read() -> None:
    shown = [show_ns(ns) for ns in (0, 1, 1_500, 250_000_000, 60 * 10**9, 90 * 10**9, 3600 * 10**9, -2_000_000)]
    assert shown == ["0s", "1ns", "1.5us", "250ms", "60s", "90s", "60m", "-2ms"]
