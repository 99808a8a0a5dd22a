"""A leader's side of replication: what it sends to whom, what it learns from replies, what it commits (5.3, 5.4)."""

from typing import TYPE_CHECKING

from models.raft.election import LEADER
from models.raft.events import Appended, Progressed
from models.raft.messages import CONFIG, NO_OP, AppendEntries, AppendReply, Entry, SnapshotReply
from models.raft.progress import SNAPSHOT, Progress

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class Replication:
    """The followers' progress under one leadership. Outside of it there is none, and the heartbeat is silent."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._ballot = node.ballot
        self._log = node.log
        self._commitment = node.commitment
        self._membership = node.membership
        self._settings = node.settings
        self._new_progress = node.parts.progress
        self._heartbeat = node.timer(self.beat)
        self._shipping = node.parts.shipping(node)
        self._durable = 0  # last index of the own log that is known to be on the disk
        self._writing = 0  # last index of the own log that is on its way to the disk
        self.progress: dict[str, Progress] = {}

    def start(self) -> None:
        """Take up leadership: nothing is known of any peer yet; a no-op makes older entries committable."""
        self.progress = {}
        self.meet_followers(since=0)
        self._durable = self._writing = 0
        self._heartbeat.reset(self._settings.heartbeat)
        self.append(Entry(self._log.last + 1, self._ballot.term, NO_OP))

    def stop(self) -> None:
        """Lay leadership down."""
        self._heartbeat.cancel()
        self.progress = {}

    def meet_followers(self, since: int | None = None) -> None:
        """Begin to follow those who came into the group, and forget those who left.

        Who left and comes back in one term may have another disk, and an answer of before may still be on its way: only
        answers to what is sent from now on count, and the read round, which every message carries, tells them apart.
        """
        names, following, in_flight = self._membership.followers, self._log.last + 1, self._settings.in_flight
        if since is None:
            since = self.begin_session() if any(name not in self.progress for name in names) else 0
        self.progress = {
            name: self.progress.get(name) or self._new_progress(following, in_flight, since) for name in names
        }

    def begin_session(self) -> int:
        """The first read round of which answers of a newcomer count: no message has carried it yet."""
        return self._node.reads.skip_round()

    def append(self, *entries: Entry) -> None:
        """Put entries of one's own behind the log, while the followers are already being told."""
        node, log = self._node, self._log
        log.append(entries)
        if entries[-1].kind == CONFIG:
            self._membership.entered()
            self.meet_followers()
        self.send_entries()
        log.sync()
        index, term = entries[-1].index, entries[-1].term
        self._writing = index
        for entry in entries:
            node.emit(Appended(term, entry.index, term, log.chain_at(entry.index), entry.kind))
        if entries[-1].kind == CONFIG:
            node.changes.tell(entries[-1])
        node.when_durable(lambda: self.note_durable(index, term))

    def is_writing(self) -> bool:
        """Whether entries of one's own are on their way to the disk."""
        return self._durable < self._writing

    # Sending

    def beat(self) -> None:
        """Say to every follower that the leader lives, how far it has committed, and which read round it is in."""
        self._heartbeat.reset(self._settings.heartbeat)
        self._node.changes.note_time()
        for progress in self.progress.values():
            progress.lapse()
        self._node.reads.join_round()
        self.broadcast_round()
        self._node.reads.confirm()

    def broadcast_round(self) -> None:
        """Send every follower an empty message with the newest round, or a piece of the snapshot that it needs.

        Followers at the same place get the same message.
        """
        said: dict[int, AppendEntries] = {}
        for peer, progress in self.progress.items():
            if self._ships_to(peer, progress):
                continue
            message = said.get(progress.next)
            if message is None:
                said[progress.next] = message = self._message(progress.next, 0)
            self._node.send(peer, message)

    def send_entries(self) -> None:
        """Send every follower that may have some the entries that it lacks."""
        said: dict[int, AppendEntries] = {}
        for peer, progress in self.progress.items():
            if self._may_have_more(peer, progress):
                message = said.get(progress.next)
                if message is None:
                    said[progress.next] = message = self._message(progress.next, self._settings.append_max)
                progress.sent(len(message.entries))
                self._node.send(peer, message)

    def _feed(self, peer: str, progress: Progress) -> None:
        while self._may_have_more(peer, progress):
            message = self._message(progress.next, self._settings.append_max)
            progress.sent(len(message.entries))
            self._node.send(peer, message)

    def send_snapshot(self, peer: str) -> None:
        """A follower has lost what the log has given up."""
        progress = self.progress.get(peer)
        if progress is not None and progress.mode != SNAPSHOT and self._node.snapshots.body is not None:
            self._shipping.send(peer, progress)

    def note_repaired(self) -> None:
        """An entry was given back: what waited for it goes on, if this server leads."""
        if self.progress_is_of(self._ballot.term):
            self.commit_newest()
            self.send_entries()

    def _may_have_more(self, peer: str, progress: Progress) -> bool:
        """Whether there are entries for a follower now. One that lags behind the log gets a snapshot instead."""
        if progress.next > self._log.intact_upto() or not progress.may_send():
            return False
        return not self._ships_to(peer, progress)

    def _ships_to(self, peer: str, progress: Progress) -> bool:
        if progress.mode != SNAPSHOT and progress.next > self._log.floor:
            return False
        self._shipping.send(peer, progress)
        return True

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
        if progress is None or reply.round < progress.since:
            return
        self._note_heard(progress, reply.round)
        if reply.ok:
            self._note_match(peer, progress, reply)
        elif not progress.is_old(reply):
            progress.back_off(reply, self._log)
        if progress.next <= self._log.intact_upto():
            self._feed(peer, progress)

    def note_snapshot_reply(self, peer: str, reply: SnapshotReply) -> None:
        """A follower that gets a snapshot has answered in this term."""
        progress = self.progress.get(peer)
        if progress is not None and reply.round >= progress.since:
            self._note_heard(progress, reply.round)
            self._shipping.note_reply(peer, progress, reply)

    def _note_heard(self, progress: Progress, round_: int) -> None:
        progress.heard = progress.answered = True
        if round_ > progress.round:
            progress.round = round_
            self._node.reads.confirm()

    def _note_match(self, peer: str, progress: Progress, reply: AppendReply) -> None:
        before = progress.match
        progress.note_match(reply)
        progress.landed()
        if progress.match != before:
            self._node.emit(Progressed(self._ballot.term, peer, progress.match, progress.next))
            self.commit_newest()
            self._node.handover.go_on()

    def note_durable(self, index: int, term: int) -> None:
        """The own log is on the disk up to `index`: that is one more copy, if this leadership still lasts."""
        if self.progress_is_of(term):
            self._durable = max(self._durable, index)
            self.commit_newest()
            if not self.is_writing():
                self._node.proposals.flush()

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
        name, progress = self._node.name, self.progress
        counted = self._membership.counted()
        own = min(self._durable, self._log.intact_upto())
        matches = [own if one == name else progress[one].match if one in progress else 0 for one in counted]
        return self._membership.held_by_quorum(matches)
