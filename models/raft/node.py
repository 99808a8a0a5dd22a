"""A Raft server: it routes messages to the parts that hold the rules."""

from models.raft.election import FOLLOWER
from models.raft.events import Recovered
from models.raft.messages import (
    AppendEntries,
    AppendReply,
    Call,
    ChangeMembers,
    Configuration,
    Done,
    Identify,
    Identity,
    InstallSnapshot,
    LookUp,
    LookUpReply,
    Members,
    NotLeader,
    NotNow,
    OpenSession,
    RequestVote,
    SnapshotReply,
    TimeoutNow,
    TransferLeadership,
    Vote,
)
from models.raft.parts import Parts
from models.raft.sessions import Machine
from models.raft.settings import Settings
from models.raft.snapshots import Snapshot
from sim import Actor, Caller, on


class RaftNode(Actor):
    """One incarnation of a server. What must survive a crash is in `ballot`, `log` and `snapshots` alone.

    `bootstrap` is the configuration that the group began with.
    """

    def __init__(self, settings: Settings, bootstrap: Configuration, parts: Parts) -> None:
        self.settings = settings
        self.parts = parts
        self._bootstrap = bootstrap

    def on_start(self) -> None:
        """Read vow, snapshot and log back, and wait as a follower."""
        parts = self.parts
        self.ballot = parts.ballot(self)
        self.snapshots = parts.snapshots(self)
        self.log = (parts.log if self.settings.recovery == "cut" else parts.marked_log)(self)
        self.commitment = parts.commitment(self)
        self.membership = parts.membership(self, self._bootstrap)
        self.sessions = parts.sessions(self.make_machine(), self.settings.session_max)
        if self.snapshots.newest is not None:
            self.restore(self.snapshots.newest)
        self.proposals = parts.proposals(self)
        self.changes = parts.changes(self)
        self.handover = parts.handover(self)
        self.reads = parts.reads(self)
        self.replication = parts.replication(self)
        self.acceptance = parts.acceptance(self)
        self.installation = parts.installation(self)
        self.repair = parts.repair(self)
        self.election = parts.election(self)
        self._tell_recovered()
        self.repair.begin()
        self.election.reset_election_timer()

    @property
    def role(self) -> str:
        """What it is right now; a server that is paused before it has booted is no more than a follower."""
        return self.election.role if hasattr(self, "election") else FOLLOWER

    def make_machine(self) -> Machine:
        """The machine that the log drives, empty."""
        return self.parts.machine()

    def restore(self, snapshot: Snapshot) -> None:
        """Let the machine and the sessions be as in a snapshot."""
        self.sessions.restore(snapshot.sessions, snapshot.machine)

    def start_leading(self) -> None:
        """The election is won."""
        self.reads.lease.begin()
        self.replication.start()

    def stop_leading(self) -> None:
        """Another term has begun, or no quorum is heard. Proposals get no answer: they may be committed yet."""
        self.replication.stop()
        self.handover.give_up()
        self.changes.forget()
        self.proposals.abandon()
        self.reads.drop()

    # Messages. A receiver whose term is lower first follows the sender's term.

    @on(AppendEntries)
    def append_entries(self, source: str, request: AppendEntries) -> None:
        """From whoever leads, or believes to lead, the group."""
        if request.term < self.ballot.term:
            self.acceptance.answer_old_term(source, request.prev_index, request.round)
            return
        self.election.hear(source, request.term)
        self.acceptance.accept(source, request)

    @on(AppendReply)
    def append_reply(self, source: str, reply: AppendReply) -> None:
        """From a follower, or from a server of a higher term."""
        if reply.term > self.ballot.term:
            self.election.follow_term(reply.term, f"{source} has a higher term")
        elif self.replication.is_of_this_term(reply):
            self.replication.note_reply(source, reply)

    @on(InstallSnapshot)
    def install_snapshot(self, source: str, piece: InstallSnapshot) -> None:
        """From the leader, to a follower whose next entries it has given up."""
        if piece.term < self.ballot.term:
            self.acceptance.answer_old_term(source, piece.last_index, piece.round)
            return
        self.election.hear(source, piece.term)
        self.installation.take(source, piece)

    @on(SnapshotReply)
    def snapshot_reply(self, source: str, reply: SnapshotReply) -> None:
        """From a follower that is receiving a snapshot."""
        if reply.term > self.ballot.term:
            self.election.follow_term(reply.term, f"{source} has a higher term")
        elif reply.term == self.ballot.term:
            self.replication.note_snapshot_reply(source, reply)

    @on(RequestVote)
    def request_vote(self, source: str, request: RequestVote) -> None:
        """From a candidate, or from one that would be."""
        self.election.grant(source, request)

    @on(Vote)
    def vote(self, source: str, vote: Vote) -> None:
        """From a voter. The promise of a vote names a term that has not begun: no reason to enter it."""
        if vote.term > self.ballot.term and not (vote.pre and vote.granted):
            self.election.follow_term(vote.term, f"{source} has a higher term")
        else:
            self.election.count(source, vote)

    @on(TimeoutNow)
    def timeout_now(self, source: str, request: TimeoutNow) -> None:
        """From a leader that hands its leadership over."""
        self.handover.accept(source, request)

    @on(LookUp)
    def look_up(self, source: str, asked: LookUp) -> None:
        """From a member whose disk has lost an entry."""
        self.repair.look_up(source, asked)

    @on(LookUpReply)
    def look_up_reply(self, source: str, reply: LookUpReply) -> None:
        """From a member that was asked for a lost entry."""
        self.repair.hear(source, reply)

    @on(OpenSession)
    def open_session(self, caller: Caller, _: OpenSession) -> NotLeader | None:
        """From a client, before its first operation."""
        if not self._takes_proposals():
            return self._elsewhere()
        self.proposals.take_session(caller)
        return None

    @on(Call)
    def call_operation(self, caller: Caller, call: Call) -> NotLeader | None:
        """From a client: one attempt at an operation."""
        if call.read and self.settings.reads != "log" and self.election.is_leader():
            self.reads.take(caller, call)
        elif self._takes_proposals():
            self.proposals.take(caller, call)
        else:
            return self._elsewhere()
        return None

    @on(ChangeMembers)
    def change_members(self, caller: Caller, wish: ChangeMembers) -> Members | NotLeader | NotNow | None:
        """From an operator."""
        return self.changes.take(caller, wish) if self._takes_proposals() else self._elsewhere()

    @on(TransferLeadership)
    def transfer_leadership(self, _: Caller, wish: TransferLeadership) -> Members | Done | NotLeader | NotNow:
        """From an operator."""
        if not self.election.is_leader():
            return self._elsewhere()
        return self.handover.begin(wish.server) if wish.server else self.changes.members()

    @on(Identify)
    def identify(self, _caller: Caller, _: Identify) -> Identity:
        """From an operator."""
        return Identity(self.disk.replacements)

    def _takes_proposals(self) -> bool:
        return self.election.is_leader() and self.handover.target is None

    def _elsewhere(self) -> NotLeader:
        return NotLeader(self.handover.target or self.election.leader)

    def _tell_recovered(self) -> None:
        ballot, log, snapshot = self.ballot, self.log, self.snapshots.place
        self.emit(
            Recovered(
                ballot.term,
                ballot.voted,
                log.base + 1,
                log.last,
                log.chain_at(log.last),
                log.chains(),
                log.stretches(),
                log.base_chain(),
                snapshot.index,
                not self.membership.is_known,
            )
        )
