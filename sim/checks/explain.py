"""Why a history is not linearizable: one sentence, and the reasons behind it that an engineer can check by hand."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.frontier import Frontier
from sim.checks.history import OPEN, Op
from sim.checks.minimise import fails, minimise
from sim.checks.part import Part
from sim.checks.specs.spec import Spec
from sim.checks.timeline import called, returned, words

_LIMIT = 100_000
_STATES_MAX = 6


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence` says it all; `because` gives the steps; `ops` are the operations that it rests on, in order of call.

    `bad` is the operation at which it shows, None if that is not known.
    """

    sentence: str
    because: tuple[str, ...]
    ops: tuple[Op, ...]
    bad: Op | None


def explain(part: Part, spec: Spec, found: Found) -> Explanation:
    """Explain why a part fails."""
    if found.certificate is not None:
        return _Proof(part, found.certificate).explain()
    return _explain_search(part, spec, found)


def name_of(part: Part) -> str:
    """The part in words."""
    name = part.name[0] if isinstance(part.name, tuple) and len(part.name) == 1 else part.name
    return "the object" if name is None else f"key {name}"


class _Proof:
    """A certificate in words."""

    def __init__(self, part: Part, proof: Certificate) -> None:
        self._part = part
        self._proof = proof
        self._ops = {place: part.op(place) for place in proof.involved}

    def explain(self) -> Explanation:
        """By the kind of proof."""
        tell: dict[str, Callable[[], tuple[str, tuple[str, ...], int]]] = {
            "thin-air": self._thin_air,
            "two-swaps": self._two_swaps,
            "loop": self._loop,
            "order": self._order,
            "overlap": self._overlap,
            "fork": self._fork,
            "misplaced": self._misplaced,
            "repeat": self._repeat,
            "empty": self._empty,
            "bounds": self._bounds,
            "token": self._token,
        }
        sentence, because, bad = tell[self._proof.proof]()
        ops = tuple(self._ops[place] for place in self._proof.involved)
        return Explanation(f"{name_of(self._part)}: {sentence}", because, ops, self._ops[bad])

    def _thin_air(self) -> tuple[str, tuple[str, ...], int]:
        reader = self._proof.blocks[0][0]
        value = repr(self._proof.value)
        what = f"{self._at(reader)} returned {_result(self._ops[reader])}"
        return f"{what}, and nobody had begun to write {value} by then", (), reader

    def _two_swaps(self) -> tuple[str, tuple[str, ...], int]:
        one, other = (group[0] for group in self._proof.blocks)
        value = repr(self._proof.value)
        because = (f"{value} was written once, and left by the first swap from it", *self._happened())
        return (
            f"{self._word(one)} and {self._word(other)} both swapped {value}, which was written only once",
            because,
            other,
        )

    def _happened(self) -> tuple[str, ...]:
        """How the proof knows that operations of unknown outcome happened."""
        chains = [group for group in self._proof.blocks if len(group) > 1]
        return tuple(
            f"{self._word(group[0])} happened, for {self._word(group[1])} saw what it left"
            for group in chains
            if group[0] in self._ops and self._ops[group[0]].ret == OPEN and group[1] in self._ops
        )

    def _loop(self) -> tuple[str, tuple[str, ...], int]:
        chain = self._proof.blocks[0]
        named = ", ".join(self._word(place) for place in chain)
        return f"swaps saw what swaps left, in a circle that no write began: {named}", (), chain[-1]

    def _order(self) -> tuple[str, tuple[str, ...], int]:
        pairs = self._proof.pairs
        if len(pairs) == 2:
            return self._queue_order()
        ((returned, late),) = pairs
        chain = [place for place in self._proof.blocks[0] if place in self._ops]
        because = (f"what was seen puts them in this order: {', then '.join(map(self._word, chain))}",)
        sentence = (
            f"{self._word(late)} must come before {self._word(returned)}, but {self._said(returned)} and "
            f"{self._word(late)} was called only at {called(self._ops[late])}"
        )
        return sentence, because, returned

    def _queue_order(self) -> tuple[str, tuple[str, ...], int]:
        (x, y), (taken, late) = self._proof.pairs
        then = "never taken" if late < 0 else f"taken only by {self._at(late)}"
        sentence = (
            f"{self._word(x)} was done before {self._word(y)} was called, but {self._word(taken)} took the second first"
        )
        return sentence, (f"the first was {then}",), taken

    def _overlap(self) -> tuple[str, tuple[str, ...], int]:
        (a1, b1), (b2, a2) = self._proof.pairs
        one, other = self._value(a1, a2), self._value(b1, b2)
        first = self._before(one, other, a1, b1)
        second = self._before(other, one, b2, a2)
        bad = max((place for place in (a2, b1) if place >= 0), key=lambda place: self._ops[place].call, default=b2)
        stale = f"; {self._word(bad)} is stale" if self._ops[bad].arg is None else ""
        return f"{first} {second} Both cannot hold{stale}", (), bad

    def _before(self, one: str, other: str, returned: int, late: int) -> str:
        if returned < 0:
            return f"{one} came before {other}: it was there from the beginning."
        if late < 0:
            return f"{one} came before {other}: {self._said(returned)}, and the other never ended."
        then = f"{self._word(late)} was called at {called(self._ops[late])}"
        return f"{one} came before {other}: {self._said(returned)}, {then}."

    def _value(self, *places: int) -> str:
        for place in places:
            if place >= 0:
                op = self._ops[place]
                value = op.result if op.arg is None else op.arg[-1] if isinstance(op.arg, tuple) and op.arg else op.arg
                return "nothing" if value is None else _cut(repr(value))
        return "what was there first"

    def _fork(self) -> tuple[str, tuple[str, ...], int]:
        one, other = (group[0] for group in self._proof.blocks)
        return (
            f"{self._word(one)} and {self._word(other)} show two histories, of which neither begins with the other",
            (),
            other,
        )

    def _misplaced(self) -> tuple[str, tuple[str, ...], int]:
        maker, one, other = (group[0] for group in self._proof.blocks)
        twice = "twice" if one == other else "in two places"
        return (
            f"{self._word(maker)} was done once, but shows {twice}: {self._word(one)}, {self._word(other)}",
            (),
            other,
        )

    def _repeat(self) -> tuple[str, tuple[str, ...], int]:
        one, other = (group[0] for group in self._proof.blocks)
        return f"{self._word(one)} and {self._word(other)} took one element, which was enqueued once", (), other

    def _empty(self) -> tuple[str, tuple[str, ...], int]:
        empty = self._proof.blocks[0][0]
        because = tuple(
            f"{self._said(place)}, and " + ("nobody took it" if taken < 0 else f"{self._at(taken)} took it")
            for place, taken in self._proof.blocks[1:]
        )
        return f"{self._at(empty)} found nothing, though something was there all the time", because, empty

    def _bounds(self) -> tuple[str, tuple[str, ...], int]:
        read = self._proof.blocks[0][0]
        value = self._proof.value
        said = (
            f"only {value[0]} to {value[1]} were possible"
            if isinstance(value, tuple)
            else f"the sum is {value}, and nothing is below zero"
        )
        return f"{self._at(read)} returned {_result(self._ops[read])}, but {said}", (), read

    def _token(self) -> tuple[str, tuple[str, ...], int]:
        ((early, late),) = self._proof.pairs
        return (
            f"{self._at(late)} got a token that is not greater than that of {self._word(early)}, which was done before",
            (),
            late,
        )

    def _word(self, place: int) -> str:
        return "the creation" if place < 0 else words(self._ops[place])

    def _at(self, place: int) -> str:
        op = self._ops[place]
        return f"{op} (called at {called(op)})"

    def _said(self, place: int) -> str:
        op = self._ops[place]
        return f"{words(op)} returned at {returned(op)}"


