"""What the store reads after a crash is what it had logged, up to some record behind all that it has told."""

from collections.abc import Callable
from itertools import pairwise

import pytest

import models.veriflow.store
from models.veriflow.commands import Record
from models.veriflow.events import Fact
from models.veriflow.machine import Machine
from models.veriflow.parts import Parts
from models.veriflow.record_log import RecordLog
from models.veriflow.settings import Settings
from sim import Emitted
from sim.running import Running
from sim.scenario.loader import load_text

SCENARIO = """
version: 1
name: often-cut
duration: 28s
systems:
  cluster:
    model: veriflow
    nodes: 12
    parameters: {until: 19s, work: 50ms..300ms, ttl: 200ms, resync: 1s, history: 5, compact: 5}
workload:
  - {clients: 3, rate: 3/s, timeout: 5s, mix: {submit: 4, cancel: 1}}
"""


class Watched(RecordLog):
    """A log that is compared with all that was ever logged."""

    logged: list[Record] = []
    told = 0
    reads: list[tuple[bool, int, int]] = []

    def read(self) -> tuple[bytes | None, list[Record]]:
        state, records = super().read()
        cls = type(self)
        machine, anew = Machine(Settings(), Parts()), Machine(Settings(), Parts())
        if state is not None:
            machine.restore(state)
        for record in records:
            machine.act(record)
        assert machine.tables.revision >= cls.told
        kept = self._records
        for record in cls.logged[:kept]:
            anew.act(record)
        assert machine.digest() == anew.digest()
        cls.reads.append((state is not None, len(records), kept))
        del cls.logged[kept:]
        return state, records

    def append(self, record: Record, objects: int, snapshot: Callable[[], bytes]) -> None:
        super().append(record, objects, snapshot)
        type(self).logged.append(record)


def _fall(running: Running, disk: str, at_ns: int) -> None:
    world = running.world
    world.at(at_ns, lambda: world.crash("n1", disk))
    world.at(at_ns + 90_000_000, lambda: world.start("n1"))


@pytest.mark.parametrize("disk", ["lose-unsynced", "torn", "keep"])
def test_a_crash_costs_only_what_was_not_told(disk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.veriflow.store, "RecordLog", Watched)
    cut = 0
    for seed in range(1, 3):
        Watched.logged, Watched.reads, Watched.told = [], [], 0
        running = Running(load_text(SCENARIO, "often.yaml"), seed, keep_trace=False)
        for number in range(18):
            _fall(running, disk, 1_500_000_000 + number * (900_000_000 + 7_919_000 * seed))

        def tell(emitted: Emitted) -> None:
            assert isinstance(emitted.event, Fact)
            Watched.told = max(Watched.told, emitted.event.revision)

        running.world.subscribe((Fact,), tell)
        result = running.finish()
        assert not result.failed
        behind = [read for read in Watched.reads if read[0]]
        cut += sum(later[1] < earlier[1] for earlier, later in pairwise(behind))
    assert cut, "the log was never cut"
