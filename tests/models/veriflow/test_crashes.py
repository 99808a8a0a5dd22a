"""A crash of any loop, node or of the store after any write changes neither how jobs end nor what has an effect.

The store's log is cut again and again, so a crash falls into cuts as well.
"""

import pytest

from models.veriflow.events import JobState, ResultTaken, Wrote
from sim import Emitted
from sim.running import Running
from sim.scenario.loader import load_text

SCENARIO = """
version: 1
name: a-few-jobs
duration: 27s
settle: 23s
systems:
  cluster:
    model: veriflow
    nodes: 12
    parameters:
      types: [a100]
      queues: [{name: q, nominal: 8}]
      ttl: 4s
      tolerance: 1s
      patience: 21s
      leader: 600ms
      history: 5
      compact: 5
workload:
  - timeout: 10s
    operations:
      - {at: 1s, client: c1, submit: [low, q, 2, 2, a100, 900, 0]}
      - {at: 1700ms, client: c2, submit: [gang, q, 2, 4, a100, 700, 2]}
"""
CONTROL, STORE, NODE = ("n4", "n6"), ("n1",), ("n9", "n10")


class Told:
    """What one run said."""

    def __init__(self, crash: tuple[str, ...] = (), at: int = 0, mode: str = "lose-unsynced"):
        self.running = Running(load_text(SCENARIO, "few.yaml"), 1, keep_trace=False)
        self.writes = 0
        self.ends: dict[str, str] = {}
        self.results: list[int] = []
        self._seen = 0
        self._crash, self._at, self._mode = crash, at, mode
        self.running.world.subscribe((Wrote,), self._wrote)
        self.running.world.subscribe((JobState,), self._job)
        self.running.world.subscribe((ResultTaken,), self._result)
        self.failed = [(check.check, check.detail) for check in self.running.finish().failed]

    def _wrote(self, emitted: Emitted) -> None:
        event = emitted.event
        assert isinstance(event, Wrote)
        if event.revision > self._seen and event.kind in ("Job", "Attempt"):
            self._seen = event.revision
            self.writes += 1
            if self.writes == self._at:
                world = self.running.world
                world.at(world.now, self._fall)

    def _fall(self) -> None:
        world = self.running.world
        for name in self._crash:
            world.crash(name, self._mode)
        world.at(world.now + 300_000_000, self._rise)

    def _rise(self) -> None:
        for name in self._crash:
            self.running.world.start(name)

    def _job(self, emitted: Emitted) -> None:
        event = emitted.event
        assert isinstance(event, JobState)
        self.ends[event.job.key] = event.job.state

    def _result(self, emitted: Emitted) -> None:
        event = emitted.event
        assert isinstance(event, ResultTaken)
        if event.job not in self.results:
            self.results.append(event.job)


CALM = Told()


def test_without_a_crash_the_gang_evicts_the_other_and_both_succeed() -> None:
    assert CALM.failed == []
    assert CALM.ends == {"low": "SUCCEEDED", "gang": "SUCCEEDED"}
    assert CALM.writes > 25


@pytest.mark.parametrize(
    ("nodes", "mode", "every"),
    [(CONTROL, "lose-unsynced", 1), (STORE, "torn", 3), (STORE, "keep", 5), (NODE, "torn", 4), (NODE[:1], "keep", 5)],
    ids=["loops", "store-torn", "store-killed", "node", "agent"],
)
def test_a_crash_after_any_write_changes_no_end(nodes: tuple[str, ...], mode: str, every: int) -> None:
    for at in range(1, CALM.writes + 1, every):
        told = Told(nodes, at, mode)
        assert told.failed == [], (at, told.failed)
        assert told.ends == CALM.ends, at
        assert len(told.results) == 2, at
