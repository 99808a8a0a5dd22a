"""Promises about GPUs: one ledger, whole gangs, and rows only where a job may be."""

from dataclasses import dataclass

from models.veriflow import events as e
from models.veriflow.invariants.quiet import undisturbed
from models.veriflow.invariants.world import FACTS, PHYSICAL, Gang, World
from models.veriflow.ledger import Row
from models.veriflow.settings import Settings
from sim import SECOND, Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when


class OneGpuLedger(Invariant):
    """Each device has one exclusive row, or shared ones that its memory holds; each process has its rows."""

    name = "one-gpu-ledger"
    claim = "no device had two owners, and every process its rows"
    watches = (*FACTS, *PHYSICAL)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._running: dict[tuple[str, int], Gang] = {}

    def observe(self, emitted: Emitted) -> None:
        """Look at every row as it is written, and at every process as it starts."""
        world, event = self._world, emitted.event
        if not world.see(emitted):
            return
        if isinstance(event, e.Bound):
            for row in event.rows:
                self._look(emitted, row)
        elif isinstance(event, e.Claimed):
            self._look(emitted, event.row)
        elif isinstance(event, e.Released):
            self._release(emitted, event)
        elif isinstance(event, e.ProcessStarted):
            self._start(emitted, event)
        elif isinstance(event, e.ProcessStopped):
            for device in event.devices:
                self._running.pop((event.node, device), None)
        elif isinstance(event, e.EpochBegan):
            self._running = {place: gang for place, gang in self._running.items() if place[0] != event.node}

    def _release(self, emitted: Emitted, event: e.Released) -> None:
        for row in event.rows:
            if not row.size and self._running.get((row.node, row.device)) == (int(row.owner), row.attempt):
                self.contradict(emitted, f"row {row.id} went while its process ran, {when(emitted)}")

    def _look(self, emitted: Emitted, row: Row) -> None:
        world = self._world
        rows = list(world.at[row.node, row.device].values())
        node = world.nodes.get(row.node)
        exclusive = [one for one in rows if one.size == 0]
        if len(exclusive) > 1 or (exclusive and len(rows) > 1):
            said = " and ".join(one.id for one in rows)
            self.contradict(emitted, f"device {row.device} of {row.node} has rows {said}, {when(emitted)}")
        elif node is not None and sum(one.size for one in rows) > node.memory:
            self.contradict(
                emitted, f"shared rows of device {row.device} of {row.node} exceed its memory, {when(emitted)}"
            )

    def _start(self, emitted: Emitted, event: e.ProcessStarted) -> None:
        gang = event.job, event.attempt
        for device in event.devices:
            other = self._running.get((event.node, device))
            if other is not None:
                self.contradict(
                    emitted, f"device {device} of {event.node} runs attempts {other} and {gang}, {when(emitted)}"
                )
            self._running[event.node, device] = gang
            rows = self._world.at.get((event.node, device), {}).values()
            if not any(_covers(row, event) for row in rows):
                said = f"attempt {gang} runs on device {device} of {event.node} in epoch {event.epoch} without a row"
                self.contradict(emitted, f"{said}, {when(emitted)}")


def _covers(row: Row, event: e.ProcessStarted) -> bool:
    return (row.owner, row.attempt, row.epoch, row.size) == (str(event.job), event.attempt, event.epoch, 0)


@dataclass
class _Partial:
    """A time in which some members of the open attempt ran, and some did not."""

    gang: Gang
    since_ns: int
    running: int
    ended: bool


