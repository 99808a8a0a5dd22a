"""Locks by zones: an acquire and the release that follows it are a block that nobody can come between."""

from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Literal, NamedTuple

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import OPEN, Op
from sim.checks.part import Part
from sim.checks.values import same, typed
from sim.checks.zones.blocks import FIRST, Block, Item, find_clash, witness

NEVER = FIRST
"""In place of a release that never came."""


class Hold(NamedTuple):
    """An acquire and the release that ended it (places; NEVER)."""

    acquire: int
    release: int


def holder_of(op: Op) -> object:
    """Who acquires or releases: the argument, or else the client."""
    return op.client if op.arg is None else op.arg


def token_of(op: Op) -> int | None:
    """The fencing token that came with the lock."""
    return op.result if type(op.result) is int else None


def decide(part: Part) -> Found | None:
    """Decide a lock; None where an unknown acquire, or an answer that it was held, needs a search."""
    holds = _pair({i: part.op(i) for i in range(len(part))})
    if holds is None:
        return None
    blocks = [Block([[_item(part, hold.acquire)], [_item(part, hold.release)]]) for hold in holds]
    clash = find_clash(blocks)
    if clash is not None:
        named = tuple((hold.acquire, hold.release) for hold in holds if hold.acquire in _acquires(holds, clash.pairs))
        return Found("fail", certificate=Certificate(_proof(clash.kind), clash.pairs, named))
    order = witness(blocks)
    wrong = _find_token(part, order)
    if wrong is not None:
        return Found("fail", certificate=wrong)
    tokens = [token for i in order if (token := token_of(part.op(i))) is not None and part.verb[i] != "release"]
    rising = all(one < other for one, other in pairwise(tokens))
    negative = any(result is False for result in part.result)
    return None if negative or not rising else Found("pass", order)


def _pair(ops: Mapping[int, Op]) -> list[Hold] | None:
    """Every acquire that succeeded with its release; None if a release has no acquire that surely succeeded.

    An acquire or release of unknown outcome can be left out if all else fits without it; a hold whose release is
    unknown lasts as long as needed.
    """
    held: dict[object, int] = {}
    holds: list[Hold] = []
    last: dict[object, Op] = {}
    for i, op in ops.items():
        me = typed(holder_of(op))
        before = last.get(me)
        if before is not None and before.ret > op.call and not (before.ret == OPEN and before.f != "release"):
            return None  # operations of one holder overlap, or a release may still come: which hold it ends is open
        last[me] = op
        if op.f != "release":
            if op.ret == OPEN:
                held.setdefault(me, -2 - i)
            elif op.result is not False:
                if me in held and held[me] >= 0:
                    holds.append(Hold(held[me], NEVER))
                held[me] = i
        elif op.result is not False:
            acquire = held.pop(me, NEVER)
            if acquire < 0:
                if op.ret == OPEN:
                    continue
                return None
            holds.append(Hold(acquire, i))
    return holds + [Hold(i, NEVER) for i in held.values() if i >= 0]


def _item(part: Part, i: int) -> Item:
    return Item(NEVER, OPEN - 1, OPEN) if i == NEVER else Item(i, part.call[i], part.ret[i])


def _acquires(holds: list[Hold], pairs: tuple[tuple[int, int], ...]) -> dict[int, None]:
    named = [place for pair in pairs for place in pair if place != NEVER]
    return {hold.acquire: None for hold in holds if hold.acquire in named or hold.release in named}


def _proof(kind: str) -> Literal["order", "overlap"]:
    return "order" if kind == "order" else "overlap"


def _find_token(part: Part, order: list[int]) -> Certificate | None:
    """Two acquires, one behind the other, of which the later did not get the greater token."""
    most = (-1, NEVER)
    for ret, i in sorted((part.ret[i], i) for i in order if part.verb[i] != "release"):
        token = token_of(part.op(i))
        if token is not None and ret < OPEN:
            if most[1] != NEVER and token <= most[0] and part.ret[most[1]] < part.call[i]:
                return Certificate("token", ((most[1], i),), value=token)
            most = max(most, (token, i))
    return None


def verify(ops: Mapping[int, Op], proof: Certificate) -> str:
    """What is wrong with a proof about a lock; empty if nothing is."""
    if proof.proof == "token":
        ((early, late),) = proof.pairs
        one, other = token_of(ops[early]), token_of(ops[late])
        wrong = one is not None and other is not None and other <= one and ops[early].ret < ops[late].call
        return "" if wrong else "the tokens rise"
    for acquire, release in proof.blocks:
        if not _is_hold(ops, acquire, release):
            return "the lock was not held from one to the other"
    if proof.proof == "order":
        ((release, acquire),) = proof.pairs
        return "" if ops[release].ret < ops[acquire].call and (acquire, release) in proof.blocks else "no such order"
    (a, b) = proof.blocks
    return "" if _surely_before(ops, a, b) and _surely_before(ops, b, a) else "one may have been held before the other"


def _is_hold(ops: Mapping[int, Op], acquire: int, release: int) -> bool:
    """Whether the next release of the one who surely acquired is this one."""
    got, me = ops[acquire], holder_of(ops[acquire])
    later = [i for i, op in ops.items() if op.call > got.call and same(holder_of(op), me) and op.result is not False]
    done = [i if ops[i].f == "release" else NEVER for i in later if ops[i].f == "release" or ops[i].ret < OPEN]
    mine = [op for op in ops.values() if same(holder_of(op), me)]
    if any(a.ret > b.call and (a.f == "release" or a.ret < OPEN) for a, b in combinations(mine, 2)):
        return False
    return got.f != "release" and got.ret < OPEN and got.result is not False and (done[:1] or [NEVER]) == [release]


def _surely_before(ops: Mapping[int, Op], one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether something of `one` returned before something of `other` was called."""
    rets = [ops[i].ret for i in one if i != NEVER]
    calls = [OPEN - 1 if i == NEVER else ops[i].call for i in other]
    return min(rets) < max(calls)
