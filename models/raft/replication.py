"""A leader's side of replication: what it sends to whom, what it learns from replies, what it commits (5.3, 5.4)."""

from typing import TYPE_CHECKING

from models.raft.election import LEADER
from models.raft.events import Appended, Progressed
from models.raft.messages import NO_OP, AppendEntries, AppendReply, Entry
from models.raft.progress import Progress

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class Replication:
    """The peers' progress under one leadership. Outside of it there is none, and the heartbeat is silent."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._ballot = node.ballot
        self._log = node.log
        self._commitment = node.commitment
        self._membership = node.membership
        self._settings = node.settings
        self._new_progress = node.parts.progress
        self._heartbeat = node.timer(self.beat)
        self._durable = 0  # last index of the own log that is known to be on the disk
        self.progress: dict[str, Progress] = {}

    def start(self) -> None:
        """Take up leadership: nothing is known of any peer yet; a no-op makes older entries committable."""
        log, in_flight = self._log, self._settings.in_flight
        self.progress = {peer: self._new_progress(log.last + 1, in_flight) for peer in self._membership.peers}
        self._durable = 0
        self._heartbeat.reset(self._settings.heartbeat)
        self.append(Entry(log.last + 1, self._ballot.term, NO_OP))

    def stop(self) -> None:
        """Lay leadership down."""
        self._heartbeat.cancel()
        self.progress = {}

    def append(self, entry: Entry) -> None:
        """Put an entry of one's own behind the log, while the peers are already being told."""
        node, log = self._node, self._log
        log.append((entry,))
        self.send_entries()
        log.sync()
        index, term = entry.index, entry.term
        node.emit(Appended(term, index, term, log.chain_at(index), entry.kind))
        node.when_durable(lambda: self.note_durable(index, term))

    # Sending

    def beat(self) -> None:
        """Say to every peer that the leader lives, how far it has committed, and which read round it is in."""
        self._heartbeat.reset(self._settings.heartbeat)
        for progress in self.progress.values():
            progress.lapse()
        self._node.reads.join_round()
        self.broadcast_round()

    def broadcast_round(self) -> None:
        """Send every peer an empty message with the newest round; peers at the same place get the same message."""
        said: dict[int, AppendEntries] = {}
        for peer, progress in self.progress.items():
            message = said.get(progress.next)
            if message is None:
                said[progress.next] = message = self._message(progress.next, 0)
            self._node.send(peer, message)

    def send_entries(self) -> None:
        """Send every peer that may have some the entries that it lacks."""
        said: dict[int, AppendEntries] = {}
        for peer, progress in self.progress.items():
            if progress.next <= self._log.last and progress.may_send():
                message = said.get(progress.next)
                if message is None:
                    said[progress.next] = message = self._message(progress.next, self._settings.append_max)
                progress.sent(len(message.entries))
                self._node.send(peer, message)

    def _feed(self, peer: str, progress: Progress) -> None:
        while progress.next <= self._log.last and progress.may_send():
            message = self._message(progress.next, self._settings.append_max)
            progress.sent(len(message.entries))
            self._node.send(peer, message)

    def _message(self, following: int, count: int) -> AppendEntries:
        log, prev = self._log, following - 1
        entries = log.slice(following, count) if count else ()
        return AppendEntries(
            self._ballot.term, prev, log.term_at(prev) or 0, entries, self._commitment.commit, self._node.reads.round
        )

    # Learning

    def is_of_this_term(self, reply: AppendReply) -> bool:
        """Whether a reply speaks to the leadership that lasts: terms are compared, for old ones come late."""
        return reply.term == self._ballot.term

    def note_reply(self, peer: str, reply: AppendReply) -> None:
        """A peer has answered in this term."""
        progress = self.progress.get(peer)
        if progress is None:
            return
        progress.heard = progress.answered = True
        if reply.round > progress.round:
            progress.round = reply.round
            self._node.reads.confirm()
        if reply.ok:
            self._note_match(peer, progress, reply)
        elif not progress.is_old(reply):
            progress.back_off(reply, self._log)
        if progress.next <= self._log.last:
            self._feed(peer, progress)

    def _note_match(self, peer: str, progress: Progress, reply: AppendReply) -> None:
        before = progress.match
        progress.note_match(reply)
        progress.landed()
        if progress.match != before:
            self._node.emit(Progressed(self._ballot.term, peer, progress.match, progress.next))
            self.commit_newest()

    def note_durable(self, index: int, term: int) -> None:
        """The own log is on the disk up to `index`: that is one more copy, if this leadership still lasts."""
        if self.progress_is_of(term):
            self._durable = max(self._durable, index)
            self.commit_newest()

    def progress_is_of(self, term: int) -> bool:
        """Whether this server still leads `term`."""
        return self._node.election.role == LEADER and self._ballot.term == term

    def take_heard(self) -> list[str]:
        """Who was heard since the last time, oneself included; a new window begins."""
        heard = [self._node.name]
        for peer, progress in self.progress.items():
            if progress.heard:
                heard.append(peer)
                progress.heard = False
        return heard

    # Committing

    def commit_newest(self) -> None:
        """Commit what a majority holds, if the rules allow it."""
        candidate = self.commit_candidate()
        if self._commitment.may_commit(candidate):
            self._commitment.advance(candidate, leading=True)
            self._node.reads.begin_round()

    def commit_candidate(self) -> int:
        """The greatest index that a majority of the voters holds durably."""
        matches = [progress.match for progress in self.progress.values()]
        if self._membership.is_voter:
            matches.append(self._durable)
        return self._membership.held_by_quorum(matches)
