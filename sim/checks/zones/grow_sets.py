"""Sets that only grow, by zones: the values that were read form one chain, and every addition has its place in it."""

from collections.abc import Hashable, Mapping

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import Op
from sim.checks.part import Part
from sim.checks.values import typed
from sim.checks.zones.blocks import FIRST, ORIGIN, Block, Item, find_clash, witness

Elements = frozenset[Hashable]


def decide(part: Part) -> Found | None:
    """Decide a set of which all is read; None if something is removed, asked for alone, or added twice."""
    adders: dict[Hashable, int] = {}
    reads: dict[Elements, list[int]] = {}
    for i, (verb, arg, result) in enumerate(zip(part.verb, part.arg, part.result, strict=True)):
        if verb == "read":
            if not part.maybe[i]:
                reads.setdefault(_elements(result), []).append(i)
        elif verb != "add" or result is False or adders.setdefault(typed(arg), i) != i:
            return None
    chain = sorted(reads, key=len)
    wrong = _find_stranger(chain, reads, adders) or _find_fork(chain, reads)
    if wrong is not None:
        return Found("fail", certificate=wrong)
    block = _block(part, chain, reads, adders)
    clash = find_clash([block])
    if clash is None:
        return Found("pass", witness([block]))
    ((returned, called),) = clash.pairs
    between = tuple(group[0] for group in reads.values())
    return Found("fail", certificate=Certificate("order", ((returned, called),), ((called, *between, returned),)))


def _find_stranger(
    chain: list[Elements], reads: Mapping[Elements, list[int]], adders: Mapping[Hashable, int]
) -> Certificate | None:
    known: Elements = frozenset()
    for value in chain:
        for element in sorted(value - known, key=repr):
            if element not in adders:
                return Certificate("thin-air", blocks=((reads[value][0],),), value=element)
        known = value
    return None


def _find_fork(chain: list[Elements], reads: Mapping[Elements, list[int]]) -> Certificate | None:
    for i, value in enumerate(chain[1:]):
        if not chain[i] <= value:
            return Certificate("fork", blocks=((reads[chain[i]][0],), (reads[value][0],)))
    return None


def _block(
    part: Part, chain: list[Elements], reads: Mapping[Elements, list[int]], adders: Mapping[Hashable, int]
) -> Block:
    def items(places: list[int]) -> list[Item]:
        return [Item(i, part.call[i], part.ret[i]) for i in places]

    layers, known = [[ORIGIN]], frozenset[Hashable]()
    for value in chain:
        layers += [items(sorted(adders[element] for element in value - known)), items(reads[value])]
        known = value
    layers.append(items([i for element, i in adders.items() if element not in known and not part.maybe[i]]))
    return Block([layer for layer in layers if layer])


def verify(ops: Mapping[int, Op], proof: Certificate) -> str:
    """What is wrong with a proof about a growing set; empty if nothing is."""
    if any(op.f not in ("add", "read") for op in ops.values()):
        return "the set does not only grow"
    shown = [_elements(ops[group[0]].result) for group in proof.blocks if group[0] != FIRST]
    if proof.proof == "thin-air":
        read = ops[proof.blocks[0][0]]
        added = [typed(op.arg) for op in ops.values() if op.f == "add" and op.call < read.ret]
        return "somebody added all of it" if shown[0] <= frozenset(added) else ""
    if proof.proof == "fork":
        return "one value includes the other" if shown[0] <= shown[1] or shown[1] <= shown[0] else ""
    ((returned, called),) = proof.pairs
    late, early = ops[returned], ops[called]
    if not late.ret < early.call:
        return "an operation did not return before the other was called"
    reads = [_elements(ops[i].result) for i in proof.blocks[0] if i >= 0 and ops[i].f == "read"]
    if any(
        sum(typed(other.arg) == typed(op.arg) for other in ops.values() if other.f == "add") > 1
        for op in (late, early)
        if op.f == "add"
    ):
        return "an element was added twice"
    return "" if any(_before(early, late, value) for value in reads) else "nothing puts one before the other"


def _before(early: Op, late: Op, value: Elements) -> bool:
    """Whether a read of `value` shows that `early` stands before `late`."""
    ahead = typed(early.arg) in value if early.f == "add" else _elements(early.result) <= value
    behind = typed(late.arg) not in value if late.f == "add" else value <= _elements(late.result)
    equal = early.f == "read" and late.f == "read" and _elements(early.result) == _elements(late.result)
    return ahead and behind and not equal


def _elements(result: object) -> Elements:
    return frozenset(map(typed, result)) if isinstance(result, (tuple, frozenset)) else frozenset()
