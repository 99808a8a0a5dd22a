"""Who belongs to a group, how many of them may be faulty, and how many make a quorum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Group:
    """`members` by name, of whom `f` may be faulty; `quorum` distinct members make a certificate."""

    members: tuple[str, ...]
    f: int
    quorum: int
    _known: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", frozenset(self.members))

    @classmethod
    def byzantine(cls, members: Sequence[str], f: int | None = None) -> "Group":
        """The smallest quorums of which any two share f + 1 members: ceil((n + f + 1) / 2). `f` is (n - 1) // 3."""
        n = len(members)
        f = (n - 1) // 3 if f is None else f
        return cls(tuple(members), f, (n + f) // 2 + 1)

    def signers(self, listed: Iterable[str]) -> list[str]:
        """The distinct members among the signers that a certificate lists, in its order."""
        return [name for name in dict.fromkeys(listed) if name in self._known]

    def is_valid(self, listed: Iterable[str]) -> bool:
        """Whether a certificate with these signers carries a quorum."""
        return len(self.signers(listed)) >= self.quorum
