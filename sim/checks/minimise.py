"""The few operations that a violation rests on: deletes from a history only what cannot make it wrong.

"Is it still not linearizable?" is not enough: deleting a write can turn an innocent failed swap into a liar. A deletion
is allowed only if it leaves every linearizable history linearizable; then what remains, still wrong, is a true reason.

1. Everything after the return at which it went wrong (a prefix of a linearizable history is linearizable).
2. Operations that read only: taking one out of a legal order changes no state.
3. Groups that the specification names (`removable`): a register's value with all that swaps join it to, a queue's
   element, a list's put with all that goes back to it.
4. Last, weakening: an operation never returned and its result is forgotten. Any order of the history is one of the
   weakened. What cannot be weakened is what matters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.checks.budget import Budget
from sim.checks.certificate import Certificate
from sim.checks.frontier import Frontier
from sim.checks.history import OPEN
from sim.checks.part import Part
from sim.checks.search import Search
from sim.checks.specs.spec import Spec

_QUESTION = 20_000
"""Configurations for one question; what that does not decide counts as not wrong."""

_WHOLE = 200_000
"""Configurations for all questions about one history."""


@dataclass(frozen=True, slots=True)
class Minimal:
    """A part that is wrong and from which nothing more can be taken; those in `weakened` need not have returned."""

    part: Part
    weakened: tuple[int, ...]


def minimise(part: Part, spec: Spec, bad: int | None = None, proof: Certificate | None = None) -> Minimal:
    """The smallest that these rules reach of a part that is wrong, with a bounded amount of work.

    `bad` is a return before which nothing is wrong yet, if one is known. Of a part with a `proof` what that does not
    name can go at once.
    """
    return _Minimising(spec).run(part, bad, proof)


def fails(part: Part, spec: Spec, budget: Budget | None = None) -> bool:
    """Whether the part is surely not linearizable: by search, and just in time where that ends in nothing."""
    budget = budget or Budget(_QUESTION)
    spec = spec.prepared(part)
    limit = min(_QUESTION, budget.left)
    found = Search(part, spec).run(limit, budget) or Frontier(part, spec).run(min(limit, budget.left), budget)
    return found is not None and found.status == "fail"


class _Minimising:
    """One history on its way down."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._budget = Budget(_WHOLE)

    def run(self, part: Part, bad: int | None, proof: Certificate | None) -> Minimal:
        """Prefix, reads and groups to a fixpoint, then weakening."""
        part = self._named(part, proof) or self._prefix(part, bad)
        while True:
            before = len(part)
            part = self._drop(part, [[i] for i in self._readers(part)])
            part = self._drop(part, self._spec.removable(part))
            if len(part) == before:
                return self._weaken(part)

    def _fails(self, part: Part) -> bool:
        return self._budget.left > 0 and fails(part, self._spec, self._budget)

    def _named(self, part: Part, proof: Certificate | None) -> Part | None:
        """The operations of a proof, if they are wrong by themselves."""
        named = None if proof is None else part.keep(proof.involved)
        return named if named is not None and self._fails(named) else None

    def _prefix(self, part: Part, bad: int | None) -> Part:
        """The shortest prefix that is surely wrong, not before `bad`: what was open there may have been needed."""
        rets = sorted(ret for ret in part.ret if ret < OPEN and (bad is None or ret >= part.ret[bad]))
        if rets and bad is not None and self._fails(part.cut(rets[0])):
            return part.cut(rets[0])
        if not rets or not self._fails(part.cut(rets[-1])):
            return part
        low, high = 0, len(rets) - 1
        while low < high:
            middle = (low + high) // 2
            if self._fails(part.cut(rets[middle])):
                high = middle
            else:
                low = middle + 1
        return part.cut(rets[high])

    def _readers(self, part: Part) -> list[int]:
        """Operations that only read, those of unknown outcome first."""
        reads = [i for i in range(len(part)) if self._spec.read_only(part.op(i))]
        return sorted(reads, key=lambda i: not part.maybe[i])

    def _drop(self, part: Part, groups: Iterable[Sequence[int]]) -> Part:
        """The part without as many groups as can be spared: a whole piece at once, or else its halves."""
        dropped: dict[int, None] = {}
        stack = [[group for group in groups if group]]
        while stack:
            piece = stack.pop()
            gone = dropped | {i: None for group in piece for i in group}
            if piece and self._fails(part.keep(i for i in range(len(part)) if i not in gone)):
                dropped = gone
            elif len(piece) > 1:
                half = len(piece) // 2
                stack += [piece[half:], piece[:half]]
        return part.keep(i for i in range(len(part)) if i not in dropped) if dropped else part

    def _weaken(self, part: Part) -> Minimal:
        """Forget returns and results as long as it stays wrong."""
        weakened: dict[int, None] = {}
        for i in range(len(part)):
            if part.ret[i] < OPEN and self._fails(part.keep(range(len(part)), weakened | {i: None})):
                weakened[i] = None
        return Minimal(part.keep(range(len(part)), weakened), tuple(weakened))
