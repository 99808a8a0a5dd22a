"""Leases: no two clients surely hold one at the same time, and fencing tokens rise.

A lease is surely held from the return of its acquire to the call of its release, or until it may have expired: that is
its time to live after the call of its acquire, when it can have been granted at the earliest. Times are virtual, so
clocks that drift in the simulation are judged by the true one.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from sim.checks.check import Check, RunRecord
from sim.checks.history import History, Op
from sim.checks.timeline import words
from sim.checks.values import typed
from sim.checks.verdict import Verdict
from sim.world.units import show_ns


@dataclass(frozen=True, slots=True)
class Hold:
    """A lease that was surely held by the holder of `acquire` from `since_ns` until `until_ns`."""

    acquire: Op
    since_ns: int
    until_ns: int


class Lease(Check):
    """Leases of a time to live `ttl` ns do not overlap. Verbs and results are those of the lock."""

    name = "lease"

    def __init__(self, ttl: int) -> None:
        self._ttl = ttl

    def conclude(self, record: RunRecord) -> Verdict:
        """Compare all holds of each key."""
        return judge_lease(record.history, self._ttl)


def judge_lease(history: History, ttl: int) -> Verdict:
    """The verdict of a history of acquires and releases; unknown if no lease was acquired. O(n log n)."""
    by_key: dict[Hashable, list[Hold]] = {}
    for key, hold in _holds(history, ttl):
        by_key.setdefault(key, []).append(hold)
    for holds in by_key.values():
        wrong = _overlap(holds) or _falling(holds)
        if wrong is not None:
            one, other, said = wrong
            ops = (one.acquire.op, other.acquire.op)
            return Verdict(Lease.name, "fail", said, "history", "intervals", 0, ops, other.since_ns)
    count = sum(map(len, by_key.values()))
    if not count:
        return Verdict(Lease.name, "unknown", "no lease was acquired", "history", "intervals")
    return Verdict(Lease.name, "pass", f"{count:,} leases, none of them at the same time", "history", "intervals")


def _holds(history: History, ttl: int) -> Iterator[tuple[Hashable, Hold]]:
    """Every acquire that succeeded, until its holder's next release was called or it may have expired."""
    ends: dict[tuple[Hashable, Hashable], int] = {}
    for op in reversed(history.ops):
        spot = (typed(op.key), typed(_holder(op)))
        if op.f == "release":
            ends[spot] = op.call_ns
        elif op.outcome == "ok" and op.result is not False and op.ret_ns is not None:
            until = min(op.call_ns + ttl, ends.get(spot, op.call_ns + ttl))
            if op.ret_ns < until:
                yield spot[0], Hold(op, op.ret_ns, until)


def _overlap(holds: list[Hold]) -> tuple[Hold, Hold, str] | None:
    last: Hold | None = None
    for hold in sorted(holds, key=lambda one: one.since_ns):
        if last is not None and hold.since_ns < last.until_ns:
            said = (
                f"{_holder(last.acquire)} surely held it from {show_ns(last.since_ns)} to {show_ns(last.until_ns)} "
                f"({words(last.acquire)}), but {_holder(hold.acquire)} had it at {show_ns(hold.since_ns)} "
                f"({words(hold.acquire)})"
            )
            return last, hold, said
        if last is None or hold.until_ns > last.until_ns:
            last = hold
    return None


def _falling(holds: list[Hold]) -> tuple[Hold, Hold, str] | None:
    """A lease whose token is no greater than that of one that had been granted before it was asked for."""
    granted = sorted((hold for hold in holds if type(hold.acquire.result) is int), key=lambda one: one.since_ns)
    asked = sorted(granted, key=lambda one: one.acquire.call_ns)
    best: Hold | None = None
    at = 0
    for hold in asked:
        while at < len(granted) and granted[at].since_ns < hold.acquire.call_ns:
            if best is None or _token(granted[at]) > _token(best):
                best = granted[at]
            at += 1
        if best is not None and _token(hold) <= _token(best):
            said = (
                f"{words(hold.acquire)} was asked for at {show_ns(hold.acquire.call_ns)}, after {words(best.acquire)} "
                f"had been granted, but its token is not greater"
            )
            return best, hold, said
    return None


def _token(hold: Hold) -> int:
    assert type(hold.acquire.result) is int, "only tokens are compared"
    return hold.acquire.result


def _holder(op: Op) -> object:
    return op.client if op.arg is None else op.arg
