"""Sweeps: what chunks save on tiny runs, what a second process adds, and what shrinking costs; ratios of one run."""

import importlib
import time
from statistics import median

from sim.explore import feed
from sim.explore.feed import Order
from sim.explore.shrink import shrink
from sim.explore.shrunk import Budget
from sim.explore.sweep import sweep
from sim.model import find_model
from sim.scenario.loader import Loaded, load

TINY = load("scenarios/raft/calm.yaml", ("duration=150ms", "settle=0s"))
SHORT = load("benchmarks/raft-chaos.yaml")
SEEDS = 600
ROUNDS = 4


def rate(loaded: Loaded, seeds: int, executor: str) -> float:
    """Seeds per second, the start of workers not counted."""
    sweep(Order(loaded, range(1, 3)), executor)
    began = time.perf_counter()
    found = sweep(Order(loaded, range(1, 1 + seeds)), executor)
    assert len(found.rows) == seeds, "every seed has a row"
    return seeds / (time.perf_counter() - began)


def chunked(executor: str) -> tuple[float, float]:
    """Seeds per second in chunks, and one seed a task."""
    usual = feed.TASK_S
    whole = rate(TINY, SEEDS, executor)
    try:
        feed.TASK_S = 0.0
        single = rate(TINY, SEEDS, executor)
    finally:
        feed.TASK_S = usual
    return whole, single


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
            _say_chunks(f"dask:{cluster.scheduler_address}")
    pairs = [tuple(rate(SHORT, 150 * workers, f"process:{workers}") for workers in (1, 2)) for _ in range(ROUNDS)]
    one, two = (max(rates) for rates in zip(*pairs, strict=True))  # the best: others may use the machine
    print(f"two processes       {two:6.1f} seeds/s against {one:6.1f} of one: {two / one:.2f} times")
    _say_shrinks()


def _say_chunks(executor: str) -> None:
    whole, single = chunked(executor)
    name = executor.partition(":")[0]
    print(f"chunks on {name:<9} {whole:6.0f} tiny runs/s against {single:6.0f} one a task: {whole / single:.1f} times")


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
