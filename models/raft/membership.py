"""Who belongs to the group, and what a quorum of it is: the only place that counts."""

from collections.abc import Collection


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

    def quorum(self, names: Collection[str]) -> bool:
        """Whether `names` hold a majority of the voters."""
        return 2 * sum(voter in names for voter in self.voters) > len(self.voters)
