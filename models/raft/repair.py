"""Giving back what a disk has lost.

Source: Alagappan and others, "Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018.

A follower asks its leader. A leader asks everybody: one intact copy of the same index and term is enough, and if a
majority never had the entry it was never committed, and is cut. Otherwise the leader waits, and says so: to cut would
be to lose what may be committed.
"""

from typing import TYPE_CHECKING

from models.raft.events import CopyLost, Repaired, SnapshotInstalled, Truncated
from models.raft.marked_log import MarkedLog
from models.raft.messages import CONFIG, Entry, LookUp, LookUpReply
from models.raft.snapshots import digest_of, unpack

if TYPE_CHECKING:
    from models.raft.node import RaftNode

HAVE = "have"
DONT_HAVE = "dont-have"
HAVE_FAULTY = "have-faulty"
COMPACTED = "compacted"
ASK_MAX = 16
UNKNOWN = -1
STATE = 0
"""The index by which a lost snapshot is asked for."""


class Repair:
    """The lost entries of one incarnation, and what the others have said of them in this term."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._log = node.log
        self._timer = node.timer(self.ask)
        self._without: dict[int, list[str]] = {}  # index -> who never had the entry
        self._asked_in = 0

    def begin(self) -> None:
        """Say what is lost, and ask for it as long as something is."""
        log = self._log
        if not isinstance(log, MarkedLog):
            return
        if self._node.snapshots.is_lost:
            self._node.emit(CopyLost(self._node.ballot.term, STATE, 0))
        for index, mark in sorted(log.faulty.items()):
            self._node.emit(CopyLost(self._node.ballot.term, index, 0 if mark is None else mark.term))
        if self._is_needed(log):
            self._timer.reset(self._node.settings.heartbeat)

    def _is_needed(self, log: MarkedLog) -> bool:
        return bool(log.faulty) or self._node.snapshots.is_lost

    def ask(self) -> None:
        """Ask who may know for the first of the lost entries."""
        node, log = self._node, self._log
        if not isinstance(log, MarkedLog) or not self._is_needed(log):
            return
        self._timer.reset(node.settings.heartbeat)
        term = node.ballot.term
        if self._asked_in != term:
            self._asked_in, self._without = term, {}
        leads, leader = node.election.is_leader(), node.election.leader
        whom = node.membership.peers if leads or leader is None else (leader,)
        if node.snapshots.is_lost:
            node.broadcast(node.membership.followers, LookUp(term, STATE, node.snapshots.place.index))
        for index in sorted(log.faulty)[:ASK_MAX]:
            of = log.term_at(index)
            node.broadcast(whom, LookUp(term, index, UNKNOWN if of is None else of))

    def look_up(self, source: str, asked: LookUp) -> None:
        """Somebody has lost an entry."""
        node = self._node
        if asked.index == STATE and asked.of == node.snapshots.place.index and node.snapshots.body is not None:
            node.send(source, LookUpReply(asked.term, STATE, HAVE, None, node.snapshots.body))
            return
        status, entry = self._find(asked)
        if status == COMPACTED and node.election.is_leader():
            node.replication.send_snapshot(source)
        else:
            node.send(source, LookUpReply(asked.term, asked.index, status, entry))

    def _find(self, asked: LookUp) -> tuple[str, Entry | None]:
        log, index = self._log, asked.index
        if index <= log.floor:
            return COMPACTED, None
        if index > log.last:
            return DONT_HAVE, None
        if isinstance(log, MarkedLog) and index in log.faulty:
            return (HAVE_FAULTY if log.term_at(index) in (None, asked.of, UNKNOWN) else DONT_HAVE), None
        entry = log.entry(index)
        leads = self._node.election.is_leader()
        return (HAVE, entry) if leads or asked.of in (entry.term, UNKNOWN) else (DONT_HAVE, None)

    def hear(self, source: str, reply: LookUpReply) -> None:
        """An answer. What a mark names may come from anybody; to cut, the answers must be of this leadership."""
        node, log = self._node, self._log
        if not isinstance(log, MarkedLog):
            return
        if reply.index == STATE and reply.state:
            self.take_state(reply.state)
        if reply.index not in log.faulty or (reply.term != node.ballot.term and log.is_unknown(reply.index)):
            return
        if reply.status == HAVE and reply.entry is not None:
            self.take(source, reply.entry)
        elif reply.term != node.ballot.term or not node.election.is_leader():
            return
        elif reply.status == COMPACTED:
            node.election.step_down(f"{source} has a snapshot of what is lost here")
        elif reply.status == DONT_HAVE:
            without = self._without.setdefault(reply.index, [])
            without.append(source)
            if self.was_never_committed(without):
                self._cut(reply.index)

    def was_never_committed(self, without: list[str]) -> bool:
        """Whether so many never had the entry that no quorum can have had it."""
        return self._node.membership.quorum(without)

    def take(self, source: str, entry: Entry) -> None:
        """Take an entry that is missed. One that is not the same is for the usual rule of conflicts to deal with."""
        node, log = self._node, self._log
        assert isinstance(log, MarkedLog), "only such a log misses entries"
        if not log.repair(entry):
            return
        index, term = entry.index, node.ballot.term
        if entry.kind == CONFIG:
            node.membership.entered()
        node.emit(Repaired(term, index, entry.term, log.chain_at(index), source))
        node.commitment.apply()
        node.reads.confirm()
        node.replication.note_repaired()

    def take_state(self, body: bytes) -> None:
        """Take the snapshot that is missed, if these are its bytes."""
        node, snapshots = self._node, self._node.snapshots
        if not snapshots.is_lost or digest_of(body) != snapshots.digest:
            return
        snapshot = unpack(body)
        node.restore(snapshot)
        snapshots.keep(snapshot)
        node.membership.replace(snapshot.configuration)
        node.emit(SnapshotInstalled(node.ballot.term, snapshot.index, snapshot.term, snapshot.chain))
        node.commitment.restore(snapshot.index)

    def _cut(self, first: int) -> None:
        """Give up what was never committed, and all behind it. A leader never cuts its own log, so it is none first."""
        node, log = self._node, self._log
        node.election.step_down("an entry that was never committed is lost")
        log.cut(first)
        log.sync()
        node.membership.fell_back()
        node.emit(Truncated(node.ballot.term, first))