class GangWhole(Check):
    """A gang has all its rows, and all its members run, but for the time that starting and noticing takes."""

    name = "gang-whole"
    watches = (e.Bound, e.AttemptState, *PHYSICAL)

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._open: dict[Gang, _Partial] = {}
        self._ended: dict[Gang, None] = {}
        self._spells: list[tuple[_Partial, int]] = []
        self._broken: Verdict | None = None

    @property
    def violated(self) -> bool:
        """Whether rows were written for a part of a gang."""
        return self._broken is not None

    def observe(self, emitted: Emitted) -> None:
        """Follow how many members of each open attempt run."""
        world, event = self._world, emitted.event
        if not world.see(emitted):
            return
        if isinstance(event, e.Bound):
            self._bound(emitted, event)
        elif isinstance(event, (e.ProcessStarted, e.ProcessStopped)):
            gang = event.job, event.attempt
            if isinstance(event, e.ProcessStopped):
                self._ended[gang] = None
            self._count(gang, emitted.t_ns)
        elif isinstance(event, e.EpochBegan):
            for gang in list(self._open):
                self._ended[gang] = None
                self._count(gang, emitted.t_ns)
        elif isinstance(event, e.AttemptState):
            self._count((event.attempt.job_uid, event.attempt.number), emitted.t_ns)

    def _bound(self, emitted: Emitted, event: e.Bound) -> None:
        job = self._world.jobs.get(event.job)
        devices = {(row.node, row.device) for row in event.rows}
        if job is not None and not len(event.rows) == len(devices) == job.spec.members * job.spec.gpus:
            said = f"{job.spec.members} x {job.spec.gpus} wanted, {len(devices)} devices in {len(event.rows)} rows"
            self._broken = self._broken or Verdict(
                self.name,
                "fail",
                f"{event.job} was bound to a part of its gang: {said}, {when(emitted)}",
                at_ns=emitted.t_ns,
            )

    def _count(self, gang: Gang, t_ns: int) -> None:
        attempt = self._world.attempts.get(gang)
        running = len(self._world.members.get(gang, ()))
        is_open = attempt is not None and attempt.state in ("CREATED", "STARTING", "RUNNING")
        if is_open and attempt is not None and 0 < running < len(attempt.members):
            ended = gang in self._ended
            known = self._open.get(gang)
            if known is None or known.ended != ended:
                self._close(gang, t_ns)
                self._open[gang] = _Partial(gang, t_ns, running, ended)
        else:
            self._close(gang, t_ns)

    def _close(self, gang: Gang, t_ns: int) -> None:
        spell = self._open.pop(gang, None)
        if spell is not None and t_ns - spell.since_ns > min(self._allowed(True), self._allowed(False)):
            self._spells.append((spell, t_ns))

    def _allowed(self, ended: bool) -> int:
        settings = self._settings
        if ended:
            return settings.lost + settings.tolerance + settings.grace + SECOND
        return settings.pods_ready + SECOND

    def conclude(self, record: RunRecord) -> Verdict:
        """Time under faults, and just after them, does not count."""
        if self._broken is not None:
            return self._broken
        settings = self._settings
        slack = settings.lost + settings.tolerance + 2 * settings.leader + settings.resync
        spells = [*self._spells, *((spell, record.end_ns) for spell in self._open.values())]
        for spell, until in spells:
            quiet = undisturbed(record, spell.since_ns, until, slack)
            if quiet > self._allowed(spell.ended):
                said = f"attempt {spell.gang} ran {spell.running} of its members for {show_ns(quiet)}"
                return Verdict(self.name, "fail", said, at_ns=until)
        return Verdict(self.name, "pass", "gangs were bound whole and ran whole")


class Fits(Invariant):
    """Rows are of the right type and memory, in the node's epoch, and not where the node is shut or the device gone."""

    name = "fits"
    claim = "every row was where it may be"
    watches = (e.Bound,)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def observe(self, emitted: Emitted) -> None:
        """Look at all rows of an attempt when they are written."""
        event = emitted.event
        if not self._world.see(emitted) or not isinstance(event, e.Bound):
            return
        job = self._world.jobs.get(event.job)
        if job is None:
            self.contradict(emitted, f"rows were written for {event.job}, which there is not, {when(emitted)}")
            return
        if job.spec.one_node and len({row.node for row in event.rows}) > 1:
            self.contradict(emitted, f"{event.job} is to be on one node and has rows on several, {when(emitted)}")
        for row in event.rows:
            node = self._world.nodes[row.node]
            problems = {
                f"a {node.gpu_type}, not a {job.spec.gpu_type}": node.gpu_type != job.spec.gpu_type,
                "too small": node.memory < job.spec.memory,
                "cordoned": node.cordoned,
                f"in epoch {node.epoch}, not {row.epoch}": node.epoch != row.epoch,
                f"without device {row.device}": row.device in node.missing or row.device >= node.devices,
            }
            wrong = next((said for said, is_so in problems.items() if is_so), "")
            if wrong:
                self.contradict(emitted, f"{event.job} has a row on {row.node}, which is {wrong}, {when(emitted)}")
