"""A lock with fencing tokens: acquire, try and release."""

from collections.abc import Mapping

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import Op
from sim.checks.part import Part
from sim.checks.specs.spec import Spec, State
from sim.checks.values import same
from sim.checks.zones import locks


class Lock(Spec):
    """One lock per key. The holder is the argument of an operation or, without one, its client.

    `acquire` and `try` give a fencing token (a number that only rises), True or nothing when they got the lock, and
    False when somebody held it. `release` gives False if the caller did not hold it.
    """

    name = "lock"
    verbs = {
        "acquire": "a token, True, or False if it is held",
        "try": "a token, True, or False if it is held",
        "release": "True, or False if it was not held",
    }
    by_key = True

    def initial(self) -> State:
        """Nobody holds it, and no token was given."""
        return (None, None)

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The holder and the last token that follow."""
        assert isinstance(state, tuple), "a lock is (holder, last token)"
        holder, last = state
        me = locks.holder_of(op)
        if op.f == "release":
            return _release(state, op, held=holder is not None and same(holder, me))
        if op.outcome == "unknown":
            return ((me, last),) if holder is None else (state,)
        if op.result is False:
            return (state,) if holder is not None else ()
        if holder is not None:
            return ()
        token = locks.token_of(op)
        if token is None:
            return ((me, last),)
        return ((me, token),) if last is None or token > last else ()

    def read_only(self, op: Op) -> bool:
        """Also what says that it changed nothing."""
        return op.f in self.reads or (op.outcome == "ok" and op.result is False)

    def monitor(self, part: Part) -> Found | None:
        """Each acquire with its release is a block of two."""
        return locks.decide(part)

    def verify(self, ops: Mapping[int, Op], proof: Certificate) -> str:
        """By the times of two acquires and their releases."""
        return locks.verify(ops, proof)

    def say(self, state: State) -> str:
        """Who holds it."""
        assert isinstance(state, tuple), "a lock is (holder, last token)"
        holder, last = state
        token = "" if last is None else f", last token {last}"
        return f"{'free' if holder is None else f'held by {holder}'}{token}"


def _release(state: tuple[State, ...], op: Op, *, held: bool) -> tuple[State, ...]:
    freed = (None, state[1])
    if op.outcome == "unknown":
        return (freed,) if held else (state,)
    if op.result is False:
        return () if held else (state,)
    return (freed,) if held else ()
