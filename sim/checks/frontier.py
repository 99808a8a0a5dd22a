"""Just-in-time linearization: every state that the object can be in, carried from event to event.

Lowe, "Testing for linearizability" (2017), breadth first. A configuration is a state, the open operations that have
taken effect (bits of slots, which are used again), and the unknown operations that were used. When an operation
returns, each configuration takes further open operations only until that one has taken effect. A read takes effect as
soon as it is legal. No configuration left: a violation, at this very return.

It needs no future, so it can follow a run, and it knows the states that were possible before the bad return. It
explodes where many writers are open at once; there the depth-first search is better.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from sim.checks.automaton import Automaton
from sim.checks.budget import Budget
from sim.checks.found import Found
from sim.checks.history import OPEN
from sim.checks.part import Part
from sim.checks.specs.spec import Spec

_Order = tuple["_Order", int] | tuple[()]
_CHECK_EVERY = 256


class _Config(NamedTuple):
    """A configuration and how it was reached."""

    state: int
    bits: int
    used: int
    order: _Order


class _Antichain:
    """Configurations of which none is another with more unknown operations used."""

    def __init__(self) -> None:
        self._of: dict[tuple[int, int], list[_Config]] = {}

    def add(self, config: _Config) -> bool:
        """Keep it, unless one that used no more is there."""
        key, used = (config.state, config.bits), config.used
        known = self._of.get(key)
        if known is None:
            self._of[key] = [config]
            return True
        if any(one.used & used == one.used for one in known):
            return False
        known[:] = [one for one in known if one.used & used != used]
        known.append(config)
        return True

    def __iter__(self) -> Iterator[_Config]:
        return (config for group in self._of.values() for config in group)

    def __bool__(self) -> bool:
        return bool(self._of)


class Steps(Protocol):
    """What is needed of an object: the class of each operation, and what each class does."""

    classes: list[int]
    reads: list[bool]

    def step(self, code: int, kind: int) -> tuple[int, ...]:
        """The states that an operation of class `kind` can lead to."""


class Possible:
    """What the object can be, given all that was called and returned until now."""

    def __init__(self, automaton: Steps) -> None:
        self._object = automaton
        self._configs = _Antichain()
        self._configs.add(_Config(0, 0, 0, ()))
        self._slots: dict[int, int] = {}
        self._free: list[int] = []
        self._maybe: list[int] = []
        self.states: tuple[int, ...] = (0,)
        """After a return: the states that were possible just before that operation took effect."""

    def call(self, i: int, *, maybe: bool = False) -> None:
        """Operation i was called; `maybe` if it will never return."""
        kind = self._object.classes[i]
        if maybe:
            if not self._object.reads[kind]:
                self._maybe.append(i)
            return
        slot = self._free.pop() if self._free else len(self._slots)
        self._slots[i] = slot
        if self._object.reads[kind]:
            before, self._configs = self._configs, _Antichain()
            for one in before:
                legal = bool(self._object.step(one.state, kind))
                self._configs.add(one._replace(bits=one.bits | 1 << slot, order=(one.order, i)) if legal else one)

    def ret(self, i: int) -> Iterator[None]:
        """Operation i returned; yields after every configuration examined. No configuration left: violation."""
        bit = 1 << self._slots[i]
        after, seen = _Antichain(), _Antichain()
        stack = []
        for config in self._configs:
            if config.bits & bit:
                after.add(config._replace(bits=config.bits & ~bit))
            elif seen.add(config):
                stack.append(config)
        while stack:
            for child in self._children(stack.pop()):
                yield
                if child.bits & bit:
                    after.add(child._replace(bits=child.bits & ~bit))
                elif seen.add(child):
                    stack.append(child)
        self.states = tuple(dict.fromkeys(config.state for config in seen))
        self._configs = after
        self._free.append(self._slots.pop(i))

    def __bool__(self) -> bool:
        return bool(self._configs)

    def order(self) -> tuple[int, ...]:
        """One legal order of all that returned."""
        order, found = next(iter(self._configs)).order, []
        while order:
            order, i = order
            found.append(i)
        return tuple(reversed(found))

    def _children(self, config: _Config) -> Iterator[_Config]:
        classes, step = self._object.classes, self._object.step
        for i, slot in self._slots.items():
            if not config.bits >> slot & 1:
                for state in step(config.state, classes[i]):
                    yield self._settled(_Config(state, config.bits | 1 << slot, config.used, (config.order, i)), config)
        offered: dict[int, None] = {}
        for number, i in enumerate(self._maybe):
            kind = classes[i]
            if config.used >> number & 1 or kind in offered:
                continue
            offered[kind] = None
            for state in step(config.state, kind):
                if state != config.state:
                    yield self._settled(
                        _Config(state, config.bits, config.used | 1 << number, (config.order, i)), config
                    )

    def _settled(self, config: _Config, before: _Config) -> _Config:
        """With all reads that the new state makes legal."""
        if config.state == before.state:
            return config
        bits, order = config.bits, config.order
        for i, slot in self._slots.items():
            kind = self._object.classes[i]
            if self._object.reads[kind] and not bits >> slot & 1 and self._object.step(config.state, kind):
                bits |= 1 << slot
                order = (order, i)
        return config._replace(bits=bits, order=order)


class Frontier:
    """Just-in-time linearization of one part; it can be stopped and go on, like Search."""

    def __init__(self, part: Part, spec: Spec) -> None:
        self._part = part
        self._object = Automaton(part, spec)
        self._possible = Possible(self._object)
        self.furthest = -1
        self._found: Found | None = None
        self._going = self._go()

    def run(self, limit: int, budget: Budget | None = None) -> Found | None:
        """Go on for `limit` configurations at most; None if that was not enough, or the outer belt struck."""
        examined = 0
        while self._found is None and examined < limit:
            if examined % _CHECK_EVERY == 0 and budget is not None and budget.struck():
                break
            examined += next(self._going, 0)
        if budget is not None:
            budget.spent += examined
        return self._found

    def _go(self) -> Iterator[int]:
        part, possible = self._part, self._possible
        for event, i in _events(part):
            if event == part.call[i]:
                possible.call(i, maybe=part.maybe[i])
                continue
            for _ in possible.ret(i):
                yield 1
            if not possible:
                states = tuple(map(self._object.state, possible.states))
                self._found = Found("fail", furthest=self.furthest, bad=i, states=states)
                return
            self.furthest = event
        self._found = Found("pass", possible.order(), furthest=OPEN)


def _events(part: Part) -> list[tuple[int, int]]:
    """(event index, operation), in order, up to the last return."""
    events = [(call, i) for i, call in enumerate(part.call)]
    events += [(ret, i) for i, ret in enumerate(part.ret) if ret < OPEN]
    return sorted(events)
