"""What a specification is: one object, operation by operation. A user's own needs `initial` and `step`, no more."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import History, Op
from sim.checks.part import Part
from sim.checks.witness import replay

State = Hashable
"""What the object holds: hashable, and never changed."""


class Together(NamedTuple):
    """The parts that one operation touches, where it touches several: they are decided as one."""

    parts: tuple[Hashable, ...]


class Exit(NamedTuple):
    """Leaving a state is a dead end while one of `readers` (places) is left and none of `makers`."""

    readers: Sequence[int]
    makers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Swept:
    """What was decided for many parts at once, and replayed.

    passed: how many parts. rest: codes of the keys of all others. order: rows. suspects: for some of the others, rows
    that are wrong by themselves.
    """

    passed: int
    rest: list[int]
    order: Sequence[int] = ()
    suspects: Mapping[int, list[int]] = field(default_factory=dict)


class Spec:
    """A sequential object. `initial` and `step` define it; everything else makes it faster to decide, never different.

    `step` gives the states that `op` can lead to from `state`: none if it is illegal there, several if the object is
    nondeterministic. An operation of unknown outcome has no result to compare.
    """

    name = ""
    verbs: Mapping[str, str] = {}
    """Verb -> what it takes and gives, in words; empty if any verb is understood."""
    reads: frozenset[str] = frozenset()
    """Verbs that never change any state."""
    plain = False
    """Whether `step` looks at nothing of an operation but verb, key, argument, result and outcome."""
    by_key = False
    """Whether `part` of an operation is its key."""

    def initial(self) -> State:
        """The state before the first operation."""
        raise TypeError(f"{type(self).__name__} has no initial(): what does the object hold at first?")

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The states that may follow; none if the operation is illegal."""
        raise TypeError(f"{type(self).__name__} has no step(): what follows {op} in {state!r}?")

    def part(self, op: Op) -> Hashable | Together | None:
        """The object that the operation touches; None if it needs the whole history in one part."""
        return op.key if self.by_key else None

    def read_only(self, op: Op) -> bool:
        """Whether it changes no state, ever: not even one that this history does not meet."""
        return op.f in self.reads

    def fitted(self, history: History) -> "tuple[History, Spec]":
        """The history and the specification as they are decided, where knowing the whole history helps to read it."""
        return history, self

    def prepared(self, part: Part) -> "Spec":
        """A specification that knows this part, where knowing it helps or is needed to read it."""
        return self

    def refuse(self, op: Op) -> str:
        """Why an operation is none of this object's: what was expected; empty if it is."""
        if not self.verbs or op.f in self.verbs:
            return ""
        return f"one of {', '.join(self.verbs)}"

    def sweep(self, history: History) -> Swept | None:
        """Decide as many parts of a whole history as pass at once; None if there is no such way."""
        return None

    def sanity(self, part: Part) -> Found | None:
        """A violation that shows at one glance over the part."""
        return None

    def monitor(self, part: Part) -> Found | None:
        """A fast and exact decision of a part; None if it does not apply."""
        return None

    def replay(self, part: Part, order: Sequence[int]) -> str:
        """What is wrong with a witness; empty if nothing is."""
        return replay(part, order, self)

    def verify(self, ops: Mapping[int, Op], proof: Certificate) -> str:
        """What is wrong with a certificate; empty if it proves a violation."""
        return f"nobody can verify that {len(ops)} operations are wrong because of {proof.proof}"

    def order_hint(self, op: Op) -> int | None:
        """A revision, offset or index that the system returned: sorting by it may give a witness."""
        return None

    def abstraction(self, part: Part) -> Callable[[State], State] | None:
        """State -> coarser state, on which alone the legality of this part's operations depends, now and later."""
        return None

    def exits(self, part: Part) -> Callable[[State, State], Exit | None] | None:
        """(state, next state) -> what would be stranded by that step."""
        return None

    def removable(self, part: Part) -> Iterable[Sequence[int]]:
        """Groups of operations (places) whose deletion from a linearizable history leaves it linearizable."""
        return ()

    def say(self, state: State) -> str:
        """A state in words."""
        return "nothing" if state is None else repr(state)
