"""Seven policies on the same requests, and how much a request costs to simulate.

python -m benchmarks.serving policies          hit ratio, latency and balance at several loads, paired by seed
python -m benchmarks.serving scale             100,000 requests on 64 engines, and what each costs as they become more
python -m benchmarks.serving sparse            the same with one router and words of load every 500 ms
python -m benchmarks.serving chunks            100,000 requests of that, with blocks of 256 tokens
python -m benchmarks.serving figures DIR       the picture of the first
--trace PATH                                   lengths and times of a file like the Azure LLM inference trace 2023
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from models.llm_cache import events
from sim import SECOND, Emitted, Event
from sim.running import Running
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded, load

P = "systems.llm.parameters."
POLICIES: dict[str, tuple[str, ...]] = {
    "round_robin": ("round_robin",),
    "least_loaded": ("least_loaded",),
    "affinity": ("session", P + "bound=1000000"),
    "session": ("session",),
    "prefix": ("prefix",),
    "prefix_load": ("prefix_load",),
    "threshold": ("threshold",),
}
"""Name -> policy, and what else is set: `affinity` stays with a session's engine however busy that is."""
SPAN = range(10 * SECOND, 40 * SECOND)
"""Requests asked before it meet empty caches, those behind it may not be answered before the run ends."""
GAPS_MS = (800, 400, 200, 130)
SPEEDS = (100, 200, 300)
SEEDS = (1, 2, 3, 4)
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 8: 2.365, 10: 2.262}
"""Number of seeds -> the 97.5% quantile of Student's distribution for their mean."""
SCENARIO = "scenarios/llm_cache/azure-conversation.yaml"
SETUP = (
    "systems.llm.nodes=5", P + "routers=1", P + "total=2048", P + "stream_tokens=64", P + "queue_max=256",
    P + "stall=300s", P + "patience=600s", P + "answer_within=600s", "duration=70s", "settle=0s",
    P + "traffic.cancel=0%", P + "traffic.repeat=0%", P + "traffic.think=[2s, 8s]", P + "traffic.user=[240, 1600]",
    P + "traffic.output=[60, 300]",
)  # fmt: skip
Found = dict[str, dict[str, list["Outcome"]]]
"""Load -> policy -> what it gave for each seed."""


@dataclass(frozen=True)
class Outcome:
    """What a policy gave in one run: hits in shares of prompt tokens, times in s, busiest engine to mean.

    `lost` requests were not answered before the run ended, or not at all.
    """

    requests: int
    lost: int
    hits: float
    first_mean: float
    first_p95: float
    total_mean: float
    total_p95: float
    imbalance: float


def offered(trace: str) -> list[tuple[str, tuple[str, ...]]]:
    """The loads, each with what makes it: gaps between conversations, or how fast a trace is replayed."""
    if not trace:
        return [(f"{1000 / gap:.2f} conversations/s", (P + f"traffic.gap={gap}ms",)) for gap in GAPS_MS]
    source = (P + "traffic.arrivals=trace", P + f"traffic.trace={trace}", P + "traffic.most=3000")
    return [(f"trace x {speed / 100:g}", (*source, P + f"traffic.speed={speed}")) for speed in SPEEDS]


def outcome(loaded: Loaded, seed: int) -> Outcome:
    """Of the requests of one run that were asked in `SPAN`; traffic goes on until the run ends."""
    seen = watched(loaded, seed, events.Asked, events.Answered, events.Got, events.Loaded)
    counted = {one.event.request for one in seen if isinstance(one.event, events.Asked) and one.t_ns in SPAN}
    answered = [one.event for one in seen if isinstance(one.event, events.Answered) and one.event.request in counted]
    done = [one.event for one in seen if isinstance(one.event, events.Got) and one.event.request in counted]
    loads: dict[str, list[int]] = {}
    for one in seen:
        if isinstance(one.event, events.Loaded) and one.t_ns in SPAN:
            loads.setdefault(one.node, []).append(one.event.queued + one.event.running)
    by_node = [mean(load) for load in loads.values()]
    first, total = sorted(one.first_ns / 1e9 for one in done), sorted(one.total_ns / 1e9 for one in done)
    hits = sum(one.reused for one in answered) / sum(one.prompt for one in answered)
    late, lost = len(done) * 95 // 100, len(counted) - len(answered)
    uneven = max(by_node) / mean(by_node)
    return Outcome(len(done), lost, hits, mean(first), first[late], mean(total), total[late], uneven)


def watched(loaded: Loaded, seed: int, *kinds: type[Event]) -> list[Emitted]:
    """Every event of these kinds of one run, in order; the checks look away."""
    running = Running(loaded, seed, keep_trace=False, observed=False)
    seen: list[Emitted] = []
    running.world.subscribe(kinds, seen.append)
    running.finish()
    return seen


