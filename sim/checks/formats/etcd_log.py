"""The log that Jepsen's early test of etcd printed, as Porcupine publishes it: one register, one event per line.

``INFO  jepsen.util - 4 :invoke :cas [1 3]``, with tabs. The order of lines is time; lines that are no events are
skipped. A cas that failed found another value: the published verdicts rest on it. A read that failed says nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from sim.checks.formats.edn import read_forms
from sim.checks.formats.entries import ABSENT, Entry, read_entry
from sim.checks.formats.error import FormatError, shown
from sim.checks.formats.forms import Keyword
from sim.checks.formats.plain import plain
from sim.checks.history import History

VERBS = ("read", "write", "cas")
_EVENT = re.compile(r"INFO\s+jepsen\.util\s+-\s+([0-9]+|:[a-z-]+)\s+(:.*)")
_LOG = re.compile(r"[A-Z]+\s+jepsen\.")
_MAP = re.compile(r'\s*\{\s*[:"]')
_SUCH = "INFO  jepsen.util - 0 :invoke :read nil"
_PARTS = re.compile(r":(\S+)\s+:(\S+)\s+(.*)")
_NUMBER = re.compile(r"[0-9]{1,18}")
TIMED_OUT = "timed-out"


def read(text: str) -> Iterator[Entry]:
    """The events of a text."""
    known = False
    for line, row in enumerate(text.split("\n"), 1):
        event = _EVENT.match(row)
        known = known or _LOG.match(row) is not None
        if event:
            yield _entry(line, event[1], event[2].strip())
        elif _MAP.match(row):
            raise FormatError(f"{shown(row.strip())}", f"a line such as {_SUCH}", line)
    if not known:
        raise FormatError("no line of a log of Jepsen", f"lines such as {_SUCH}", 1)


def _entry(line: int, process: str, rest: str) -> Entry:
    parts = _PARTS.fullmatch(rest)
    if parts is None:
        raise FormatError(f"{shown(rest)}", "a type, a function and a value, such as :ok :read 3", line)
    client = not process.startswith(":")
    if client and not _NUMBER.fullmatch(process):
        raise FormatError(f"process {shown(process)}", "a number below 10^18", line)
    fields: dict[str, object] = {"process": int(process) if client else process[1:], "type": parts[1], "f": parts[2]}
    if not client:
        return read_entry(line, {**fields, "value": None if parts[3] == "nil" else parts[3]})
    entry = read_entry(line, fields)
    return _with_value(entry, parts[3])


def _with_value(entry: Entry, word: str) -> Entry:
    if entry.f not in VERBS:
        found, wanted = f"unknown function {shown(entry.f)}", f"one of {', '.join(VERBS)}"
        raise FormatError(found, wanted, entry.line, near=(entry.f, VERBS))
    forms = tuple(_forms(entry.line, word))
    value = forms[0] if len(forms) == 1 else forms
    timed_out = value == Keyword(TIMED_OUT)
    if timed_out and entry.type in ("info", "fail"):
        return replace(entry, error=TIMED_OUT)
    held = plain(value, entry.line)
    if len(forms) != 1 or not _fits(entry, held):
        raise FormatError(f":{entry.type} :{entry.f} {shown(word)}", _wanted(entry), entry.line)
    told = False if entry.f == "cas" and entry.type == "fail" else ABSENT
    return replace(entry, value=held, result=told)


def _forms(line: int, word: str) -> Iterator[object]:
    try:
        yield from (form for _, form in read_forms(word))
    except FormatError as error:
        raise FormatError(error.found.replace("the file", "the line"), error.expected, line) from None


def _fits(entry: Entry, value: object) -> bool:
    if entry.f == "read":
        return value is None if entry.type == "invoke" else value is None or type(value) is int
    if entry.f == "write":
        return type(value) is int
    return isinstance(value, tuple) and len(value) == 2 and all(type(part) is int for part in value)


def _wanted(entry: Entry) -> str:
    value = {"read": "nil or an integer", "write": "an integer", "cas": "a pair of integers such as [1 3]"}[entry.f]
    if entry.type == "invoke" and entry.f == "read":
        value = "nil"
    return value if entry.type in ("invoke", "ok") else f"{value}, or :timed-out"


def prepared(history: History) -> History:
    """What of a history this format can say, for one register: failed writes and swaps are left out.

    A swap that failed with its pair would say that it found another value. FormatError if there are several keys.
    """
    if len(history.keys) > 1:
        said = f"a history of {len(history.keys)} keys, which the format etcd does not have"
        raise FormatError(said, "the operations on one of them")
    return History(op for op in history.ops if op.outcome != "fail" or op.f in ("read", "get"))


def line_of(entry: Entry) -> str:
    """An event as a line of the log. One register of integers from 0 on; get and put are written as read and write."""
    if not isinstance(entry.process, int):
        words = " ".join(str(entry.value or "nil").split())
        return f"INFO  jepsen.util - :{entry.process}\t:info\t:{entry.f}\t{words}\n"
    verb = {"get": "read", "put": "write"}.get(entry.f, entry.f)
    if verb not in VERBS:
        raise FormatError(f"the format etcd has no {entry.f}", f"one of {', '.join(VERBS)}")
    if entry.type == "info" or (entry.type, verb) == ("fail", "read"):
        word = f":{TIMED_OUT}"
    else:
        word = "nil" if verb == "read" and entry.value is None else _word(entry.value)
    return f"INFO  jepsen.util - {entry.process}\t:{entry.type}\t:{verb}\t{word}\n"


def _word(value: object) -> str:
    """A value; negative ones are refused because the readers of others would skip their line."""
    if isinstance(value, tuple):
        return f"[{' '.join(map(_word, value))}]"
    if type(value) is not int or value < 0:
        raise FormatError(f"the format etcd has no value {shown(value)}", "integers from 0 on")
    return str(value)
