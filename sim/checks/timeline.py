"""Operations as bars on one line of events, with the faults that were on at that time: text, for people."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.checks.history import OPEN, Op
from sim.world.units import show_ns

_WIDTH = 48


@dataclass(frozen=True, slots=True)
class FaultSpan:
    """A fault that was on: what it was, since when and until when (world time in ns; None: to the end).

    In a history without times the numbers are those of events, and it is not `timed`.
    """

    text: str
    since_ns: int
    until_ns: int | None
    timed: bool = True

    def covers(self, from_ns: int, to_ns: int) -> bool:
        """Whether it was on at any time in between."""
        return self.since_ns <= to_ns and (self.until_ns is None or self.until_ns >= from_ns)

    def __str__(self) -> str:
        say = show_ns if self.timed else "event {}".format
        end = "the end" if self.until_ns is None else say(self.until_ns)
        return f"{self.text}, {say(self.since_ns)} to {end}"


def timeline(ops: Sequence[Op], faults: Sequence[FaultSpan] = ()) -> list[str]:
    """A line for each operation in order of call, then one for each fault that was on meanwhile.

    Bars are drawn over the order of events, not over time, so that what overlaps can be seen; times stand beside them.
    """
    ops = sorted(ops, key=lambda op: op.call)
    events = sorted({*(op.call for op in ops), *(op.ret for op in ops if op.ret < OPEN)})
    step = max(1, min(6, _WIDTH // max(1, len(events))))
    place = {event: i * step for i, event in enumerate(events)}
    end = len(events) * step
    names = [words(op) for op in ops]
    wide = max(map(len, names), default=0)
    clients = max((len(op.client) for op in ops), default=0)
    lines = [
        f"{op.client:<{clients}}  {name:<{wide}}  {_bar(place[op.call], place.get(op.ret), end)}  {_times(op)}".rstrip()
        for op, name in zip(ops, names, strict=True)
    ]
    return lines + [f"fault: {fault}" for fault in active(ops, faults)]


def active(ops: Sequence[Op], faults: Sequence[FaultSpan]) -> list[FaultSpan]:
    """The faults that were on between the first call and the last return of some operations."""
    if not ops:
        return []
    first = min(op.call_ns for op in ops)
    last = max(op.call_ns if op.ret_ns is None else op.ret_ns for op in ops)
    return [fault for fault in faults if fault.covers(first, last)]


def words(op: Op) -> str:
    """An operation without its client: ``get#83 of 17``, ``put(18)#74``."""
    args = op.arg if isinstance(op.arg, tuple) else (op.arg,)
    arg = "" if op.arg is None else "(" + ", ".join(_short(one) for one in args) + ")"
    if op.outcome != "ok":
        return f"{op.f}{arg}#{op.op} ?"
    if op.arg is None:
        return f"{op.f}#{op.op} of {_short(op.result)}"
    told = "" if op.result is None or op.result is True else f" -> {_short(op.result)}"
    return f"{op.f}{arg}#{op.op}{told}"


def _short(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 40 else f"{text[:18]} … {text[-18:]}"


def _bar(begin: int, end: int | None, width: int) -> str:
    if end is None:
        return " " * begin + "[" + "=" * (width - begin - 1) + ">"
    return " " * begin + "[" + "=" * (end - begin - 1) + "]" + " " * (width - end)


def called(op: Op) -> str:
    """When it was called; by the number of the event if the history has no times."""
    return f"event {op.call}" if _is_untimed(op) else show_ns(op.call_ns)


def returned(op: Op) -> str:
    """When it returned."""
    return "never" if op.ret_ns is None else f"event {op.ret}" if _is_untimed(op) else show_ns(op.ret_ns)


def _is_untimed(op: Op) -> bool:
    return op.call == op.call_ns and op.ret_ns in (None, op.ret)


def _times(op: Op) -> str:
    return f"{called(op)} never returned" if op.ret_ns is None else f"{called(op)} to {returned(op)}"
