"""GPUs and what is made on them, over all layers: rows against whoever is physically there, checkpoints, epochs."""

from models import llm_cache, veriflow, veristore
from models.stack.checkpoint_objects import OWNER, checkpoint_body, checkpoint_key
from models.stack.events import PoolFreed, PoolHeld
from models.stack.gpu_engine import epoch_of
from models.stack.invariants.calls import longest_quiet
from sim import SECOND, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when

Place = tuple[str, int]
"""(GPU node, device)"""


class Rows:
    """The rows of the ledger, as its store tells them. After a restart it tells all again: each fact counts once."""

    def __init__(self) -> None:
        self.all: dict[str, veriflow.Row] = {}
        self.at: dict[Place, dict[str, veriflow.Row]] = {}
        self._told = (0, -1)

    def learn(self, event: veriflow.Fact) -> tuple[veriflow.Row, ...]:
        """Take in a fact; the rows that it is about, if it is new."""
        mark = event.revision, event.n
        if mark <= self._told:
            return ()
        self._told = mark
        if isinstance(event, veriflow.Released):
            for row in event.rows:
                self.all.pop(row.id, None)
                self.at.get((row.node, row.device), {}).pop(row.id, None)
            return event.rows
        assert isinstance(event, (veriflow.Bound, veriflow.Claimed)), "these are watched"
        made = event.rows if isinstance(event, veriflow.Bound) else (event.row,)
        for row in made:
            self.all[row.id] = row
            self.at.setdefault((row.node, row.device), {})[row.id] = row
        return made


class OneGpuLedger(Invariant):
    """Rows fit their devices, and whoever is physically there has one: processes of jobs, memory of engines.

    What a GPU node had in an older epoch is gone, whoever may not know of it yet.
    """

    name = "one-gpu-ledger"
    claim = "every process and every engine had its row, and rows fitted their devices"
    watches = (
        veriflow.Bound, veriflow.Claimed, veriflow.Released, veriflow.ProcessStarted, veriflow.ProcessStopped,
        veriflow.EpochBegan, PoolHeld, PoolFreed,
    )  # fmt: skip

    def __init__(self, memory: int) -> None:
        super().__init__()
        self._memory = memory
        self._rows = Rows()
        self._pools: dict[str, tuple[PoolHeld, Emitted]] = {}
        self._running: dict[Place, tuple[int, int, int]] = {}
        self._epochs: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare what is there with what is written."""
        event = emitted.event
        if isinstance(event, veriflow.Fact):
            for row in self._rows.learn(event):
                self._judge(emitted, row, is_gone=isinstance(event, veriflow.Released))
        elif isinstance(event, PoolHeld):
            self._hold(emitted, event)
        elif isinstance(event, PoolFreed):
            self._pools.pop(emitted.node, None)
        elif isinstance(event, veriflow.ProcessStarted):
            self._start(emitted, event)
        elif isinstance(event, veriflow.ProcessStopped):
            for device in event.devices:
                self._running.pop((event.node, device), None)
        elif isinstance(event, veriflow.EpochBegan):
            self._begin(event)

    def _begin(self, event: veriflow.EpochBegan) -> None:
        self._epochs[event.node] = event.epoch
        self._pools = {name: one for name, one in self._pools.items() if one[0].node != event.node}
        self._running = {place: one for place, one in self._running.items() if place[0] != event.node}

    def _judge(self, emitted: Emitted, row: veriflow.Row, *, is_gone: bool) -> None:
        """A row came or went."""
        if is_gone:
            for engine, (pool, held) in self._pools.items():
                if pool.row == row.id:
                    said = f"row {row.id} was given up while {engine} had its memory there ({when(held)})"
                    self.contradict(emitted, f"{said}, {when(emitted)}")
            return
        rows = self._rows.at[row.node, row.device].values()
        exclusive = any(not one.size for one in rows)
        if (exclusive and len(rows) > 1) or sum(one.size for one in rows) > self._memory:
            said = f"rows {', '.join(one.id for one in rows)} are more than device {row.device} of {row.node}"
            self.contradict(emitted, f"{said}, {when(emitted)}")

    def _hold(self, emitted: Emitted, event: PoolHeld) -> None:
        """An engine has memory."""
        if event.epoch < self._epochs.get(event.node, 0):
            return  # the machine began anew while the word of it was under way: there is nothing
        self._pools[emitted.node] = event, emitted
        where = f"device {event.device} of {event.node}"
        row = self._rows.all.get(event.row)
        place = event.node, event.device, event.epoch
        if row is None or (row.node, row.device, row.epoch) != place or row.size < event.size:
            self.contradict(emitted, f"{when(emitted)} has memory of {where} without a row of it")
        running = self._running.get((event.node, event.device))
        if running is not None:
            self.contradict(emitted, f"{when(emitted)} has memory of {where}, where attempt {running[:2]} runs")

    def _start(self, emitted: Emitted, event: veriflow.ProcessStarted) -> None:
        """A process of a job is there."""
        gang = event.job, event.attempt, event.member
        for device in event.devices:
            self._running[event.node, device] = gang
            for engine, (pool, held) in self._pools.items():
                if (pool.node, pool.device) == (event.node, device):
                    said = f"attempt {gang[:2]} runs on device {device} of {event.node}, of which {engine} has memory"
                    self.contradict(emitted, f"{said} ({when(held)}), {when(emitted)}")
            rows = self._rows.at.get((event.node, device), {}).values()
            if not any((one.owner, one.attempt) == (str(event.job), event.attempt) for one in rows):
                said = f"attempt {gang[:2]} runs on device {device} of {event.node} without a row"
                self.contradict(emitted, f"{said}, {when(emitted)}")


class CheckpointReadable(Invariant):
    """A checkpoint that a process was told of is in the store, with its bytes, then and for ever.

    And an attempt begins where the newest one is that attempts before it were told of.
    """

    name = "checkpoint-readable"
    claim = "every acknowledged checkpoint was in the store, and attempts began from the newest"
    watches = (veristore.ObjectCommitted, veristore.ObjectDeleted, veriflow.CheckpointTaken, veriflow.ProcessStarted)

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, str] = {}
        self._taken: dict[int, dict[int, int]] = {}
        """Job -> attempt -> newest step that it was told of."""
        self._acknowledged: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Look for the bytes of what is acknowledged."""
        event = emitted.event
        if isinstance(event, veristore.ObjectCommitted):
            if event.bucket == OWNER:
                self._kept[event.key] = event.etag
        elif isinstance(event, veristore.ObjectDeleted):
            if event.bucket == OWNER and event.key in self._acknowledged:
                self.contradict(emitted, f"{when(emitted)} deleted {event.key}, which a process counts on")
        elif isinstance(event, veriflow.CheckpointTaken):
            self._take(emitted, event)
        elif isinstance(event, veriflow.ProcessStarted):
            self._start(emitted, event)

    def _take(self, emitted: Emitted, event: veriflow.CheckpointTaken) -> None:
        steps = self._taken.setdefault(event.job, {})
        steps[event.attempt] = max(event.step, steps.get(event.attempt, 0))
        key = checkpoint_key(event.job, event.step)
        self._acknowledged.setdefault(key, emitted)
        if self._kept.get(key) != veristore.md5_of(checkpoint_body(event.job, event.step)):
            said = f"step {event.step} of job {event.job} was acknowledged to attempt {event.attempt} ({when(emitted)})"
            self.contradict(emitted, f"{said} and {key} was not in the store")

    def _start(self, emitted: Emitted, event: veriflow.ProcessStarted) -> None:
        steps = self._taken.get(event.job, {})
        newest = max([step for attempt, step in steps.items() if attempt < event.attempt], default=0)
        if event.step != newest:
            said = f"attempt {event.attempt} of job {event.job} began at {show_ns(event.step)} of its work"
            self.contradict(emitted, f"{said}, the newest checkpoint was {show_ns(newest)}: {when(emitted)}")


