"""A crash after any record, of any of the engine's nodes, changes neither what a run comes to nor what it did."""

import pytest

from models.agentflow import history as h
from models.agentflow.events import Effect, ReadBack, Recorded, Undone, Voided
from sim import Emitted
from sim.running import Running
from sim.scenario.loader import load_text

SCENARIO = """
version: 1
name: one-run
duration: 40s
settle: 36s
systems:
  flow: {{model: agentflow, nodes: 6, parameters: {{deciders: 1, services: 2{parameters}}}}}
workload:
  - operations:
      - {{at: 10ms, client: c1, {kind}: run}}
"""


class Told:
    """What one run said: its history, and what became of the world."""

    def __init__(self, kind: str, parameters: str = "", crash: str = "", at: int = 0, mode: str = "lose-unsynced"):
        text = SCENARIO.format(kind=kind, parameters=parameters)
        self.running = Running(load_text(text, "one.yaml"), 1, keep_trace=False)
        self.history: list[h.HistoryEvent] = []
        self.effects: dict[tuple[str, str, int], None] = {}
        self._crash, self._at, self._mode = crash, at, mode
        self.running.world.subscribe((Recorded,), self._recorded)
        self.running.world.subscribe((Effect, Undone, Voided), self._effect)
        self.failed = [(check.check, check.detail) for check in self.running.finish().failed]

    def _recorded(self, emitted: Emitted) -> None:
        event = emitted.event
        assert isinstance(event, Recorded)
        if isinstance(event, ReadBack):
            return
        self.history.append(event.event)
        if len(self.history) == self._at:
            world = self.running.world
            world.at(world.now, self._fall)

    def _fall(self) -> None:
        world = self.running.world
        world.crash(self._crash, self._mode)
        world.at(world.now + 300_000_000, lambda: world.start(self._crash))

    def _effect(self, emitted: Emitted) -> None:
        event = emitted.event
        assert isinstance(event, (Effect, Undone, Voided))
        self.effects[type(event).__name__, event.key, 0] = None

    @property
    def end(self) -> h.HistoryEvent:
        return self.history[-1]


KINDS = {"chain": "", "trip": "", "failing-trip": ", invalid: 100%"}
CALM: dict[str, Told] = {}


def calm(kind: str) -> Told:
    if kind not in CALM:
        CALM[kind] = Told(kind.removeprefix("failing-"), KINDS[kind])
    return CALM[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_calm_run_comes_to_its_end(kind: str) -> None:
    assert calm(kind).failed == []
    assert isinstance(calm(kind).end, h.Failed if kind == "failing-trip" else h.Completed)


@pytest.mark.parametrize("mode", ["lose-unsynced", "torn", "keep"])
@pytest.mark.parametrize("node", ["n1", "n2", "n3"], ids=["store", "decider", "worker"])
@pytest.mark.parametrize("kind", ["chain", "trip"])
def test_a_crash_after_any_record_changes_no_result_and_no_effect(kind: str, node: str, mode: str) -> None:
    expected = calm(kind)
    for at in range(1, len(expected.history) + 1, 1 if mode == "lose-unsynced" else 4):
        told = Told(kind, KINDS[kind], node, at, mode)
        assert told.failed == [], (at, told.failed)
        assert told.end == expected.end, at
        assert told.effects == expected.effects, at
