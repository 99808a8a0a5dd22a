"""A register per key: read or get, write or put, delete, compare and swap."""

from collections.abc import Callable, Hashable, Mapping, Sequence

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import History, Op
from sim.checks.part import Part
from sim.checks.specs.spec import Exit, Spec, State, Swept
from sim.checks.values import Values, same
from sim.checks.verify import touch_register, verify_register
from sim.checks.zones import registers
from sim.checks.zones.accesses import CAS, ERASE, READ, UNLIKE, WRITE, read_accesses

_TOUCHES = {"get": "sees", "read": "sees", "put": "leaves", "write": "leaves", "delete": "erases", "cas": "swaps"}
_DEAD = ("no operation names this value",)


class Register(Spec):
    """One register per key; a missing value is `empty` (None).

    `cas` has the argument (old, new). It returns the value it saw: it swapped exactly if that is `old`. True and
    False are understood too, False meaning only that the value was not `old`.
    """

    verbs = {
        "get": "value",
        "read": "value",
        "put": "(value)",
        "write": "(value)",
        "delete": "",
        "cas": "(old, new): True, False or the value seen",
    }
    reads = frozenset(("get", "read"))
    plain = True
    by_key = True
    accesses = {"get": READ, "read": READ, "put": WRITE, "write": WRITE, "delete": ERASE, "cas": CAS}
    """Verb -> how it touches the register."""

    def __init__(self, name: str = "register", empty: Hashable = None) -> None:
        self.name = name
        self.empty = empty

    def initial(self) -> State:
        """Nothing is stored."""
        return self.empty

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The one state that follows, or none."""
        kind = self.accesses[op.f]
        if kind == READ:
            return (state,) if op.outcome == "unknown" or same(op.result, state) else ()
        if kind == WRITE:
            return (op.arg,)
        return (self.empty,) if kind == ERASE else _swap(state, op)

    def refuse(self, op: Op) -> str:
        """Also a swap without a pair."""
        pair = isinstance(op.arg, tuple) and len(op.arg) == 2
        return super().refuse(op) or ("cas with (old, new)" if op.f == "cas" and not pair else "")

    def read_only(self, op: Op) -> bool:
        """Reads, and swaps that surely did not swap."""
        return op.f in self.reads or (op.f == "cas" and op.outcome == "ok" and not _swaps(op))

    def sweep(self, history: History) -> Swept | None:
        """Zones with numpy: every key that they show to be right."""
        from sim.checks.witness_arrays import replay_registers
        from sim.checks.zones import arrays

        swept = arrays.sweep(history, self.accesses, self.empty)
        wrong = replay_registers(history, swept.order, swept.rest, _TOUCHES, self.empty)
        assert not wrong, f"zones passed a history, but its witness does not replay: {wrong}"
        return Swept(len(history.keys) - len(swept.rest), swept.rest, swept.order.tolist(), swept.suspects)

    def sanity(self, part: Part) -> Found | None:
        """A value that nobody can have written before it was seen."""
        return registers.find_impossible_read(part, self.accesses, self.empty)

    def monitor(self, part: Part) -> Found | None:
        """Zones: exact where every observed value has one possible writer."""
        return registers.decide(part, self.accesses, self.empty)

    def abstraction(self, part: Part) -> Callable[[State], State] | None:
        """Values that no read and no swap mentions are one: no operation can tell them apart."""
        named = Values([self.empty])
        for access in read_accesses(part, self.accesses, self.empty).all:
            if access.kind in (READ, CAS, UNLIKE):
                named.code(access.seen)
        return lambda state: state if named.find(state) >= 0 else _DEAD

    def exits(self, part: Part) -> Callable[[State, State], Exit | None]:
        """A value must not be left while somebody still has to see it and nobody is left to write it again."""
        readers: dict[int, list[int]] = {}
        makers: dict[int, list[int]] = {}
        codes = Values()
        for access in read_accesses(part, self.accesses, self.empty).all:
            if access.kind in (READ, CAS) and not access.maybe:
                readers.setdefault(codes.code(access.seen), []).append(access.place)
            if access.kind in (WRITE, CAS):
                makers.setdefault(codes.code(access.written), []).append(access.place)

        def exit_of(before: State, _after: State) -> Exit | None:
            code = codes.find(before)
            return Exit(readers[code], makers.get(code, ())) if code in readers else None

        return exit_of

    def verify(self, ops: Mapping[int, Op], proof: Certificate) -> str:
        """By what each operation saw and left."""
        return verify_register(ops, proof, lambda op: touch_register(op, _TOUCHES, self.empty), self.empty)

    def removable(self, part: Part) -> Sequence[Sequence[int]]:
        """All operations on values that swaps join, as long as no failed swap says what the value was not."""
        return registers.components(read_accesses(part, self.accesses, self.empty))


def _swap(state: State, op: Op) -> tuple[State, ...]:
    assert isinstance(op.arg, tuple), "a cas has the argument (old, new)"
    old, new = op.arg
    swaps = same(state, old)
    if op.outcome == "unknown":
        return (new,) if swaps else (state,)
    if isinstance(op.result, bool):
        return () if op.result != swaps else (new,) if swaps else (state,)
    if not same(op.result, state):
        return ()
    return (new,) if swaps else (state,)


def _swaps(op: Op) -> bool:
    """Whether a completed swap changed the value."""
    assert isinstance(op.arg, tuple), "a cas has the argument (old, new)"
    old, new = op.arg
    if isinstance(op.result, bool):
        return op.result and not same(old, new)
    return same(op.result, old) and not same(old, new)
