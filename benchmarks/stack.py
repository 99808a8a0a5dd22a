"""What a calm stack costs: records by layer, exactly, and time as a ratio to a loop of pure Python.

python -m benchmarks.stack [SEED]: 60 s at default size. python -m benchmarks.stack thousand [SEED]: 10 s of a thousand
nodes. Records of the trace are what `sim run` counts as events.
"""

import sys
import time
from collections import Counter

from models.stack.deployment import Deployment, deploy
from models.stack.stack_settings import StackSettings
from sim.running import Running
from sim.scenario.loader import Loaded, load

SCENARIO = "benchmarks/stack-calm.yaml"
THOUSAND = "benchmarks/stack-thousand.yaml"
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


def counted(loaded: Loaded, seed: int) -> int:
    """How many records a run has; by layer they are printed. Every promise must hold."""
    stack = loaded.scenario.systems["stack"]
    names = tuple(f"n{n}" for n in range(1, stack.nodes + 1))
    layer = layers_of(deploy(StackSettings.model_validate(stack.parameters), names))
    kept = Running(loaded, seed, keep_trace=True)
    result = kept.finish()
    assert result.failed == (), result.failed
    found = Counter(layer.get(str(record[NODE]), "clients") for record in kept.world.trace.records())
    for name, count in found.most_common():
        print(f"{name:12} {count:>8,} records")
    return result.counts.events


def seconds(loaded: Loaded, seed: int) -> float:
    """Of the processor, for one run that keeps no trace."""
    began = time.process_time()
    Running(loaded, seed, keep_trace=False).finish()
    return time.process_time() - began


def default(seed: int) -> None:
    """Exact counts first, of a run that keeps its trace; then time, of those that do not."""
    loaded = load(SCENARIO)
    events = counted(loaded, seed)
    ratio = min(seconds(loaded, seed) / loop() for _ in range(3))
    print(f"{events:,} records in all, bar 250,000; time {ratio:.1f} loops of {TURNS:,} turns")


def thousand(seed: int) -> None:
    """A thousand nodes, and what a record costs there and at default size: equal if nothing is quadratic."""
    many, few = load(THOUSAND), load(SCENARIO, ("duration=30s", "settle=0s"))
    events = counted(many, seed)
    took = seconds(many, seed)
    print(f"{events:,} records of 10 s; {took:.1f} s of the processor, bar 60 s")
    small = Running(few, seed, keep_trace=False).finish().counts.events
    each = took / events, seconds(few, seed) / small
    print(f"{each[0] * 1e6:.0f} us a record at 1,000 nodes, {each[1] * 1e6:.0f} us at 53")


if __name__ == "__main__":
    is_thousand = sys.argv[1:2] == ["thousand"]
    given = sys.argv[2:] if is_thousand else sys.argv[1:]
    (thousand if is_thousand else default)(int(given[0]) if given else 1)
