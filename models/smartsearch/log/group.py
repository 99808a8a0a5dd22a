"""A consumer group: EMPTY, PREPARING (all members are to join), COMPLETING (the generation is stored), STABLE.

Any join, leave or missed session raises the generation. Members of an old one are refused: what they have under way
may be somebody else's by now.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sim import Caller

EMPTY = "EMPTY"
PREPARING = "PREPARING"
COMPLETING = "COMPLETING"
STABLE = "STABLE"


@dataclass
class Membership:
    """One member: when it was last heard (ns), and the call that waits for the next generation."""

    heard: int
    joining: Caller | None = None


class Group:
    """One group, as its coordinator sees it. It has no clock and sends nothing: the coordinator does."""

    def __init__(self, name: str, generation: int) -> None:
        self.name = name
        self.state = EMPTY
        self.generation = generation
        self.assignment: dict[str, tuple[int, ...]] = {}
        self.members: dict[str, Membership] = {}
        self.began = 0
        """When it began to prepare, in ns."""

    def join(self, member: str, caller: Caller, now: int) -> None:
        """A member is there for the next generation."""
        self.members[member] = Membership(now, caller)

    def drop(self, member: str) -> None:
        """A member is gone."""
        del self.members[member]

    def silent(self, now: int, session: int) -> list[str]:
        """Who was not heard for `session` ns and is not waiting for an answer."""
        return [name for name, one in self.members.items() if one.joining is None and now - one.heard > session]

    def all_joined(self) -> bool:
        """Whether every member waits for the next generation."""
        return bool(self.members) and all(one.joining is not None for one in self.members.values())

    def drop_absent(self) -> None:
        """Go on without those that have not joined."""
        self.members = {name: one for name, one in self.members.items() if one.joining is not None}

    def assign(self, partitions: Sequence[int]) -> dict[str, tuple[int, ...]]:
        """Partitions in turn to the members in order of their names."""
        names = sorted(self.members)
        return {name: tuple(partitions[place :: len(names)]) for place, name in enumerate(names)}

    def is_current(self, member: str, generation: int) -> bool:
        """Whether this is a member of the present generation, and nobody prepares the next one."""
        return self.state == STABLE and member in self.assignment and generation == self.generation
