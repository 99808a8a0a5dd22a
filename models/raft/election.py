"""Elections: who stands, who votes for whom, who leads, when a leader gives up (sections 5.2, 5.4.1; thesis 6.2, 9.6).

A follower that hears no leader asks first whether it would be elected (pre-vote), which changes no term anywhere; with
a quorum of promises it campaigns. A voter that hears a leader refuses, and a leader that hears no quorum steps down.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.raft.events import BecameLeader, Denied, Granted, SteppedDown
from models.raft.messages import RequestVote, Vote

if TYPE_CHECKING:
    from models.raft.node import RaftNode

FOLLOWER = "follower"
CANDIDATE = "candidate"
LEADER = "leader"


class Election:
    """The role of one incarnation, and the rules by which it changes."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._ballot = node.ballot
        self._log = node.log
        self._membership = node.membership
        self._settings = node.settings
        self._timeout_min, self._timeout_max = node.settings.election_timeout
        self._timer = node.timer(self.stand)
        self._quorum_timer = node.timer(self.check_quorum)
        self._heard_at = self.heard_before()  # own monotonic clock, when the present leader last spoke
        self._asked = (0, False)  # the term for which votes are gathered, and whether they are pre-votes
        self._granted: list[str] = []
        self.role = FOLLOWER
        self.leader: str | None = None

    def is_leader(self) -> bool:
        """Whether this server leads its term, as far as it knows."""
        return self.role == LEADER

    def heard_before(self) -> int | None:
        """Whom a server may have heard before it crashed: with leases it keeps the promise that it may have given."""
        return self._node.elapsed() if self._settings.reads == "lease" else None

    # Standing

    def reset_election_timer(self) -> None:
        """Wait for a leader again, by a newly drawn time: equal times would split votes for ever."""
        self._timer.reset(self.draw_timeout())

    def draw_timeout(self) -> int:
        """How long to wait for a leader, in ns."""
        return self._node.random.between(self._timeout_min, self._timeout_max)

    def stand(self) -> None:
        """No leader was heard for an election timeout: ask for the votes of the others."""
        if not self._membership.is_voter or self._node.snapshots.is_lost:
            return
        self.leader = None
        self.reset_election_timer()
        if self._settings.pre_vote:
            self._ask(self._ballot.term + 1, pre=True)
        else:
            self.campaign()

    def campaign(self, *, transfer: bool = False) -> None:
        """Enter a new term, vote for oneself and ask for the others' votes; `transfer`: as the leader wishes."""
        self._ballot.campaign()
        self._node.emit(Granted(self._ballot.term, self._node.name, self._ballot.term, False))
        self._ask(self._ballot.term, pre=False, transfer=transfer)

    def _ask(self, term: int, *, pre: bool, transfer: bool = False) -> None:
        log = self._log
        self.role = CANDIDATE
        self._asked = (term, pre)
        self._granted = []
        self._node.broadcast(self._membership.peers, RequestVote(term, log.last, log.last_term, pre, transfer))
        if self.backs_itself(pre):
            self._gather(self._node.name)

    def backs_itself(self, pre: bool) -> bool:  # noqa: ARG002 - a candidate is for itself in both rounds
        """Whether a candidate counts its own vote, or its own promise of one."""
        return True

    # Voting

    def grant(self, source: str, request: RequestVote) -> None:
        """Answer a candidate. The voter does not ask whether either of them is a member in its own configuration."""
        if self.heard_leader(request):
            self.deny(source, request, "a leader is heard")
            return
        if not request.pre and request.term > self._ballot.term:
            self.follow_term(request.term, "a candidate has a higher term")
        why = self.objection(source, request)
        if why is not None:
            self.deny(source, request, why)
            return
        self.give(source, request)

    def heard_leader(self, request: RequestVote) -> bool:
        """Whether a leader was heard within the least election timeout, or this is one: nobody is to disturb it.

        Unless the leader itself has asked for the campaign.
        """
        if request.transfer or not (self._settings.pre_vote or self._settings.check_quorum):
            return False
        if self.role == LEADER:
            return True
        return self._heard_at is not None and self._node.elapsed() - self._heard_at < self._timeout_min

    def objection(self, source: str, request: RequestVote) -> str | None:
        """Why a vote is not given; None if it is."""
        if self.is_old(request):
            return "its term is old"
        if not self._membership.is_known:
            return "the disk with one's vows was replaced"
        if not self.may_ask(source):
            return "it is no voter"
        if not self.log_is_current(request):
            return "its log is behind"
        if not request.pre and not self.is_free(source):
            return f"the vote went to {self._ballot.voted}"
        return None

    def is_old(self, request: RequestVote) -> bool:
        """Whether the term asked for has passed; a promise is given only for a term that lies ahead."""
        return request.term <= self._ballot.term if request.pre else request.term < self._ballot.term

    def may_ask(self, source: str) -> bool:  # noqa: ARG002 - the candidate may know more of who belongs to the group
        """Whether a candidate is listened to, as far as its membership goes."""
        return True

    def log_is_current(self, request: RequestVote) -> bool:
        """Whether the candidate's log is at least as up to date as one's own (section 5.4.1)."""
        own_term = self._log.last_term_max(self._ballot.term)
        return (request.last_term, request.last_index) >= (own_term, self._log.last)

    def is_free(self, source: str) -> bool:
        """Whether this term's vote can go to `source`: one vote a term, and it can be said again."""
        return self._ballot.voted in (None, source) and self.role != LEADER

    def give(self, source: str, request: RequestVote) -> None:
        """Grant what was asked: a vote is saved before it is sent, the promise of one changes nothing."""
        if not request.pre:
            if self._ballot.voted != source:
                self._ballot.promise(source)
            self.reset_election_timer()
        self._node.emit(Granted(self._ballot.term, source, request.term, request.pre))
        self._node.send(source, Vote(request.term, True, request.pre))

    def deny(self, source: str, request: RequestVote, why: str) -> None:
        """Refuse, with one's own term. A refusal changes nothing, not even how long to wait for a leader."""
        self._node.emit(Denied(self._ballot.term, source, request.term, request.pre, why))
        self._node.send(source, Vote(self._ballot.term, False, request.pre))

    # Winning

    def count(self, source: str, vote: Vote) -> None:
        """Take a vote: only those of the election under way count."""
        if self.role == CANDIDATE and vote.granted and self.is_asked(vote):
            self._gather(source)

    def is_asked(self, vote: Vote) -> bool:
        """Whether a vote is of this term, and of the kind that is gathered."""
        return (vote.term, vote.pre) == self._asked

    def _gather(self, source: str) -> None:
        self._granted.append(source)
        if not self.has_won(self._granted):
            return
        if self._asked[1]:
            self.campaign()
        else:
            self.become_leader()

    def has_won(self, granted: Sequence[str]) -> bool:
        """Whether a quorum of different voters is among those whose votes came, some of them perhaps twice."""
        return self._membership.quorum(granted)

    def become_leader(self) -> None:
        """Lead this term: tell the others at once, with an entry of the own term that lets older ones commit."""
        self.role = LEADER
        self.leader = self._node.name
        self._timer.cancel()
        if self._settings.check_quorum:
            self._quorum_timer.reset(self._timeout_min)
        term, log = self._ballot.term, self._log
        voted_by = tuple(sorted(set(self._granted)))
        self._node.emit(BecameLeader(term, log.last, log.chain_at(log.last), self._membership.voters, voted_by))
        self._node.start_leading()

    # Giving up

    def hear(self, leader: str, term: int) -> None:
        """The leader of `term`, which is not below one's own, has spoken: follow it."""
        if term > self._ballot.term:
            self.follow_term(term, "a leader has a higher term")
        elif self.role != FOLLOWER:
            self.step_down("another leads this term")
        self.leader = leader
        if self._membership.has_new_disk and self._ballot.voted is None:
            self._ballot.promise(leader)  # it may have voted in this term before its disk was replaced
        self._heard_at = self._node.elapsed()
        self.reset_election_timer()

    def follow_term(self, term: int, why: str) -> None:
        """Enter a higher term as a follower that knows no leader yet."""
        self._ballot.reach(term)
        if self._settings.reads != "lease":  # a lease lasts though its term has passed
            self._heard_at = None
        self.step_down(why)

    def step_down(self, why: str) -> None:
        """Be a follower, of the same vow."""
        was, self.role, self.leader = self.role, FOLLOWER, None
        if was == LEADER:
            self._quorum_timer.cancel()
            self._node.stop_leading()
            self.reset_election_timer()
            self._node.emit(SteppedDown(self._ballot.term, why))

    def check_quorum(self) -> None:
        """A leader that has not heard a quorum within the least election timeout leads nobody: step down."""
        if self._membership.quorum(self._node.replication.take_heard()):
            self._quorum_timer.reset(self._timeout_min)
        else:
            self.step_down("no quorum was heard")
