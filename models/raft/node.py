"""A Raft server: it routes messages to the parts that hold the rules."""

from collections.abc import Sequence

from models.raft.election import FOLLOWER, LEADER
from models.raft.events import Recovered
from models.raft.messages import AppendEntries, AppendReply, Call, NotLeader, OpenSession, RequestVote, Vote
from models.raft.parts import Parts
from models.raft.settings import Settings
from sim import Actor, Caller, on


class RaftNode(Actor):
    """One incarnation of a server of the group `voters`. What must survive a crash is in `ballot` and `log` alone."""

    def __init__(self, settings: Settings, voters: Sequence[str], parts: Parts) -> None:
        self.settings = settings
        self.parts = parts
        self._voters = tuple(voters)

    def on_start(self) -> None:
        """Read the vow and the log back, and wait as a follower."""
        parts = self.parts
        self.ballot = parts.ballot(self)
        self.log = parts.log(self)
        self.membership = parts.membership(self.name, self._voters)
        self.sessions = parts.sessions(parts.machine(), self.settings.session_max)
        self.proposals = parts.proposals(self)
        self.commitment = parts.commitment(self)
        self.reads = parts.reads(self)
        self.replication = parts.replication(self)
        self.acceptance = parts.acceptance(self)
        self.election = parts.election(self)
        self._tell_recovered()
        self.election.reset_election_timer()

    @property
    def role(self) -> str:
        """What it is right now; a server that is paused before it has booted is no more than a follower."""
        return self.election.role if hasattr(self, "election") else FOLLOWER

    def start_leading(self) -> None:
        """The election is won."""
        self.replication.start()

    def stop_leading(self) -> None:
        """Another term has begun, or no quorum is heard. Proposals get no answer: they may be committed yet."""
        self.replication.stop()
        self.proposals.abandon()
        self.reads.drop()

    # Messages. A receiver whose term is lower first follows the sender's term.

    @on(AppendEntries)
    def append_entries(self, source: str, request: AppendEntries) -> None:
        """From whoever leads, or believes to lead, the group."""
        if request.term < self.ballot.term:
            self.acceptance.answer_old_term(source, request)
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

    @on(OpenSession)
    def open_session(self, caller: Caller, _: OpenSession) -> NotLeader | None:
        """From a client, before its first operation."""
        if self.election.role != LEADER:
            return NotLeader(self.election.leader)
        self.proposals.take_session(caller)
        return None

    @on(Call)
    def call_operation(self, caller: Caller, call: Call) -> NotLeader | None:
        """From a client: one attempt at an operation."""
        if self.election.role != LEADER:
            return NotLeader(self.election.leader)
        if call.read:
            self.reads.take(caller, call)
        else:
            self.proposals.take(caller, call)
        return None

    def _tell_recovered(self) -> None:
        ballot, log = self.ballot, self.log
        chain = log.chain_at(log.last)
        self.emit(Recovered(ballot.term, ballot.voted, 1, log.last, chain, log.chains(), log.stretches()))
