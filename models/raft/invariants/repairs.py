"""Promises about what disks have lost: what is given back is what was there, and it is given back."""

from models.raft.events import Committed, Recovered, Repaired
from models.raft.invariants.chains import short
from models.raft.invariants.logs import LOG_EVENTS, Logs, Members
from sim import Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when


class RepairedRight(Invariant):
    """An entry that a peer gives back is the one that the disk lost (Alagappan and others, FAST 2018, section 3.4)."""

    name = "repaired-right"
    claim = "every entry that was given back was the one that was lost"
    watches = LOG_EVENTS

    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self._logs = logs

    def observe(self, emitted: Emitted) -> None:
        """Compare with what the server's log ever held."""
        self._logs.see(emitted)
        event = emitted.event
        if isinstance(event, Repaired) and event.chain not in self._logs.of(emitted.node).ever:
            self.contradict(
                emitted,
                f"{when(emitted)} was given {short(event.chain)} at index {event.index} by {event.source}, "
                f"which it never held there",
            )


class RepairedInTime(Invariant):
    """Once everything is healed, nothing stays lost of which somebody in the group still has a copy.

    As long as the group works: if too much is lost for a leader to be elected, liveness says so.
    """

    name = "repaired-in-time"
    claim = "nothing was lost for long that somebody still had"
    watches = (*LOG_EVENTS, Committed)

    def __init__(self, logs: Logs, bootstrap: Members, patience_ns: int) -> None:
        super().__init__()
        self._commit_ns = 0  # when anybody committed last
        self._logs = logs
        self._bootstrap = bootstrap
        self._patience_ns = patience_ns
        self._back: dict[str, int] = {}  # server -> when it came back last, in ns

    def observe(self, emitted: Emitted) -> None:
        """Follow what is lost and given back."""
        self._logs.see(emitted)
        if isinstance(emitted.event, Committed):
            self._commit_ns = emitted.t_ns
        if isinstance(emitted.event, Recovered):
            self._back[emitted.node] = emitted.t_ns

    def conclude(self, record: RunRecord) -> Verdict:
        """What is still lost at the end, and who has it."""
        up = [name for name in record.servers if name not in record.down]
        for name in up:
            missing = sorted(self._logs.of(name).missing)
            since = max(record.settle_ns, self._back.get(name, 0))
            if not missing or record.end_ns < since + self._patience_ns:
                continue
            index = missing[0]
            chain = self._logs.of(name).chain_at(index)
            holders = [one for one in up if self._has(one, index, chain)]
            if name in self._members(up) and holders and index > 0:
                said = (
                    f"{name} still lacks index {index} at {show_ns(record.end_ns)}, which {', '.join(holders)} can read"
                )
                if self._commit_ns < record.settle_ns:
                    return Verdict(self.name, "unknown", f"{said}; but no leader worked that could have been asked")
                return Verdict(self.name, "fail", said, at_ns=record.end_ns)
        return super().conclude(record)

    def _has(self, name: str, index: int, chain: bytes | None) -> bool:
        log = self._logs.of(name)
        return index not in log.missing and log.chain_at(index) == chain

    def _members(self, up: list[str]) -> set[str]:
        furthest = max(up, key=lambda name: self._logs.of(name).last)
        voters, learners = self._logs.members(furthest, self._bootstrap)
        return {*voters, *learners}
