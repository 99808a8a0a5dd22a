"""Six policies on the same requests, and how much a request costs to simulate.

python -m benchmarks.serving policies          hit ratio, latency and balance at several loads, paired by seed
python -m benchmarks.serving scale             100,000 requests on 64 engines, and the cost of a request at three sizes
python -m benchmarks.serving sparse            the same with one router and words of load every 500 ms
python -m benchmarks.serving figures DIR       the picture of the first
--trace PATH                                   lengths and times of a file like the Azure LLM inference trace 2023
"""

import sys
import time
from dataclasses import dataclass
from statistics import mean

from reports import frames
from sim import Run
from sim.running import run
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import Loaded, load

P = "systems.llm.parameters."
POLICIES = ("round_robin", "least_loaded", "session", "prefix", "prefix_load", "threshold")
GAPS_MS = (1000, 400, 250)
SPEEDS = (100, 300, 500)
SEEDS = (1, 2)
SCENARIO = "scenarios/llm_cache/azure-conversation.yaml"
SETUP = (
    "systems.llm.nodes=9", P + "routers=1", P + "total=2048", P + "stream_tokens=64", P + "queue_max=256",
    P + "stall=300s", P + "patience=600s", P + "answer_within=600s", "duration=40s", "settle=0s",
    P + "traffic.cancel=0%", P + "traffic.repeat=0%", P + "traffic.think=[2s, 8s]", P + "traffic.user=[240, 1600]",
    P + "traffic.output=[60, 300]",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a policy gave in one run: hits in shares of prompt tokens, times in s, busiest engine to mean."""

    requests: int
    hits: float
    first_p50: float
    first_p99: float
    total_p50: float
    total_p99: float
    imbalance: float


def offered(trace: str) -> list[tuple[str, tuple[str, ...]]]:
    """The loads, each with what makes it: gaps between conversations, or how fast a trace is replayed."""
    if not trace:
        return [(f"{1000 / gap:.2f} conversations/s", (P + f"traffic.gap={gap}ms",)) for gap in GAPS_MS]
    source = (P + "traffic.arrivals=trace", P + f"traffic.trace={trace}", P + "traffic.most=800")
    return [(f"trace x {speed / 100:g}", (*source, P + f"traffic.speed={speed}")) for speed in SPEEDS]


def outcome(result: Run) -> Outcome:
    """Of one run."""
    answered, got = frames.events(result, "Answered"), frames.events(result, "Got")
    done = got[got["state"] == "DONE"]
    loads = frames.events(result, "Loaded")
    by_node = (loads["queued"] + loads["running"]).groupby(loads["node"]).mean()
    first, total = done["first_ns"] / 1e9, done["total_ns"] / 1e9
    return Outcome(
        len(done), answered["reused"].sum() / answered["prompt"].sum(), float(first.quantile(0.5)),
        float(first.quantile(0.99)), float(total.quantile(0.5)), float(total.quantile(0.99)),
        by_node.max() / by_node.mean(),
    )  # fmt: skip


def compare(trace: str = "", seeds: tuple[int, ...] = SEEDS) -> dict[str, dict[str, list[Outcome]]]:
    """Load -> policy -> what it gave for each seed."""
    found: dict[str, dict[str, list[Outcome]]] = {}
    for name, load_of in offered(trace):
        for policy in POLICIES:
            loaded = load(SCENARIO, (*SETUP, *load_of, P + f"policy={policy}"))
            found.setdefault(name, {})[policy] = [outcome(run(loaded, seed, observed=False)) for seed in seeds]
    return found


def policies(trace: str) -> None:
    """The table, and at which load the order changes."""
    found = compare(trace)
    for name, by_policy in found.items():
        print(f"{name}, {sum(one.requests for one in by_policy['prefix']):,} requests of {len(SEEDS)} seeds")
        print("    policy        token hits   first token p50   p99     end to end p50   p99     busiest / mean")
        for policy, outcomes in by_policy.items():
            hits = [one.hits for one in outcomes]
            columns = [mean(getattr(one, field) for one in outcomes) for field in FIELDS]
            print(
                f"    {policy:12}  {mean(hits):.3f} ({min(hits):.3f}..{max(hits):.3f})"
                "   {:6.3f} s  {:6.3f} s   {:7.2f} s  {:7.2f} s   {:5.2f}".format(*columns)
            )
        print(f"    {verdict(by_policy)}")


FIELDS = ("first_p50", "first_p99", "total_p50", "total_p99", "imbalance")


def verdict(by_policy: dict[str, list[Outcome]]) -> str:
    """Who hits most, and who answers first, by what holds for every seed."""

    def pairs(field: str, one: str, other: str) -> list[float]:
        return [getattr(a, field) - getattr(b, field) for a, b in zip(by_policy[one], by_policy[other], strict=True)]

    hits = ">" if min(pairs("hits", "prefix", "round_robin")) > 0 else "not always >"
    against = pairs("first_p99", "prefix_load", "prefix")
    late = "<" if max(against) < 0 else ">" if min(against) > 0 else "about"
    means = {policy: mean(one.first_p99 for one in outcomes) for policy, outcomes in by_policy.items()}
    best = min(means, key=lambda policy: means[policy])
    return f"hits prefix {hits} round_robin; p99 of the first token: prefix_load {late} prefix, least under {best}"


BIG = (
    "systems.llm.nodes=66", P + "gpu=h100", P + "block_tokens=64", P + "total=1024", P + "stream_tokens=1024",
    P + "commit=100ms", "settle=0s", P + "traffic.gap=20ms", P + "traffic.clients=4", P + "traffic.system=[64, 512]",
    P + "traffic.user=[100, 800]", P + "traffic.think=[2s, 10s]", "checks=[{sometimes: answered}]",
)  # fmt: skip
SPARSE = ("systems.llm.nodes=65", P + "routers=1", P + "load_every=500ms", P + "dead_after=2s")
RATE = 244
"""Requests answered in a second, about."""


def scale(more: tuple[str, ...] = (), sizes: tuple[int, ...] = (10_000, 30_000, 100_000)) -> None:
    """The cost of a request while there are more and more of them: with all checks, and while nobody looks."""
    for size in sizes:
        loaded = load(SCENARIO, (*BIG, *more, f"duration={4 + size // RATE}s"))
        watched, cpu, wall = _timed(loaded, observed=True)
        _, bare, _ = _timed(loaded, observed=False)
        answered = next(check.work for check in watched.checks if check.check == "sometimes answered")
        counts, broken = watched.counts, ", ".join(check.check for check in watched.failed) or "none"
        cost, bare_cost = cpu / answered * 1e6, bare / answered * 1e6
        print(
            f"{answered:>7,} answered   {counts.sent / answered:4.1f} messages, {counts.events / answered:4.1f} records"
            f"   {cost:6.0f} us each, {cpu:6.1f} s ({wall:.0f} s of wall time), violated: {broken}"
            f"   unwatched {bare_cost:6.0f} us, {bare:6.1f} s",
            flush=True,
        )


def _timed(loaded: Loaded, *, observed: bool) -> tuple[Run, float, float]:
    """What came of it, and the seconds of processor and of wall time that it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = run(loaded, 1, observed=observed)
    return result, time.process_time() - cpu, time.perf_counter() - wall


PARTS = ("policies", "scale", "sparse")


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
        else:
            scale(SPARSE, (30_000,))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
