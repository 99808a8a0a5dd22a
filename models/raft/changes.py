"""Changes of the configuration, by one server at a time, as the leader allows them (dissertation, section 4)."""

from collections import deque
from typing import TYPE_CHECKING

from models.raft.events import ConfigAppended
from models.raft.log import encode_configuration
from models.raft.messages import ChangeMembers, Configuration, Entry, Members, NotNow
from sim import Caller

if TYPE_CHECKING:
    from models.raft.node import RaftNode

ALREADY = "it is so already"
REMOVED = "it was removed from the group"


class Changes:
    """The operator's changes, at the server that leads."""

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._log = node.log
        self._membership = node.membership
        self._commitment = node.commitment
        self._past: deque[tuple[int, int]] = deque()  # (own clock, last index) at heartbeats, for one E

    def take(self, caller: Caller, wish: ChangeMembers) -> Members | NotNow | None:
        """Log a change that is allowed now; it is answered when it is committed."""
        wanted = self.wanted(wish)
        if isinstance(wanted, NotNow):
            return self.members() if wanted.reason == ALREADY else wanted
        if not self.may_change():
            return NotNow("another change is not committed yet, or nothing of this term is")
        if wish.verb == "promote" and not self.is_caught_up(wish.server):
            return NotNow(f"{wish.server} lags behind")
        self._node.proposals.take_configuration(caller, encode_configuration(wanted))
        return None

    def wanted(self, wish: ChangeMembers) -> Configuration | NotNow:
        """The configuration that a wish leads to."""
        now, server = self._membership, wish.server
        if wish.verb == "learn":
            if server in now.voters or server in now.learners:
                same = dict(now.replaced).get(server, 0) == wish.generation
                return NotNow(ALREADY if same else f"{server} is a member with another disk")
            return Configuration(now.voters, with_(now.learners, server), self._replaced(server, wish.generation))
        if wish.verb == "promote":
            if server in now.voters:
                return NotNow(ALREADY)
            if server not in now.learners:
                return NotNow(f"{server} is no learner")
            return Configuration(with_(now.voters, server), without(now.learners, server), now.replaced)
        if server not in now.voters and server not in now.learners:
            return NotNow(ALREADY)
        if now.voters == (server,):
            return NotNow(f"{server} is the last voter")
        return Configuration(without(now.voters, server), without(now.learners, server), now.replaced)

    def _replaced(self, server: str, generation: int) -> tuple[tuple[str, int], ...]:
        known = {**dict(self._membership.replaced), server: generation}
        return tuple(sorted((name, number) for name, number in known.items() if number))

    def may_change(self) -> bool:
        """Whether the change before is done with, and an entry of this leadership committed.

        Without the latter, two leaders can change the same configuration in ways whose majorities do not meet (Ongaro,
        raft-dev, 2015).
        """
        return self.is_settled() and self.has_own_commit()

    def is_settled(self) -> bool:
        """Whether no configuration waits to be committed."""
        return self._membership.newest_index() <= self._commitment.commit

    def has_own_commit(self) -> bool:
        """Whether an entry of the own term is committed."""
        return self._commitment.has_own_commit()

    def is_caught_up(self, server: str) -> bool:
        """Whether a learner has reached what was the end of the log one base election timeout ago."""
        progress = self._node.replication.progress.get(server)
        return progress is not None and bool(self._past) and progress.match >= self._past[0][1]

    def note_time(self) -> None:
        """A heartbeat: remember how long the log is now."""
        now, past = self._node.elapsed(), self._past
        past.append((now, self._log.last))
        window = self._node.settings.election_timeout[0]
        while len(past) > 1 and past[1][0] <= now - window:
            past.popleft()

    def forget(self) -> None:
        """Leadership is over."""
        self._past.clear()

    def committed(self) -> None:
        """A configuration is committed. A leader that is not in it has seen to that, and gives up."""
        self._membership.committed()
        election = self._node.election
        if not election.is_leader():
            return
        self._node.replication.meet_followers()
        if self._node.name not in self._membership.voters and self.is_settled():
            election.step_down(REMOVED)

    def members(self) -> Members:
        """The configuration in force."""
        return Members(self._membership.voters, self._membership.learners)

    def answer(self, entry: Entry) -> None:
        """The configuration that `entry` names is committed: tell whoever waits for it."""
        caller = self._node.proposals.claim(entry.index, entry.term)
        if caller is not None:
            self._node.reply(caller, self.members())

    def tell(self, entry: Entry) -> None:
        """Say that an entry which names a configuration is in the log."""
        node, index = self._node, entry.index
        configuration = self._membership.at(index)
        chain = self._log.chain_at(index)
        node.emit(ConfigAppended(node.ballot.term, index, chain, configuration.voters, configuration.learners))


def with_(names: tuple[str, ...], server: str) -> tuple[str, ...]:
    """These names and one more, sorted."""
    return tuple(sorted((*names, server)))


def without(names: tuple[str, ...], server: str) -> tuple[str, ...]:
    """These names but one."""
    return tuple(name for name in names if name != server)
