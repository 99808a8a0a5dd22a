"""Promises about loops and tenants: nobody goes back in time, nobody sees another's, and at last there is silence."""

from collections import Counter

import msgspec

from models.veriflow import events as e
from models.veriflow.invariants.world import DONE, World
from models.veriflow.objects import Node
from models.veriflow.settings import Settings
from sim import Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when


class ReadsForward(Invariant):
    """A loop never acts on a revision lower than one it has acted on, or has written; a tenant never looks back."""

    name = "reads-forward"
    claim = "nobody acted on an older world than it had seen"
    watches = (e.Reconciled, e.Relisted, e.Answered)

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, int] = {}
        self._wrote: dict[tuple[str, str], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the highest before."""
        event = emitted.event
        if isinstance(event, e.Reconciled):
            self._acted(emitted, event)
        elif isinstance(event, e.Relisted):
            if event.to_revision < event.from_revision:
                said = f"{event.loop} listed revision {event.to_revision} after {event.from_revision}"
                self.contradict(emitted, f"{said}, {when(emitted)}")
        elif isinstance(event, e.Answered) and event.verb == "status":
            self._forward(emitted, f"{event.tenant} at {emitted.node}", event.seen)

    def _acted(self, emitted: Emitted, event: e.Reconciled) -> None:
        name = event.loop, event.name
        if event.wrote:
            self._wrote[name] = max(event.wrote, self._wrote.get(name, 0))
        else:
            self._forward(emitted, event.loop, event.seen)
            if event.seen < self._wrote.get(name, 0):
                said = f"{event.loop} acted on {event.name} as of {event.seen}, after it wrote {self._wrote[name]}"
                self.contradict(emitted, f"{said}, {when(emitted)}")

    def _forward(self, emitted: Emitted, who: str, seen: int) -> None:
        if seen < self._seen.get(who, 0):
            self.contradict(emitted, f"{who} went back from {self._seen[who]} to {seen}, {when(emitted)}")
        self._seen[who] = max(seen, self._seen.get(who, 0))


class TenantApart(Invariant):
    """No tenant is told of another's job."""

    name = "tenant-apart"
    claim = "every tenant saw its own jobs alone"
    watches = (e.Answered,)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def observe(self, emitted: Emitted) -> None:
        """Compare who asked with whose it is."""
        event = emitted.event
        assert isinstance(event, e.Answered), "this one is watched"
        job = self._world.by_uid.get(event.uid)
        owner = event.owner if job is None else job.tenant
        if event.tenant != owner or event.owner != owner:
            self.contradict(emitted, f"{event.tenant} was told of job {event.uid} of {owner}, {when(emitted)}")


FLAPS_MAX = 2
"""Words lost in a row make a node unreachable for a moment, also when all is quiet; more often something flaps."""


class Quiescence(Check):
    """No write changes nothing; and when all jobs are over, nothing is written but leases and what they say."""

    name = "quiescence"
    watches = (e.Wrote, e.JobState, e.AttemptState, e.NodeState, e.QueueSet)

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._idle: Verdict | None = None
        self._last_change = 0
        self._writes: list[tuple[int, e.Wrote]] = []
        self._of_leases: dict[int, None] = {}

    @property
    def violated(self) -> bool:
        """Whether something was written that changed nothing."""
        return self._idle is not None

    def observe(self, emitted: Emitted) -> None:
        """Keep the writes that came after the last change of a job."""
        event = emitted.event
        if not self._world.see(emitted):
            return
        if isinstance(event, e.Wrote):
            self._writes.append((emitted.t_ns, event))
        elif isinstance(event, (e.JobState, e.AttemptState, e.NodeState, e.QueueSet)):
            if self._world.is_idle:
                self._told_nothing(emitted, event)
            elif isinstance(event, e.JobState):
                self._last_change = emitted.t_ns
                self._writes.clear()
            elif isinstance(event, e.NodeState) and self._says_lease(event.node):
                self._of_leases[event.revision] = None

    def _says_lease(self, node: Node) -> bool:
        """Whether all that changed is that a node is, or is no longer, heard of."""
        before = self._world.former_node
        if before is None or {before.state, node.state} != {"READY", "UNREACHABLE"}:
            return False
        return msgspec.structs.replace(before, state=node.state, revision=node.revision) == node

    def _told_nothing(self, emitted: Emitted, event: e.Fact) -> None:
        if self._idle is None:
            what = type(event).__name__
            said = f"revision {event.revision} ({what}, for {event.by}) changes nothing, {when(emitted)}"
            self._idle = Verdict(self.name, "fail", said, at_ns=emitted.t_ns)

    def conclude(self, record: RunRecord) -> Verdict:
        """Silence at the end, where there was time for it."""
        if self._idle is not None:
            return self._idle
        settings = self._settings
        if any(job.state not in DONE for job in self._world.jobs.values()):
            return Verdict(self.name, "pass", "nothing was written in vain; jobs are still under way")
        begin = max(self._last_change, record.settle_ns) + settings.ttl + 2 * settings.resync
        late = self._in_vain([(t_ns, wrote) for t_ns, wrote in self._writes if t_ns > begin])
        if late:
            t_ns, wrote = late[0]
            said = f"{wrote.by} wrote {wrote.kind} {wrote.name} at {show_ns(t_ns)}, when all jobs had long been over"
            return Verdict(self.name, "fail", said, at_ns=t_ns)
        return Verdict(self.name, "pass", "nothing was written in vain, and at last nothing")

    def _in_vain(self, late: list[tuple[int, e.Wrote]]) -> list[tuple[int, e.Wrote]]:
        """Those that no lease explains: a node may be missed and found again, not for ever."""
        missed = Counter(wrote.name for _, wrote in late if wrote.revision in self._of_leases)
        return [
            (t_ns, wrote)
            for t_ns, wrote in late
            if wrote.revision not in self._of_leases or missed[wrote.name] > 2 * FLAPS_MAX
        ]
