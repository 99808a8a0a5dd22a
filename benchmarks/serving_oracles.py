"""Serving against what must hold: stack distances, the optimum by Belady, Little's law, and the curve over w.

python -m benchmarks.serving_oracles memory    hits against memory: the model's pool, stack distances, FIFO, the optimum
python -m benchmarks.serving_oracles little    what is in engines at a time = rate of arrivals x mean time there
python -m benchmarks.serving_oracles weight    hits, balance and latency over the weight of missing blocks
"""

import sys
from bisect import bisect_right
from statistics import mean

from benchmarks.serving import SCENARIO, SEEDS, SETUP, P, interval, outcome, watched
from models.llm_cache import events, truth
from models.llm_cache.oracles import Text, hits_of_fifo, hits_of_optimum, hits_of_pool, named, stack_distances
from sim import SECOND, Emitted
from sim.scenario.loader import load

SIZE = 16
SHARES = (2, 4, 8, 12, 16, 24, 32, 48, 64, 100)
"""Memory in percent of all different blocks of a trace."""


def trace(seed: int = 1) -> list[Text]:
    """Prompts of one run of conversations in the order in which they were asked."""
    loaded = load(SCENARIO, (*SETUP, P + "traffic.gap=200ms"))
    asked = [one.event for one in watched(loaded, seed, events.Asked) if isinstance(one.event, events.Asked)]
    return named([truth.contents(one.prompt, SIZE, one.origin.tenant.encode()) for one in asked])


def memory() -> None:
    """Hits over memory. The pool must hit what stack distances say, and nothing hits more than the optimum."""
    texts = trace()
    asked, different = sum(map(len, texts)), len({block for text in texts for block in text})
    distances = stack_distances(texts)
    print(f"{len(texts):,} requests, {asked:,} blocks, {different:,} different ones")
    for share in SHARES:
        total = max(different * share // 100, max(map(len, texts)))
        lru, told = hits_of_pool(texts, total), bisect_right(distances, total)
        fifo, best = hits_of_fifo(texts, total), hits_of_optimum(texts, total)
        assert lru == told, f"the pool hits {lru} times, stack distances say {told}"
        assert best >= max(lru, fifo), f"the optimum hits {best} times, LRU {lru}, FIFO {fifo}"
        excess = (asked - lru) / (asked - best)
        print(
            f"    {total:6,} blocks ({share:3}%)   LRU {lru / asked:.3f}   FIFO {fifo / asked:.3f}"
            f"   best {best / asked:.3f}   misses of LRU to those of the best {excess:.2f}"
        )


def little() -> None:
    """Requests in engines at a time, as engines say it every 100 ms, against arrivals x mean time from queue to end."""
    for gap in (800, 400):
        many, rate, stay, there = arrivals_and_times(gap, 300)
        print(
            f"    {rate:6.2f} requests/s x {stay:.3f} s = {rate * stay:7.3f}   counted {there:7.3f}"
            f"   ratio {there / (rate * stay):.4f}   ({many:,} requests)"
        )


def arrivals_and_times(gap: int, seconds: int) -> tuple[int, float, float, float]:
    """Requests that came in a span, how many a second, their mean time in an engine in s; how many were in engines."""
    loaded = load(SCENARIO, (*SETUP, P + f"traffic.gap={gap}ms", f"duration={seconds + 60}s"))
    seen = watched(loaded, 1, events.Loaded, events.Queued, events.Gone)
    span = range(30 * SECOND, (seconds + 30) * SECOND)
    times = times_in_engines(seen, span)
    return len(times), len(times) / seconds, mean(times) / SECOND, counted_in_engines(seen, span)


def counted_in_engines(seen: list[Emitted], span: range) -> float:
    """Mean of what all engines together say that they have."""
    loads: dict[str, list[int]] = {}
    for one in seen:
        if isinstance(one.event, events.Loaded) and one.t_ns in span:
            loads.setdefault(one.node, []).append(one.event.queued + one.event.running)
    return sum(mean(told) for told in loads.values())


def times_in_engines(seen: list[Emitted], span: range) -> list[int]:
    """How long each attempt that came in that span was there, in ns."""
    began: dict[str, int] = {}
    times = []
    for one in seen:
        event = one.event
        if isinstance(event, events.Queued) and not event.again and one.t_ns in span:
            began[event.attempt] = one.t_ns
        elif isinstance(event, events.Gone) and event.why != "preempted" and event.attempt in began:
            times.append(one.t_ns - began.pop(event.attempt))
    return times


def weight() -> None:
    """More weight on what is missing: more hits, less balance."""
    for w in (0, 1, 2, 4, 16, 64):
        loaded = load(SCENARIO, (*SETUP, P + "traffic.gap=250ms", P + f"w={w}"))
        found = [outcome(loaded, seed) for seed in SEEDS]
        columns = ("hits", "imbalance", "first_mean", "first_p95", "total_mean")
        told = [interval([getattr(one, name) for one in found]) for name in columns]
        said = [f"{name} {middle:.3f} +- {half:.3f}" for name, (middle, half) in zip(columns, told, strict=True)]
        print(f"    w = {w:2}   {'   '.join(said)}")


PARTS = {"memory": memory, "little": little, "weight": weight}


def main(words: list[str]) -> int:
    """Run what is named; 4 for a word there is not."""
    wrong = [word for word in words if word not in PARTS]
    if wrong:
        print(f"no part {wrong[0]!r}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 4
    for word in words or PARTS:
        print(f"== serving {word}")
        PARTS[word]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
