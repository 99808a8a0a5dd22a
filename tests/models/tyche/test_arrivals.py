"""Each process has the mean and the burstiness that its formula says, within three standard errors."""

from itertools import islice, pairwise
from math import sqrt

import pytest

from models.tyche.arrivals import (
    Clockwork,
    Counts,
    Erlang,
    Hyperexponential,
    OnOff,
    Overlay,
    Poisson,
    Process,
    Silence,
)
from sim import SECOND, Stream

N = 12_000
BATCHES = 40
GAP = 10 * SECOND
MINUTE = 60 * SECOND


def draw(process: Process, n: int = N) -> list[int]:
    return list(islice(process.gaps(Stream(7, "test")), n))


def with_error(values: list[float]) -> tuple[float, float]:
    """Mean and its standard error over batches of consecutive values."""
    size = len(values) // BATCHES
    means = [sum(values[i * size : (i + 1) * size]) / size for i in range(BATCHES)]
    mean = sum(means) / BATCHES
    return mean, sqrt(sum((one - mean) ** 2 for one in means) / (BATCHES - 1) / BATCHES)


PROCESSES: list[tuple[str, Process, float]] = [
    ("poisson", Poisson(GAP), 1.0),
    ("erlang", Erlang(GAP, 4), 0.5),
    ("h2 of 2", Hyperexponential(GAP, 2000), 2.0),
    ("h2 of 4", Hyperexponential(GAP, 4000), 4.0),
    ("timer", Clockwork(GAP, 3 * SECOND), 0.3 / sqrt(3)),
    # Kuczura, 1973: of rate l while on, with a = 1 / on and b = 1 / off, c² = 1 + 2 l a / (a + b)²
    ("on-off", OnOff(GAP, 20 * SECOND, 80 * SECOND), sqrt(1 + 2 * 0.5 * 0.05 / (0.05 + 0.0125) ** 2)),
]


@pytest.mark.parametrize(("name", "process", "cov"), PROCESSES, ids=[name for name, _, _ in PROCESSES])
def test_mean_and_burstiness_are_those_of_the_formula(name: str, process: Process, cov: float) -> None:
    gaps = [gap / GAP for gap in draw(process)]
    mean, error = with_error(gaps)
    assert abs(mean - 1) <= 3 * error
    second, second_error = with_error([gap * gap for gap in gaps])
    assert abs(second - (1 + cov * cov)) <= 3 * second_error + 6 * error


@pytest.mark.parametrize(("cov", "p"), [(2000, 0.8873), (4000, 0.9697), (6000, 0.9863)])
def test_phases_of_the_hyperexponential_are_balanced(cov: int, p: float) -> None:
    assert Hyperexponential(GAP, cov).p / 1e9 == pytest.approx(p, abs=0.0001)


def test_counts_are_kept_minute_by_minute() -> None:
    times = list(islice(Overlay().times(Counts((3, 0, 2)), Stream(1, "x")), 10))
    assert [sum(minute * MINUTE <= at < (minute + 1) * MINUTE for at in times) for minute in range(6)] == [3, 0, 2] * 2
    assert all(one <= other for one, other in pairwise(times))


def test_a_wave_has_more_in_its_upper_half() -> None:
    times = list(islice(Overlay(wave=80, period=1000 * SECOND).times(Poisson(SECOND), Stream(1, "x")), 10_000))
    upper = sum(at % (1000 * SECOND) < 500 * SECOND for at in times)
    # the mean of a half wave is 2/pi of its height
    assert upper / len(times) == pytest.approx(0.5 + 0.8 / 3.14159, abs=0.02)


def test_bursts_come_within_their_time_and_a_lull_is_silent() -> None:
    overlay = Overlay(burst_every=20 * SECOND, burst_count=5, lull_at=35 * SECOND, lull_for=10 * SECOND)
    times = list(islice(overlay.times(Silence(), Stream(1, "x")), 10))
    assert [at // SECOND in (20, 21) for at in times[:5]] == [True] * 5
    assert times[5] >= 60 * SECOND  # those at 40 s fell into the lull


def test_the_same_stream_gives_the_same_requests() -> None:
    assert draw(Poisson(GAP), 50) == draw(Poisson(GAP), 50)
