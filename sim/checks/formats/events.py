"""A history as the events it consists of, in their order, the nemesis between them: what is written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.checks.formats.answers import argument_of, swapped, values_of
from sim.checks.formats.entries import Entry, client_of
from sim.checks.formats.error import FormatError, shown
from sim.checks.history import OPEN, History, Op

Fault = tuple[int, str, str]
"""When (ns), what became of it (start, stop), and what it is."""

NEMESIS = "nemesis"
_WORD = re.compile("[A-Za-z-]+")


def events_of(history: History, faults: Sequence[Fault] = ()) -> Iterator[Entry]:
    """Calls and ends by event index, then an info for every unknown operation; `line` and `index` count them all.

    A fault stands before the first event that is later than it.
    """
    for fault in faults:
        if not _WORD.fullmatch(fault[1]):
            raise FormatError(f"a fault that does {shown(fault[1])}", "one word, such as start or stop")
    number = 0
    waiting = sorted(faults, key=lambda fault: fault[0])[::-1]
    last_ns = 0
    for event in _client_events(history):
        now = last_ns if event.time is None else event.time
        while waiting and waiting[-1][0] < now:
            yield _numbered(_nemesis(waiting.pop()), number)
            number += 1
        last_ns = max(last_ns, now)
        yield _numbered(event, number)
        number += 1
    for fault in reversed(waiting):
        yield _numbered(_nemesis(fault), number)
        number += 1


def _numbered(entry: Entry, number: int) -> Entry:
    return replace(entry, line=number + 1, index=number)


def _nemesis(fault: Fault) -> Entry:
    time_ns, f, text = fault
    return Entry(0, None, time_ns, NEMESIS, "info", f, None, text)


def _client_events(history: History) -> Iterator[Entry]:
    found: list[tuple[int, Entry]] = []
    for op in history.ops:
        try:
            call, end = _pair(op)
        except FormatError as error:
            raise FormatError(f"{op}: {error.found}", error.expected) from None
        found.append((op.call, call))
        if op.ret != OPEN:
            found.append((op.ret, end))
    found.sort(key=lambda event: event[0])
    yield from (entry for _, entry in found)
    last_ns = max((entry.time for _, entry in found if entry.time is not None), default=0)
    yield from (replace(_pair(op)[1], time=last_ns) for op in history.ops if op.ret == OPEN)


def _pair(op: Op) -> tuple[Entry, Entry]:
    """The call of an operation and its end; FormatError if the one could not be read again."""
    call = Entry(0, None, op.call_ns, op.process, "invoke", op.f, op.key, op.arg)
    argument_of(call)
    end = replace(call, type="info" if op.outcome == "unknown" else op.outcome, time=op.ret_ns)
    if op.client != client_of(op.process):
        call = replace(call, client=op.client)
    if op.outcome != "ok":
        return call, end
    at_call, at_end, result = values_of(op.f, op.arg, op.result)
    kind = "fail" if op.f == "cas" and not swapped(op.arg, op.result) else "ok"
    return replace(call, value=at_call), replace(end, type=kind, value=at_end, result=result)
