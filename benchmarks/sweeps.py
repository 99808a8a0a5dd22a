"""Sweeps: what chunks save on tiny runs, what a second process adds, and what shrinking costs; ratios of one run."""

import importlib
import time
from collections.abc import Callable
from statistics import median

from sim.explore import feed
from sim.explore.feed import Order
from sim.explore.shrink import shrink
from sim.explore.shrunk import Budget
from sim.explore.sweep import sweep
from sim.model import find_model
from sim.scenario.loader import Loaded, load

CALM = "scenarios/raft/calm.yaml"
TINIEST = load(CALM, ("duration=10ms", "settle=0s", "systems.kv.nodes=1", "workload=[]", "checks=[]"))
TINY = load(CALM, ("duration=150ms", "settle=0s"))
SHORT = load("benchmarks/raft-chaos.yaml")
ROUNDS = 4


def rate(loaded: Loaded, seeds: int, executor: str) -> float:
    """Seeds per second of a whole sweep, the start of its workers counted."""
    began = time.perf_counter()
    found = sweep(Order(loaded, range(1, 1 + seeds)), executor)
    assert len(found.rows) == seeds, "every seed has a row"
    return seeds / (time.perf_counter() - began)


def in_turn(*measures: Callable[[], float]) -> list[float]:
    """The best of each of several measures, taken by turns: others may use the machine meanwhile."""
    rounds = [[measure() for measure in measures] for _ in range(ROUNDS)]
    return [max(rates) for rates in zip(*rounds, strict=True)]


def single(loaded: Loaded, seeds: int, executor: str) -> float:
    """Seeds per second with one seed a task."""
    usual = feed.TASK_S
    try:
        feed.TASK_S = 0.0
        return rate(loaded, seeds, executor)
    finally:
        feed.TASK_S = usual


def main() -> None:
    """Print the ratios."""
    _say_chunks("process:2")
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        print("dask: not installed")
    else:
        cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50)
        with cluster:
            address = f"dask:{cluster.scheduler_address}"
            _say_chunks(address)
            _say_cluster(address)
    one, two = in_turn(lambda: rate(SHORT, 200, "process:1"), lambda: rate(SHORT, 400, "process:2"))
    print(f"two processes       {two:6.1f} seeds/s against {one:6.1f} of one: {two / one:.2f} times")
    _say_shrinks()


def _say_chunks(executor: str) -> None:
    name = executor.partition(":")[0]
    for size, loaded, many in (("tiniest", TINIEST, 6000), ("tiny", TINY, 2000)):
        whole, alone = in_turn(lambda: rate(loaded, many, executor), lambda: single(loaded, many // 4, executor))  # noqa: B023 # called at once
        print(
            f"chunks on {name:<9} {whole:6.0f} {size} runs/s against {alone:6.0f} one a task: {whole / alone:.1f} times"
        )


def _say_cluster(address: str) -> None:
    for size, loaded, many in (("tiny", TINY, 2000), ("short", SHORT, 300)):
        pool, dask = in_turn(lambda: rate(loaded, many, "process:2"), lambda: rate(loaded, many, address))  # noqa: B023 # called at once
        print(f"dask, two workers   {dask:6.1f} {size} runs/s against {pool:6.1f} of the pool: {dask / pool:.2f} times")


def _say_shrinks() -> None:
    runs, seconds, faults = [], [], []
    for name in ("vow-unsynced", "leader-votes", "half-quorum", "match-falls", "refuses-after-append", "no-sessions"):
        loaded = load(find_model("raft").mutants[name].recipe, (f"systems.kv.mutant={name}", "expect=pass"))
        began = time.perf_counter()
        found = shrink(loaded, 2 if name == "leader-votes" else 1, budget=Budget(500, 60.0))
        seconds.append(time.perf_counter() - began)
        runs.append(found.runs)
        faults.append(found.after.faults)
    print(f"shrinking           median {median(runs):.0f} runs, at most {max(runs)}; {median(seconds):.1f}s, at most "
          f"{max(seconds):.1f}s; median {median(faults):.0f} faults left")  # fmt: skip
