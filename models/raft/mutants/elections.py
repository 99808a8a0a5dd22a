# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of votes and elections: each class overrides one rule of a part."""

from collections.abc import Sequence

from models.raft.acceptance import Acceptance
from models.raft.ballot import Ballot, Vow
from models.raft.election import LEADER, Election
from models.raft.membership import Membership
from models.raft.messages import RequestVote, Vote
from sim import MS

SYNC_LATER = 20 * MS


class ForgetsVote(Ballot):
    """Saves the term and not the vote."""

    def save_vow(self) -> None:
        self._node.disk.save(Vow(self.term, None))


class ForgetsTerm(Ballot):
    """Keeps term and vote in memory."""

    def save_vow(self) -> None:
        pass


class VowUnsynced(Ballot):
    """Lets the vow reach the disk some time after the reply has left."""

    def save_vow(self) -> None:
        vow = Vow(self.term, self.voted)
        self._node.timer(lambda: self._save_late(vow)).reset(SYNC_LATER)

    def _save_late(self, vow: Vow) -> None:
        if vow.term == self.term:
            self._node.disk.save(vow)


class StaleLogVote(Election):
    """Votes for whoever asks first, whatever its log."""

    def log_is_current(self, request: RequestVote) -> bool:  # noqa: ARG002
        return True


class LengthOnlyVote(Election):
    """Takes the longer log for the more current one."""

    def log_is_current(self, request: RequestVote) -> bool:
        return request.last_index >= self._log.last


class OldVotes(Election):
    """Counts votes of earlier terms."""

    def is_asked(self, vote: Vote) -> bool:
        return vote.pre == self._asked[1]


class VoteMessages(Election):
    """Counts messages where it should count voters."""

    def has_won(self, granted: Sequence[str]) -> bool:
        return 2 * len(granted) > len(self._membership.voters)


class LeaderVotes(Election):
    """A leader still gives its vote to another candidate of its own term."""

    def grant(self, source: str, request: RequestVote) -> None:
        if self.role == LEADER and not request.pre and request.term == self._ballot.term:
            self._node.send(source, Vote(request.term, True, False))
        else:
            super().grant(source, request)


class SameTimeout(Election):
    """Waits for a leader by the same time on every server."""

    def draw_timeout(self) -> int:
        return self._timeout_min


class NoRefusal(Election):
    """Listens to every candidate, though a leader is heard."""

    def heard_leader(self, request: RequestVote) -> bool:  # noqa: ARG002
        return False


class OwnPreVoteRefused(Election):
    """Does not count its own promise."""

    def backs_itself(self, pre: bool) -> bool:
        return not pre


class SilentOldTerm(Acceptance):
    """Drops what a leader of an old term says."""

    def answer_old_term(self, source: str, prev_index: int, round_: int) -> None:
        pass


class HalfQuorum(Membership):
    """Takes half of the voters for a majority."""

    def majority(self) -> int:
        return (len(self.voters) + 1) // 2
