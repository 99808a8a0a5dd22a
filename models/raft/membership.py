"""Who belongs to the group, and what a quorum of it is: the only place that counts."""

from collections.abc import Collection, Iterable


class Membership:
    """The configuration as server `name` sees it. `voters` are sorted; `peers` are those but oneself."""

    def __init__(self, name: str, voters: Collection[str]) -> None:
        self._name = name
        self._bootstrap = tuple(sorted(voters))
        self.voters = self.config_in_force()
        self.peers = tuple(voter for voter in self.voters if voter != name)
        self.is_voter = name in self.voters

    def config_in_force(self) -> tuple[str, ...]:
        """The voters by whom elections and commitment are counted now."""
        return self._bootstrap

    def majority(self) -> int:
        """How many voters make a quorum: any two of that size share a member."""
        return len(self.voters) // 2 + 1

    def quorum(self, names: Collection[str]) -> bool:
        """Whether a quorum of the voters is among `names`."""
        return sum(voter in names for voter in self.voters) >= self.majority()

    def held_by_quorum(self, matches: Iterable[int]) -> int:
        """The greatest index that a quorum has reached, given how far each voter has come."""
        return sorted(matches, reverse=True)[self.majority() - 1]
