"""Convergence: once all faults are over, every live replica comes to the same state within a time."""

from sim.checks.check import Check, RunRecord
from sim.checks.consistency.events import ReplicaState
from sim.checks.verdict import Status, Verdict
from sim.world.message import Emitted
from sim.world.units import SECOND, show_ns


class Convergence(Check):
    """All servers have one state from `within` ns after the storm on; what a server told last is its state.

    Everything is healed in the settle phase, so every server that ever told of a state counts as live; one that never
    did is not known of, and is named in the verdict.
    """

    name = "convergence"
    watches = (ReplicaState,)

    def __init__(self, within: int = 5 * SECOND) -> None:
        self._within = within
        self._told: list[tuple[int, str, bytes]] = []

    def observe(self, emitted: Emitted) -> None:
        """Remember what each replica said."""
        event = emitted.event
        assert isinstance(event, ReplicaState), "no other event is watched"
        self._told.append((emitted.t_ns, emitted.node, event.digest))

    def conclude(self, record: RunRecord) -> Verdict:
        """From when on all states were equal."""
        if not self._told:
            return Verdict(self.name, "unknown", "no replica told its state", "liveness")
        due = record.settle_ns + self._within
        if due > record.end_ns:
            said = f"the run ended {show_ns(record.end_ns - record.settle_ns)} after the storm, before it was due"
            return Verdict(self.name, "unknown", said, "liveness")
        states, since = self._replay(record)
        silent = [name for name in record.servers if name not in states]
        unheard = f"; nothing was heard of {', '.join(silent)}" if silent else ""
        if since is None:
            said = _differ(states) + unheard
            return Verdict(self.name, "fail", said, "liveness", at_ns=record.end_ns)
        took = max(0, since - record.settle_ns)
        if since > due:
            said = f"the replicas agree only since {show_ns(since)}, {show_ns(took)} after the storm{unheard}"
            return Verdict(self.name, "fail", said, "liveness", at_ns=since)
        status: Status = "unknown" if silent else "pass"
        said = f"{len(states)} replicas agree {show_ns(took)} after the storm{unheard}"
        return Verdict(self.name, status, said, "liveness")

    def _replay(self, record: RunRecord) -> tuple[dict[str, bytes], int | None]:
        """The last states, and since when they are all equal; None if they are not."""
        states: dict[str, bytes] = {}
        since: int | None = None
        heard = {node for _, node, _ in self._told if not record.servers or node in record.servers}
        for t_ns, node, digest in self._told:
            if node not in heard:
                continue
            states[node] = digest
            equal = len(states) == len(heard) and len(set(states.values())) == 1
            since = (since if since is not None else t_ns) if equal else None
        return states, since


def _differ(states: dict[str, bytes]) -> str:
    groups: dict[bytes, list[str]] = {}
    for node, digest in sorted(states.items()):
        groups.setdefault(digest, []).append(node)
    told = "; ".join(f"{', '.join(nodes)}: {_short(digest)}" for digest, nodes in groups.items())
    return f"the replicas differ at the end: {told}"


def _short(digest: bytes) -> str:
    return digest.hex()[:8]
