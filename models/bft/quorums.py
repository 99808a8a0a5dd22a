"""How many make a quorum: every threshold is a function of n and f, and none is a number by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Quorums:
    """The parties by name, in order, of whom `f` may be corrupt (n > 3f)."""

    members: tuple[str, ...]
    f: int
    _known: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", frozenset(self.members))

    @classmethod
    def of(cls, members: Sequence[str], f: int | None) -> "Quorums":
        """By default as many may be corrupt as n > 3f allows."""
        return cls(tuple(members), (len(members) - 1) // 3 if f is None else f)

    def __contains__(self, name: str) -> bool:
        return name in self._known

    @property
    def n(self) -> int:
        """How many parties."""
        return len(self.members)

    @property
    def q(self) -> int:
        """As many as surely answer: n - f. Two sets of them share f + 1 parties at least."""
        return len(self.members) - self.f

    @property
    def honest_one(self) -> int:
        """As many as surely hold an honest one: f + 1, which is also the size of a committee."""
        return self.f + 1

    @property
    def echo(self) -> int:
        """As many that two sets of them share an honest party: ceil((n + f + 1) / 2), which is q only if n = 3f + 1."""
        return (len(self.members) + self.f) // 2 + 1

    @property
    def honest_majority(self) -> int:
        """As many as hold f + 1 honest ones: 2f + 1."""
        return 2 * self.f + 1
