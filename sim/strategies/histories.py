"""Histories of an object that several clients use at once: legal ones, unless a share of the answers is to be wrong.

Each operation is called, takes effect and is answered, in steps that interleave with those of others; what takes effect
does so on the specification itself, so an order that explains every answer exists. A lost answer leaves an operation of
unknown outcome, which took effect or did not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from sim.checks.history import OPEN, History, Op
from sim.checks.specs import SPECS, Spec, State
from sim.world.units import MS

_VALUES = st.integers(0, 3)
_PAIRS = st.tuples(_VALUES, _VALUES)
_NOTHING = st.none()
_ARGUMENTS: dict[str, Mapping[str, SearchStrategy[Any]]] = {
    "register": {"get": _NOTHING, "put": _VALUES},
    "cas-register": {"get": _NOTHING, "put": _VALUES, "cas": _PAIRS},
    "kv": {"get": _NOTHING, "put": _VALUES, "cas": _PAIRS, "delete": _NOTHING},
    "kv-append": {"get": _NOTHING, "append": st.integers(0, 99)},
    "counter": {"add": st.integers(-1, 2), "read": _NOTHING},
    "set": {"add": _VALUES, "remove": _VALUES, "contains": _VALUES, "read": _NOTHING},
    "queue": {"enqueue": _VALUES, "dequeue": _NOTHING},
}
"""Specification -> verb -> arguments"""


@dataclass
class _Client:
    """A client: its process, and what it waits for."""

    name: str
    process: int
    waiting: Op | None = None
    effective: bool = False


@dataclass
class _Object:
    """The object under its clients: a state for each key, and the operations in order of call."""

    spec: Spec
    states: dict[object, State] = field(default_factory=dict)
    done: list[Op] = field(default_factory=list)
    moment: int = 0

    def tick(self) -> int:
        """The next index of an event."""
        self.moment += 1
        return self.moment - 1

    def apply(self, op: Op) -> Op:
        """Let an operation take effect; it comes back with an answer that is right at this moment."""
        state = self.states.setdefault(op.key, self.spec.initial())
        answers = (replace(op, result=result) for result in _answers(state, op))
        right = next(one for one in answers if self.spec.step(state, one))
        self.states[op.key] = self.spec.step(state, right)[0]
        return right


def _answers(state: State, op: Op) -> Iterable[object]:
    """What could be answered: nothing, yes, no, all that there is, the first of it, whether it is there."""
    held = state if isinstance(state, (tuple, frozenset)) else ()
    yield from (None, True, False) if op.f in ("put", "append", "cas", "delete", "enqueue", "remove") else ()
    if op.f == "contains":
        yield op.arg in held
    yield tuple(sorted(held)) if isinstance(state, frozenset) else state
    yield from (*held[:1], None) if isinstance(held, tuple) else (None,)


def histories(
    spec: str, *, unknown: float = 0.2, wrong: float = 0.0, clients: int = 3, keys: int = 2, max_operations: int = 12
) -> SearchStrategy[History]:
    """Histories over a specification of this name; `unknown` is the share of operations whose outcome nobody knows.

    With `wrong` above 0 so many answers may be replaced by others, and the history may be illegal. Keys are k0, k1, ...
    """
    assert spec in _ARGUMENTS, f"histories are drawn of {', '.join(_ARGUMENTS)}, and not of {spec!r}"
    return _histories(spec, unknown, wrong, clients, keys, max_operations)


@st.composite
def _histories(
    draw: DrawFn, spec: str, unknown: float, wrong: float, clients: int, keys: int, max_operations: int
) -> History:
    thing = _Object(SPECS[spec])
    everybody = [_Client(f"c{number + 1}", number) for number in range(clients)]
    for pick in draw(st.lists(st.integers(0, clients - 1), max_size=3 * max_operations)):
        client = everybody[pick]
        if client.waiting is None:
            client.waiting = _called(thing, spec, client, draw, keys)
        elif not client.effective and not _happens(draw, unknown / 2):
            client.waiting, client.effective = thing.apply(client.waiting), True
        else:
            _answer(thing, client, draw, lost=not client.effective or _happens(draw, unknown / 2), wrong=wrong)
            client.process += clients * (thing.done[-1].outcome == "unknown")
    for client in everybody:
        if client.waiting is not None:
            _answer(thing, client, draw, lost=True, wrong=0.0)
    return History(sorted(thing.done, key=lambda op: op.call))


def _happens(draw: DrawFn, share: float) -> bool:
    return bool(share) and draw(st.integers(0, 999)) >= 1000 - round(1000 * share)


def _called(thing: _Object, spec: str, client: _Client, draw: DrawFn, keys: int) -> Op:
    verb = draw(st.sampled_from(list(_ARGUMENTS[spec])))
    key = f"k{draw(st.integers(0, keys - 1))}" if thing.spec.by_key else None
    moment = thing.tick()
    return Op(
        moment, client.process, client.name, verb, key, draw(_ARGUMENTS[spec][verb]), None, "ok", moment, OPEN,
        moment * MS, None,
    )  # fmt: skip


def _answer(thing: _Object, client: _Client, draw: DrawFn, *, lost: bool, wrong: float) -> None:
    """The answer comes, or never does."""
    op = client.waiting
    assert op is not None, "only who waits is answered"
    if lost:
        thing.done.append(replace(op, result=None, outcome="unknown"))
    else:
        moment = thing.tick()
        result = draw(_VALUES) if op.result is not None and _happens(draw, wrong) else op.result
        thing.done.append(replace(op, result=result, ret=moment, ret_ns=moment * MS))
    client.waiting, client.effective = None, False
