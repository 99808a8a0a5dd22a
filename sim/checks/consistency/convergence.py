"""Convergence: once all faults are over, every live replica comes to the same state within a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.checks.check import Check, RunRecord
from sim.checks.consistency.events import ReplicaGone, ReplicaState
from sim.checks.history import History
from sim.checks.verdict import Status, Verdict
from sim.world.message import Emitted
from sim.world.units import SECOND, show_ns

_Digest = bytes | int

_Told = tuple[int, str, _Digest | None]
"""When (ns), about whom, and the state; None for one that is gone."""


@dataclass(frozen=True, slots=True)
class _Apart:
    """A stretch of time in which replicas differed (ns), and their states if it is not `over`."""

    since_ns: int
    until_ns: int
    over: bool
    states: tuple[tuple[str, _Digest], ...] = ()


class Convergence(Check):
    """After the storm the servers are never apart for longer than `within` ns; what a server told last is its state.

    Clients that go on writing move the replicas on one after the other. So only time in which no client
    waits for an answer counts against them: if they were apart for too long, but clients were busy, it is unknown.

    Everything is healed in the settle phase, so every server that ever told of a state is live until it, or another
    node, emits ReplicaGone about it. One that never told of a state is not known of, and is named in the verdict.
    """

    name = "convergence"
    watches = (ReplicaState, ReplicaGone)

    def __init__(self, within: int = 5 * SECOND) -> None:
        self._within = within
        self._told: list[_Told] = []

    def observe(self, emitted: Emitted) -> None:
        """Remember what each replica said."""
        event = emitted.event
        if isinstance(event, ReplicaGone):
            self._told.append((emitted.t_ns, event.replica or emitted.node, None))
        else:
            assert isinstance(event, ReplicaState), "no other event is watched"
            self._told.append((emitted.t_ns, emitted.node, event.digest))

    def conclude(self, record: RunRecord) -> Verdict:
        """How long they were apart after the storm."""
        told = [one for one in self._told if not record.servers or one[1] in record.servers]
        if all(digest is None for _, _, digest in told):
            return Verdict(self.name, "unknown", "no replica told its state", "liveness")
        heard = dict.fromkeys(node for _, node, _ in told)
        silent = [name for name in record.servers if name not in heard]
        unheard = f"; nothing was heard of {', '.join(silent)}" if silent else ""
        status, said, at_ns = self._judge(told, record)
        if silent and status == "pass":
            status = "unknown"
        return Verdict(self.name, status, said + unheard, "liveness", work=len(told), at_ns=at_ns)

    def _judge(self, told: Sequence[_Told], record: RunRecord) -> tuple[Status, str, int | None]:
        apart = _stretches(told, record)
        long = [one for one in apart if one.until_ns - one.since_ns > self._within]
        busy = _busy(record.history) if long else []
        for stretch in long:
            if _longest_quiet(stretch, busy) > self._within:
                return "fail", _say_apart(stretch, record), stretch.until_ns
        settled = show_ns(record.end_ns - record.settle_ns)
        if long:
            took = show_ns(long[0].until_ns - long[0].since_ns)
            return "unknown", f"the replicas differed for {took}, but clients were busy all the time", None
        if record.end_ns - record.settle_ns < self._within:
            return "unknown", f"the run ended {settled} after the storm, before it was due", None
        if apart and not apart[-1].over:
            waited = show_ns(apart[-1].until_ns - apart[-1].since_ns)
            return "unknown", f"the replicas differ since {waited} before the end, which is not too long yet", None
        live = _live(told)
        first = apart[0] if apart and apart[0].since_ns == record.settle_ns else None
        took = show_ns(0 if first is None else first.until_ns - record.settle_ns)
        return "pass", f"{live} replicas agree {took} after the storm", None


def _live(told: Sequence[_Told]) -> int:
    """How many told of a state and are not gone."""
    last = {node: digest for _, node, digest in told}
    return sum(digest is not None for digest in last.values())


def _take(states: dict[str, _Digest], node: str, digest: _Digest | None) -> None:
    if digest is None:
        states.pop(node, None)
    else:
        states[node] = digest


def _stretches(told: Sequence[_Told], record: RunRecord) -> list[_Apart]:
    """The times after the storm at which the replicas differed; what is told at one instant counts together.

    A replica that tells of its first state late is taken to have differed until then.
    """
    waited = dict.fromkeys(node for _, node, digest in told if digest is not None)
    states: dict[str, _Digest] = {}
    found: list[_Apart] = []
    since: int | None = 0
    for i, (t_ns, node, digest) in enumerate(told):
        _take(states, node, digest)
        waited.pop(node, None)
        if i + 1 < len(told) and told[i + 1][0] == t_ns:
            continue
        apart = bool(waited) or len(set(states.values())) > 1
        if apart and since is None:
            since = t_ns
        elif not apart and since is not None:
            if t_ns > record.settle_ns:
                found.append(_Apart(max(since, record.settle_ns), t_ns, True))
            since = None
    if since is not None and record.end_ns > record.settle_ns:
        found.append(_Apart(max(since, record.settle_ns), record.end_ns, False, tuple(sorted(states.items()))))
    return found


def _busy(history: History) -> list[tuple[int, int]]:
    """When clients waited for an answer: stretches (ns), ascending. A call without one is an instant."""
    spans = sorted((op.call_ns, op.call_ns if op.ret_ns is None else op.ret_ns) for op in history)
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _longest_quiet(stretch: _Apart, busy: Sequence[tuple[int, int]]) -> int:
    """The longest time within a stretch in which no client waited for an answer, in ns."""
    longest, at = 0, stretch.since_ns
    for begin, end in busy:
        longest = max(longest, min(begin, stretch.until_ns) - at)
        at = min(max(at, end), stretch.until_ns)
    return max(longest, stretch.until_ns - at)


def _say_apart(stretch: _Apart, record: RunRecord) -> str:
    if stretch.over:
        took = show_ns(stretch.until_ns - record.settle_ns)
        return f"the replicas agree only since {show_ns(stretch.until_ns)}, {took} after the storm"
    groups: dict[_Digest, list[str]] = {}
    for node, digest in stretch.states:
        groups.setdefault(digest, []).append(node)
    told = "; ".join(f"{', '.join(nodes)}: {_short(digest)}" for digest, nodes in groups.items())
    return f"the replicas differ at the end: {told}"


def _short(digest: _Digest) -> str:
    return digest.hex()[:8] if isinstance(digest, bytes) else str(digest)
