"""Who belongs to the group, and what a quorum of it is: the only place that counts (section 6, dissertation 4).

One voter joins or leaves at a time, so that any majority of the old voters meets any of the new. A configuration is in
force as soon as its entry is in the log, committed or not, and no more once that entry is cut.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from models.raft.events import Recognised
from models.raft.messages import Configuration

if TYPE_CHECKING:
    from models.raft.node import RaftNode


class Membership:
    """The configuration as one incarnation sees it.

    `voters` and `learners` are sorted; `peers` are the voters but oneself, `followers` all who are replicated to.
    """

    def __init__(self, node: "RaftNode", bootstrap: Configuration) -> None:
        self._node = node
        self._log = node.log
        self._generation = 0 if node.settings.rejoin == "voter" else node.disk.replacements
        self.has_new_disk = self._generation > 0
        self.is_known = False
        newest = node.snapshots.newest
        self._base = bootstrap if newest is None else newest.configuration
        self._adopt(self.config_at_start())

    def config_at_start(self) -> Configuration:
        """What is in force after a restart: the last configuration of the log, committed or not."""
        return self.config_in_force()

    def config_in_force(self) -> Configuration:
        """By whom elections and commitment are counted now."""
        named = self._log.configurations
        return named[-1][1] if named else self._base

    def at(self, index: int) -> Configuration:
        """The configuration at an index of the log, which is not before its base."""
        named = [configuration for place, configuration in self._log.configurations if place <= index]
        return named[-1] if named else self._base

    def newest_index(self) -> int:
        """The index of the last entry that names a configuration; 0 if the log holds none."""
        named = self._log.configurations
        return named[-1][0] if named else 0

    # What changes it

    def entered(self) -> None:
        """An entry that names a configuration has come into the log."""
        self._adopt(self.config_in_force())

    def fell_back(self) -> None:
        """The log was cut: what it named behind the cut never was."""
        self._adopt(self.config_in_force())

    def committed(self) -> None:
        """An entry that names a configuration is committed. It was in force before."""
        self._adopt(self.config_in_force())

    def rebase(self, upto: int) -> None:
        """The log is about to give up its entries up to `upto`."""
        self._base = self.at(upto)

    def replace(self, configuration: Configuration) -> None:
        """A snapshot took the place of the log."""
        self._base = configuration
        self._adopt(self.config_in_force())

    def _adopt(self, configuration: Configuration) -> None:
        name = self._node.name
        self.voters = configuration.voters
        self.learners = configuration.learners
        self.replaced = configuration.replaced
        self._recognise(dict(configuration.replaced).get(name, 0))
        self.is_voter = self.is_known and name in self.voters
        self.peers = tuple(voter for voter in self.voters if voter != name)
        self.followers = tuple(one for one in sorted((*self.voters, *self.learners)) if one != name)

    def _recognise(self, generation: int) -> None:
        """Whether the configuration means the disk that this server has. If not, its vows were lost: it has no vote."""
        was_known, self.is_known = self.is_known, generation == self._generation
        if self._generation and self.is_known and not was_known:
            self._node.emit(Recognised(self._node.ballot.term, generation))

    # Counting

    def majority(self) -> int:
        """How many voters make a quorum: any two of that size share a member."""
        return len(self.voters) // 2 + 1

    def quorum(self, names: Collection[str]) -> bool:
        """Whether a quorum of the voters is among `names`."""
        return sum(voter in names for voter in self.voters) >= self.majority()

    def counted(self) -> tuple[str, ...]:
        """Whose copies count for commitment."""
        return self.voters

    def held_by_quorum(self, matches: Iterable[int]) -> int:
        """The greatest index that a quorum has reached, given how far each voter has come."""
        return sorted(matches, reverse=True)[self.majority() - 1]


def bootstrap(servers: Collection[str], voters: int | None, learners: int) -> Configuration:
    """The configuration that a group begins with: so many of its servers vote, the next so many learn."""
    names = list(servers)
    count = len(names) - learners if voters is None else voters
    return Configuration(tuple(sorted(names[:count])), tuple(sorted(names[count : count + learners])))
