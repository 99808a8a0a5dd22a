"""Five-node Raft under chaos, about 12 virtual seconds and 2,000 messages: seeds per second on one core."""

import time
from statistics import median

from sim.running import run
from sim.scenario.loader import load

SCENARIO = "benchmarks/raft-chaos.yaml"
SEEDS = 60


def main() -> None:
    """Print seeds per second over consecutive seeds, and what a run of them is."""
    loaded = load(SCENARIO)
    run(loaded, 0)
    seconds, messages, violations = [], [], 0
    for seed in range(1, SEEDS + 1):
        began = time.perf_counter()
        result = run(loaded, seed)
        seconds.append(time.perf_counter() - began)
        messages.append(result.counts.sent)
        violations += result.verdict == "fail"
    print(f"{SEEDS / sum(seconds):6.1f} seeds/s on one core   median {median(seconds) * 1000:.1f} ms a seed")
    print(f"{median(messages):6.0f} messages a seed (median), {violations} violations in {SEEDS} seeds")
