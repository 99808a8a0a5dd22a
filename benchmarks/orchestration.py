"""The orchestrator at scale: 10,000 jobs on 1,000 GPUs within a minute of one core, and an even cost per job.

python -m benchmarks.orchestration scale     10,000 jobs on 125 nodes of 8
python -m benchmarks.orchestration flat      1,250 to 10,000 jobs: processor time per event and per job
python -m benchmarks.orchestration optimum   ratios of batches and victims to brute force
"""

import sys
import time
from dataclasses import dataclass
from fractions import Fraction

from models.veriflow.events import JobState, ProcessStarted
from models.veriflow.greedy import ratios
from sim import Emitted
from sim.running import Running
from sim.scenario.loader import load_text

SCENARIO = """
version: 1
name: orchestration-{jobs}
duration: {duration}s
systems:
  cluster:
    model: veriflow
    nodes: {servers}
    parameters:
      profile: kube
      apis: 1
      schedulers: 1
      controllers: 1
      devices: 8
      types: [a100]
      queues:
        - {{name: research, nominal: {third}, borrow: {third}, lend: {third}}}
        - {{name: batch, nominal: {third}, borrow: {third}, lend: {third}}}
        - {{name: serving, nominal: {third}, borrow: {third}, lend: {third}}}
      members: 3
      gpus: 4
      work: 10s..20s
      checkpoint_every: 0s
      ttl: 24h
      until: {until}ms
      patience: 24h
      history: 5000
      push: 5ms
network:
  latency: {{lognormal: {{median: 1ms, p99: 8ms}}}}
workload:
  - {{clients: 20, rate: {rate}/s, timeout: 30s, mix: {{submit: 1}}}}
limits: {{events: 50000000}}
"""
NODES = 125
LOAD = 10
"""Jobs a second: 5 GPUs for 15 s each on average keep three in four of 1,000 GPUs busy."""


@dataclass
class Found:
    """What a run came to. Seconds are of the processor; the rest is virtual."""

    seconds: float
    submitted: int
    succeeded: int
    events: int
    waits: list[int]
    failed: tuple[str, ...]


def measure(jobs: int, nodes: int = NODES, rate: int = LOAD) -> Found:
    """One run: so many jobs, and time for all of them to end."""
    until = jobs * 1000 // rate
    duration = until // 1000 + 150
    third = nodes * 8 // 3 + 1
    text = SCENARIO.format(jobs=jobs, duration=duration, servers=5 + 2 * nodes, third=third, until=until, rate=rate)
    running = Running(load_text(text, "scale.yaml"), 1, keep_trace=False)
    since: dict[int, int] = {}
    started: dict[int, int] = {}
    ended: dict[int, str] = {}

    def job(emitted: Emitted) -> None:
        event = emitted.event
        assert isinstance(event, JobState)
        since.setdefault(event.job.uid, emitted.t_ns)
        ended[event.job.uid] = event.job.state

    def process(emitted: Emitted) -> None:
        event = emitted.event
        assert isinstance(event, ProcessStarted)
        started.setdefault(event.job, emitted.t_ns)

    running.world.subscribe((JobState,), job)
    running.world.subscribe((ProcessStarted,), process)
    began = time.process_time()
    result = running.finish()
    seconds = time.process_time() - began
    succeeded = sum(state == "SUCCEEDED" for state in ended.values())
    waits = sorted(started[uid] - since[uid] for uid in started)
    return Found(
        seconds,
        len(since),
        succeeded,
        result.counts.events,
        waits,
        tuple(f"{one.check}: {one.detail}" for one in result.failed),
    )


def show(found: Found) -> str:
    """One line."""
    waits = found.waits or [0]
    median, slow = waits[len(waits) // 2] / 1e9, waits[len(waits) * 99 // 100] / 1e9
    per_event = found.seconds / max(1, found.events) * 1e6
    per_job = found.seconds / max(1, found.submitted) * 1e3
    return (
        f"{found.submitted:6,} jobs, {found.succeeded:6,} succeeded  {found.events:9,} events  {found.seconds:6.1f} s  "
        f"{per_event:5.1f} us an event  {per_job:5.2f} ms a job  to running: median {median:.2f} s, 99% {slow:.1f} s"
        f"{'  FAILED ' + ', '.join(found.failed) if found.failed else ''}"
    )


def scale() -> None:
    """The bar: below 60 s."""
    print(show(measure(10_000)))


def flat() -> None:
    """The same cluster with more and more jobs."""
    for jobs in (1_250, 2_500, 5_000, 10_000):
        print(show(measure(jobs)), flush=True)


def optimum() -> None:
    """Greedy admission over the most that a batch can use, and over the lexicographically best set."""
    for name, found in zip(("most GPUs in use", "best set by order"), ratios(11, 400), strict=True):
        ordered = sorted(found)
        mean = float(sum(found, Fraction(0)) / len(found))
        print(
            f"{name}: mean {mean:.3f}, least {float(ordered[0]):.3f}, 5% {float(ordered[len(ordered) // 20]):.3f}, "
            f"optimal in {sum(one >= 1 for one in found)} of {len(found)}"
        )


def main(words: list[str]) -> int:
    """Run what is named; 4 for a word there is not."""
    known = {"scale": scale, "flat": flat, "optimum": optimum}
    wrong = [word for word in words if word not in known]
    if wrong:
        print(f"no part {wrong[0]!r}; there are {', '.join(known)}", file=sys.stderr)
        return 4
    for word in words or known:
        print(f"== orchestration {word}")
        known[word]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