def _explain_search(part: Part, spec: Spec, found: Found) -> Explanation:
    """The first return that no order explains, and the states that were possible before it."""
    if found.bad is None:
        found = Frontier(part, spec).run(_LIMIT) or _bisect(part, spec, found)
    if found.bad is None:
        core = minimise(part, spec).part
        sentence = f"{name_of(part)}: no order of its {len(part)} operations explains all results"
        return Explanation(sentence, (), tuple(core.ops), None)
    bad = part.op(found.bad)
    before = part.cut(part.ret[found.bad])
    pending = [words(op) for op in before.ops if op.ret == OPEN and op.op != bad.op and not spec.read_only(op)]
    small = minimise(part, spec, found.bad)
    matters = [words(op) for i, op in enumerate(small.part.ops) if i not in small.weakened and op.ret < OPEN]
    because = (f"no order puts these right, whatever else is left out: {', '.join(matters)}",) if matters else ()
    states = _states(found.states, spec)
    sentence = (
        f"{name_of(part)}: {bad} returned {_result(bad)} at {returned(bad)}, "
        f"called at {called(bad)}; in between it could only hold {states}"
    )
    open_ones = f" (pending: {', '.join(pending[:4])}{', ...' if len(pending) > 4 else ''})" if pending else ""
    return Explanation(sentence + open_ones, because, tuple(small.part.ops), bad)


def _bisect(part: Part, spec: Spec, found: Found) -> Found:
    """The first return after which the part is surely wrong; nothing is claimed of prefixes that stay undecided."""
    rets = sorted((ret, i) for i, ret in enumerate(part.ret) if ret < OPEN)
    low, high = 0, len(rets) - 1
    while low < high:
        middle = (low + high) // 2
        if fails(part.cut(rets[middle][0]), spec):
            high = middle
        else:
            low = middle + 1
    bad = rets[low][1]
    return Found("fail", bad=bad, furthest=found.furthest) if fails(part.cut(rets[low][0]), spec) else found


def _states(states: tuple[Hashable, ...], spec: Spec) -> str:
    said = list(dict.fromkeys(map(spec.say, states)))
    more = f" or {len(said) - _STATES_MAX} more" if len(said) > _STATES_MAX else ""
    return " or ".join(said[:_STATES_MAX]) + more if said else "nothing that any order explains"


def _result(op: Op) -> str:
    return _cut("nothing" if op.result is None else repr(op.result))


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:28]} … {text[-28:]}"
