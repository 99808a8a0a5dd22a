"""A queue, first in first out: enqueue and dequeue."""

from collections.abc import Mapping, Sequence

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import Op
from sim.checks.part import Part
from sim.checks.specs.spec import Spec, State
from sim.checks.values import same, typed
from sim.checks.zones import queues


class Queue(Spec):
    """One queue per key. `dequeue` gives the oldest element, or None if there is none."""

    name = "queue"
    verbs = {"enqueue": "(element)", "dequeue": "the element, or nil if there was none"}
    plain = True
    by_key = True

    def initial(self) -> State:
        """No elements."""
        return ()

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The queue that follows, or none. A dequeue of unknown outcome takes whatever is first."""
        assert isinstance(state, tuple), "a queue is a tuple of elements"
        if op.f == "enqueue":
            return ((*state, op.arg),)
        if op.outcome == "unknown":
            return (state[1:],)
        if not state:
            return (state,) if op.result is None else ()
        return (state[1:],) if same(state[0], op.result) else ()

    def monitor(self, part: Part) -> Found | None:
        """Patterns that are exact for unique elements (Henzinger, Sezgin, Vafeiadis)."""
        return queues.decide(part)

    def verify(self, ops: Mapping[int, Op], proof: Certificate) -> str:
        """By the times of few operations."""
        return queues.verify(ops, proof)

    def removable(self, part: Part) -> Sequence[Sequence[int]]:
        """All operations on one element: an emptier queue keeps every other answer, empty ones too."""
        groups: dict[object, list[int]] = {}
        for i, (verb, arg, result) in enumerate(zip(part.verb, part.arg, part.result, strict=True)):
            if verb == "enqueue" or result is not None:
                groups.setdefault(typed(arg if verb == "enqueue" else result), []).append(i)
        unknown = any(maybe and verb == "dequeue" for maybe, verb in zip(part.maybe, part.verb, strict=True))
        return [] if unknown else list(groups.values())

    def say(self, state: State) -> str:
        """The first few elements."""
        assert isinstance(state, tuple), "a queue is a tuple of elements"
        return f"[{', '.join(map(repr, state[:4]))}{', …' if len(state) > 4 else ''}]"