class HintsNotOlder(Invariant):
    """A router sends no attempt to an epoch of an engine that is older than the engine's row in the ledger.

    Words take their time: it may be wrong for as long as an engine is silent before it counts as dead, and a second,
    in which no fault is on.
    """

    name = "hints-not-older"
    claim = "routers believed no epoch that was over in the ledger"
    watches = (veriflow.Claimed, llm_cache.Routed)

    def __init__(self, dead_after: int) -> None:
        super().__init__()
        self._bound = dead_after + SECOND
        self._rows = Rows()
        self._floors: dict[str, tuple[int, Emitted]] = {}
        self._late: list[tuple[Emitted, Emitted]] = []

    def observe(self, emitted: Emitted) -> None:
        """Keep what is older than a row that has stood for some time."""
        event = emitted.event
        if isinstance(event, veriflow.Fact):
            if isinstance(event, veriflow.Claimed) and self._rows.learn(event):
                engine, epoch = epoch_of(event.row.owner)
                self._floors[engine] = epoch, emitted
        elif isinstance(event, llm_cache.Routed) and event.node in self._floors:
            epoch, claimed = self._floors[event.node]
            if event.epoch < epoch and emitted.t_ns > claimed.t_ns + self._bound:
                self._late.append((claimed, emitted))

    def conclude(self, record: RunRecord) -> Verdict:
        """The first that nothing excuses."""
        for claimed, routed in self._late:
            if longest_quiet(record, claimed.t_ns, routed.t_ns) > self._bound:
                row, event = claimed.event, routed.event
                assert isinstance(row, veriflow.Claimed), "only these are kept"
                assert isinstance(event, llm_cache.Routed), "only these are kept"
                said = f"{when(routed)} sent {event.attempt} to epoch {event.epoch} of {event.node}"
                self.contradict(routed, f"{said}, whose row is {row.row.owner}'s ({when(claimed)})")
        return super().conclude(record)
