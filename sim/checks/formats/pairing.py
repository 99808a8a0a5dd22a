"""Makes a history of events: every call with its end, which is the next event of the same process."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from sim.checks.formats.answers import answer_of, argument_of, mismatch_of
from sim.checks.formats.edn_text import edn
from sim.checks.formats.entries import Absent, Entry, client_of
from sim.checks.formats.error import FormatError, shown
from sim.checks.history import OPEN, History, Op
from sim.checks.values import same

FailedCas = Literal["drop", "mismatch"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How the events of a file are to be taken.

    `independent` takes every value for a pair of key and value. `failed_cas` says whether a cas that failed had no
    effect and no more (drop), or found another value (mismatch). `verbs` are the functions that may occur, None for
    any. `returns` is whether a process may act again after an unknown end: it is a new process then.
    """

    independent: bool = False
    failed_cas: FailedCas = "drop"
    verbs: Collection[str] | None = None
    returns: bool = True


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the nemesis did at `time_ns` (the number of client events before it, where the file has no times)."""

    time_ns: int
    f: str
    text: str


@dataclass(slots=True)
class _Call:
    """An operation as far as it is known. `life` counts how often its process had come back after an unknown end."""

    entry: Entry
    life: int
    index: int
    end: Entry | None = None
    ret: int = OPEN


class Pairing:
    """Takes events in the order of the file; `history` is what they amount to."""

    def __init__(self, rules: Rules) -> None:
        self.annotations: list[Annotation] = []
        self._rules = rules
        self._calls: list[_Call] = []
        self._open: dict[int, _Call] = {}
        self._gone: dict[int, Entry] = {}
        self._lives: dict[int, int] = {}
        self._first: Entry | None = None
        self._events = 0
        self._index = -1

    def take(self, entry: Entry) -> None:
        """One more event; FormatError if it cannot follow."""
        if entry.index is not None:
            if entry.index <= self._index:
                raise FormatError(f"index {entry.index}", f"more than the {self._index} before it", entry.line)
            self._index = entry.index
        process = entry.process
        if not isinstance(process, int):
            time = self._events if entry.time is None else entry.time
            self.annotations.append(Annotation(time, entry.f, _words(entry.value)))
            return
        self._check(entry)
        if self._rules.independent and entry.key is None:
            entry = _split(entry)
        if entry.type == "invoke":
            self._invoke(entry, process)
        else:
            self._end(entry, process)

    def _check(self, entry: Entry) -> None:
        verbs = self._rules.verbs
        if verbs is not None and entry.f not in verbs:
            wanted = f"one of {', '.join(sorted(verbs))}"
            raise FormatError(f"unknown function {shown(entry.f)}", wanted, entry.line, near=(entry.f, sorted(verbs)))
        first = self._first
        if first is None:
            self._first = entry
        elif (first.time is None) != (entry.time is None):
            found, wanted = ("no time", "a time") if entry.time is None else ("a time", "none")
            raise FormatError(found, f"{wanted} as in line {first.line}", entry.line)

    def _invoke(self, entry: Entry, process: int) -> None:
        before = self._open.get(process)
        if before is not None:
            said = f"process {process} calls {entry.f} while its {before.entry.f} of line {before.entry.line} is open"
            raise FormatError(said, "ok, fail or info first", entry.line)
        gone = self._gone.pop(process, None)
        if gone is not None:
            if not self._rules.returns:
                said = f"process {process} acts again after its info of line {gone.line}"
                raise FormatError(said, "a new process number", entry.line)
            self._lives[process] = self._lives.get(process, 0) + 1
        self._check_key(entry)
        argument_of(entry)
        call = _Call(entry, self._lives.get(process, 0), self._events)
        self._open[process] = call
        self._calls.append(call)
        self._events += 1

    def _check_key(self, entry: Entry) -> None:
        first = self._calls[0].entry if self._calls else entry
        if type(entry.key) is not type(first.key):
            wanted = "none" if first.key is None else f"a key such as {shown(first.key)}"
            found = "no key" if entry.key is None else f"key {shown(entry.key)}"
            raise FormatError(found, f"{wanted} as in line {first.line}", entry.line)

    def _end(self, entry: Entry, process: int) -> None:
        call = self._open.pop(process, None)
        if call is None:
            gone = self._gone.get(process)
            ended = "" if gone is None else f" after its info of line {gone.line}"
            raise FormatError(f"{entry.type} of process {process}, which has no open call{ended}", "invoke", entry.line)
        began = call.entry
        if entry.f != began.f:
            wanted = f"the end of its {began.f} of line {began.line}"
            raise FormatError(f"process {process} ends a {entry.f}", wanted, entry.line)
        if entry.key is not None and not same(entry.key, began.key):
            wanted = f"{'no key' if began.key is None else shown(began.key)} as at the call in line {began.line}"
            raise FormatError(f"an end with key {shown(entry.key)}", wanted, entry.line)
        call.end = entry
        if entry.type == "info":
            self._gone[process] = entry
            return
        call.ret = self._events
        self._events += 1

    def history(self) -> History:
        """The history of what was taken; what is still open is unknown."""
        largest = max((call.entry.process for call in self._calls if isinstance(call.entry.process, int)), default=0)
        numbers: dict[tuple[int | str, int], int] = {}
        ops = []
        for place, call in enumerate(self._calls):
            process = call.entry.process
            if call.life:
                process = numbers.setdefault((process, call.life), largest + 1 + len(numbers))
            assert isinstance(process, int), "only clients have calls"
            ops.append(self._op(place, process, call))
        return History(ops)

    def _op(self, place: int, process: int, call: _Call) -> Op:
        entry, end = call.entry, call.end
        call_ns = call.index if entry.time is None else entry.time
        client = client_of(entry.process) if entry.client is None else entry.client
        if end is None or end.type == "info":
            argument = argument_of(entry)
            return Op(
                place, process, client, entry.f, entry.key, argument, None, "unknown", call.index, OPEN, call_ns, None,
                entry.line,
            )  # fmt: skip
        ret_ns = call.ret if end.time is None else end.time
        argument, result = answer_of(entry, end) if end.type == "ok" else (argument_of(entry), None)
        other = mismatch_of(entry, end, assumed=self._rules.failed_cas == "mismatch")
        ok = end.type == "ok" or not isinstance(other, Absent)
        if not isinstance(other, Absent):
            result = other
        outcome: Literal["ok", "fail"] = "ok" if ok else "fail"
        return Op(
            place, process, client, entry.f, entry.key, argument, result, outcome,
            call.index, call.ret, call_ns, ret_ns, entry.line,
        )  # fmt: skip

    def notes(self) -> tuple[str, ...]:
        """How the events were taken where they could be taken otherwise."""
        ends = [call.end for call in self._calls]
        failed = [end for end in ends if end is not None and end.type == "fail" and end.f == "cas"]
        silent = sum(isinstance(end.result, Absent) for end in failed)
        taken = (
            "to have found another value" if self._rules.failed_cas == "mismatch" else "to have had no effect, no more"
        )
        said = (
            (ends.count(None), "without an end: unknown, as if by info"),
            (silent, f"of failed cas: taken {taken}"),
            (sum(self._lives.values()), "after an info of the same process: taken for a new process"),
        )
        return tuple(f"{count:,} operation{'s' * (count > 1)} {what}" for count, what in said if count)


def _split(entry: Entry) -> Entry:
    """Key and value of a plain pair; an end may have no value at all."""
    value = entry.value
    if value is None and entry.type != "invoke":
        return entry
    if not isinstance(value, tuple) or len(value) != 2 or value[0] is None:
        raise FormatError(f"value {shown(value)}", "a pair of key and value, as keys are independent", entry.line)
    return replace(entry, key=value[0], value=value[1])


def _words(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else edn(value)
