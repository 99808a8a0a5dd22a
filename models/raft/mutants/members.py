# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of membership change, leases and transfer. Each class overrides one rule of a part."""

from models.raft.changes import Changes
from models.raft.election import Election
from models.raft.handover import Handover
from models.raft.lease import Lease
from models.raft.membership import Membership
from models.raft.messages import Configuration


class EarlyChange(Changes):
    """Changes the group before it has committed anything in its term."""

    def has_own_commit(self) -> bool:
        return True


class TwoChanges(Changes):
    """Begins a change while the one before is still open."""

    def is_settled(self) -> bool:
        return True


class ChangeAtCommit(Membership):
    """Goes by the configuration that is committed, not by the last one in the log."""

    def config_in_force(self) -> Configuration:
        return self.at(self._node.commitment.commit)


class ConfigSticks(Membership):
    """Keeps a configuration whose entry was cut."""

    def fell_back(self) -> None:
        pass


class RestartOldConfig(Membership):
    """Goes back to the configuration of the snapshot when it restarts."""

    def config_at_start(self) -> Configuration:
        return self._base


class LearnerCounts(Membership):
    """Counts the copies of learners."""

    def counted(self) -> tuple[str, ...]:
        return (*self.voters, *self.learners)


class AsksOwnConfig(Election):
    """Listens only to those who are voters by its own configuration."""

    def may_ask(self, source: str) -> bool:
        return source in self._membership.voters


class BoldLease(Lease):
    """Takes the election timeout for the lease, as if clocks did not drift."""

    def length(self) -> int:
        return self._settings.election_timeout[0]


class LeaseFromReply(Lease):
    """Lets a lease begin when the answers come."""

    def begins(self, sent_at: int) -> int:  # noqa: ARG002
        return self._node.elapsed()


class LeaseOverTransfer(Handover):
    """Goes on answering reads alone after it has asked another to campaign."""

    def end_lease(self) -> None:
        pass
