"""What 60 s of the calm stack cost: records by layer, exactly, and time as a ratio to a loop of pure Python.

python -m benchmarks.stack [SEED]: records of the trace are what `sim run` counts as events.
"""

import sys
import time
from collections import Counter

from models.stack.deployment import Deployment, deploy
from models.stack.stack_settings import StackSettings
from sim.running import Running
from sim.scenario.loader import load

SCENARIO = "benchmarks/stack-calm.yaml"
TURNS = 10_000_000
NODE = 2
"""Where a record of the trace has the name of its node."""


def layers_of(at: Deployment) -> dict[str, str]:
    """Node -> the layer whose server it is."""
    parts = {
        "veristore": (*at.objects, at.caretaker),
        "metadata": at.metadata,
        "smartsearch": at.search,
        "agentflow": (*at.deciders, *at.flow_workers, at.notifier),
        "serving": (*at.routers, *at.engines),
        "veriflow": at.cluster,
    }
    return {node: layer for layer, nodes in parts.items() for node in nodes}


def loop() -> float:
    """Seconds of the processor that a fixed loop takes: what a run's are divided by."""
    began, total = time.process_time(), 0
    for turn in range(TURNS):
        total += turn & 7
    assert total > 0
    return time.process_time() - began


def main(seed: int) -> None:
    """Exact counts first, of a run that keeps its trace; then time, of one that does not."""
    loaded = load(SCENARIO)
    names = tuple(f"n{n}" for n in range(1, loaded.scenario.systems["stack"].nodes + 1))
    layer = layers_of(deploy(StackSettings.model_validate({"size": "default"}), names))
    kept = Running(loaded, seed, keep_trace=True)
    result = kept.finish()
    assert result.failed == (), result.failed
    counted = Counter(layer.get(str(record[NODE]), "clients") for record in kept.world.trace.records())
    for name, count in counted.most_common():
        print(f"{name:12} {count:>8,} records")
    ratios = []
    for _ in range(3):
        began = time.process_time()
        Running(loaded, seed, keep_trace=False).finish()
        ratios.append((time.process_time() - began) / loop())
    print(f"{result.counts.events:,} records in all, bar 250,000; time {min(ratios):.1f} loops of {TURNS:,} turns")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