def compare(trace: str = "", seeds: tuple[int, ...] = SEEDS) -> Found:
    """Every policy at every load, paired by seed."""
    found: Found = {}
    for name, load_of in offered(trace):
        for policy, (base, *more) in POLICIES.items():
            loaded = load(SCENARIO, (*SETUP, *load_of, P + f"policy={base}", *more))
            found.setdefault(name, {})[policy] = [outcome(loaded, seed) for seed in seeds]
    return found


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Their mean, and half of its 95% interval (Student)."""
    return mean(values), STUDENT[len(values)] * stdev(values) / len(values) ** 0.5


def policies(trace: str) -> None:
    """The table, and at which load the order changes."""
    found = compare(trace)
    for name, by_policy in found.items():
        many, lost = (sum(getattr(one, field) for one in by_policy["prefix"]) for field in ("requests", "lost"))
        print(f"{name}, {many:,} requests of {len(SEEDS)} seeds (under prefix; {lost} were not answered in time)")
        print("    policy        token hits      first token: mean   95%     end to end: mean   95%     busiest / mean")
        for policy, outcomes in by_policy.items():
            hits, late = (interval([getattr(one, field) for one in outcomes]) for field in ("hits", "total_mean"))
            first, first95, late95, uneven = (mean(getattr(one, field) for one in outcomes) for field in FIELDS)
            print(
                f"    {policy:12}  {hits[0]:.3f} +- {hits[1]:.3f}   {first:6.3f} s  {first95:6.3f} s"
                f"   {late[0]:5.2f} +- {late[1]:.2f} s  {late95:5.2f} s   {uneven:5.2f}"
            )
    for one, other in (("prefix", "round_robin"), ("affinity", "round_robin"), ("prefix", "affinity")):
        print(f"    {one} against {other}, mean end to end: {', '.join(verdicts(found, one, other))}")


FIELDS = ("first_mean", "first_p95", "total_p95", "imbalance")


def verdicts(found: Found, one: str, other: str) -> list[str]:
    """At each load which of two policies answers sooner, by differences paired by seed."""
    said = []
    for name, by_policy in found.items():
        pairs = zip(by_policy[one], by_policy[other], strict=True)
        middle, half = interval([a.total_mean - b.total_mean for a, b in pairs])
        word = "about as soon" if abs(middle) <= half else "sooner" if middle < 0 else "later"
        said.append(f"{word} at {name} ({middle:+.2f} +- {half:.2f} s)")
    return said


BIG = (
    "systems.llm.nodes=66", P + "gpu=h100", P + "block_tokens=64", P + "total=1024", P + "stream_tokens=1024",
    P + "commit=100ms", "settle=0s", P + "traffic.gap=20ms", P + "traffic.clients=4", P + "traffic.system=[64, 512]",
    P + "traffic.user=[100, 800]", P + "traffic.think=[2s, 10s]",
)  # fmt: skip
SPARSE = ("systems.llm.nodes=65", P + "routers=1", P + "load_every=500ms", P + "dead_after=2s")
CHUNKS = (*SPARSE, P + "block_tokens=256", P + "total=256")
"""Blocks as long as LMCache's chunks, in as much memory."""
RATE = 244
"""Requests answered in a second, about."""
MARKS = (10_000, 30_000, 100_000)
_cpu, _wall = time.process_time, time.perf_counter  # taken here: while a run lasts nobody may ask for the time


def scale(most: int = MARKS[-1], more: tuple[str, ...] = ()) -> None:
    """What a request costs between 0, 10,000, 30,000 and 100,000 of one run: with all checks, and unwatched."""
    loaded = load(SCENARIO, (*BIG, *more, f"duration={8 + most // RATE}s"))
    for observed in (True, False):
        print(f"{'all checks' if observed else 'unwatched'}", flush=True)
        _measure(loaded, [mark for mark in MARKS if mark <= most], observed=observed)


def _measure(loaded: Loaded, marks: Sequence[int], *, observed: bool) -> None:
    running = Running(loaded, 1, keep_trace=False, observed=observed)
    answered, last, began = 0, (0, _cpu()), (_cpu(), _wall())

    def count(_: Emitted) -> None:
        nonlocal answered, last
        answered += 1
        if answered in marks:
            now = _cpu()
            each = (now - last[1]) / (answered - last[0]) * 1e6
            print(
                f"    {last[0]:>7,} to {answered:>7,}   {each:6.0f} us of processor each"
                f"   so far {now - began[0]:6.1f} s ({_wall() - began[1]:.0f} s of wall time)",
                flush=True,
            )
            last = (answered, now)

    running.world.subscribe((events.Answered,), count)
    result = running.finish()
    counts, broken = result.counts, ", ".join(check.check for check in result.failed) or "none"
    print(
        f"    {answered:,} answered   {counts.sent / answered:.1f} messages and {counts.events / answered:.1f} records"
        f" each   {_cpu() - began[0]:.1f} s   violated: {broken}",
        flush=True,
    )


PARTS = ("policies", "scale", "sparse", "chunks")


def main(words: list[str]) -> int:
    """Run what is named; 4 for a word there is not, or a trace that cannot be read."""
    trace = ""
    if "--trace" in words:
        at = words.index("--trace")
        if at + 1 == len(words):
            print("--trace: expected the path of a file", file=sys.stderr)
            return 4
        trace = words[at + 1]
        words = words[:at] + words[at + 2 :]
    try:
        return _run(words, trace)
    except ScenarioErrors as error:
        print(error, file=sys.stderr)
        return 4


def _run(words: list[str], trace: str) -> int:
    if words[:1] == ["figures"] and len(words) == 2:
        from benchmarks.serving_figures import draw

        draw(words[1], compare(trace))
        return 0
    wrong = [word for word in words if word not in PARTS]
    if wrong:
        print(f"no part {wrong[0]!r}; there are {', '.join(PARTS)}, and figures DIR", file=sys.stderr)
        return 4
    for word in words or PARTS:
        print(f"== serving {word}")
        if word == "policies":
            policies(trace)
        elif word == "scale":
            scale()
        elif word == "chunks":
            scale(more=CHUNKS)
        else:
            scale(30_000, SPARSE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
