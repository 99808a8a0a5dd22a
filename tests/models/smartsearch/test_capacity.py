"""Throughput against partitions: the author's measurements, and the exact oracle for exponential service."""

from pathlib import Path

import pytest

from models.smartsearch.capacity import MEASURED, throughput
from models.smartsearch.ingestion.events import Ready
from sim import MS, SECOND, load
from sim.running import Running

ROOT = Path(__file__).parents[3]
WARM = 3 * SECOND
END = 12 * SECOND


def measured(partitions: int, *overrides: str, seed: int = 1) -> float:
    """Documents that became READY a second, once the embedder is warm."""
    loaded = load(ROOT / f"scenarios/smartsearch/capacity-{partitions}.yaml", overrides)
    running = Running(loaded, seed, keep_trace=False)
    times: list[int] = []
    running.world.subscribe([Ready], lambda emitted: times.append(emitted.t_ns))
    running.finish()
    return sum(t_ns >= WARM for t_ns in times) * SECOND / (END - WARM)


@pytest.mark.parametrize("partitions", sorted(MEASURED))
def test_throughput_is_within_a_tenth_of_what_the_author_measured(partitions: int) -> None:
    low, high = MEASURED[partitions]
    assert 0.9 * low <= measured(partitions) <= 1.1 * high


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_throughput_with_exponential_service_is_that_of_mean_value_analysis(workers: int) -> None:
    exact = float(throughput(workers, 15 * MS, 8500 * 1000 + 5 * MS))
    overrides = (
        "systems.search.parameters.embed_exponential=true",
        f"systems.search.parameters.partitions={workers}",
        f"systems.search.nodes={10 + workers}",
    )
    assert measured(4, *overrides) == pytest.approx(exact, rel=0.08)


def test_mean_value_analysis_gives_the_numbers_of_the_page() -> None:
    exact = [float(throughput(workers, 15 * MS, 13_500_000)) for workers in (1, 2, 3, 4)]
    assert [round(one, 1) for one in exact] == [35.1, 55.0, 63.3, 65.9]


def test_nobody_works_without_workers() -> None:
    with pytest.raises(ValueError, match="expected workers"):
        throughput(0, 15 * MS, 0)
