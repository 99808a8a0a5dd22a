"""The key-value histories that Porcupine publishes: get, put and append of texts, a map of EDN per line.

``{:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}``. A get has the value nil at its call and the
whole text at its end. There is no fail and no info: what has no end is unknown.
"""

from collections.abc import Iterator

from sim.checks.formats.edn_text import edn
from sim.checks.formats.entries import Entry, read_entry
from sim.checks.formats.error import FormatError, shown
from sim.checks.formats.jepsen import events, fields_of
from sim.checks.history import History

VERBS = ("get", "put", "append")
_TYPES = ("invoke", "ok")


def read(text: str) -> Iterator[Entry]:
    """The events of a text."""
    for event in events(text):
        entry = read_entry(event.line, fields_of(event))
        if isinstance(entry.process, int):
            _check(entry)
        yield entry


def _check(entry: Entry) -> None:
    line = entry.line
    if entry.f not in VERBS:
        wanted = f"one of {', '.join(VERBS)}"
        raise FormatError(f"unknown function {shown(entry.f)}", wanted, line, near=(entry.f, VERBS))
    if entry.type not in _TYPES:
        raise FormatError(f"type {entry.type}", "invoke or ok: the format porcupine-kv has no other", line)
    if not isinstance(entry.key, str):
        raise FormatError("no key" if entry.key is None else f"key {shown(entry.key)}", "a text", line)
    empty = entry.f == "get" and entry.type == "invoke"
    if not isinstance(entry.value, str) and not (empty and entry.value is None):
        raise FormatError(f"value {shown(entry.value)}", "nil" if empty else "a text", line)


def prepared(history: History) -> History:
    """What of a history this format can say: operations that failed had no effect and are left out."""
    return History(op for op in history.ops if op.outcome != "fail")


def line_of(entry: Entry) -> str:
    """An event as Porcupine's own reader wants it, to the blank; read and write are written as get and put.

    An unknown end is no line at all.
    """
    if not isinstance(entry.process, int):
        return f"{{:process :{entry.process}, :type :info, :f :{entry.f}, :value {edn(entry.value)}}}\n"
    if entry.type == "info":
        return ""
    verb = {"read": "get", "write": "put"}.get(entry.f, entry.f)
    if verb not in VERBS:
        raise FormatError(f"the format porcupine-kv has no {entry.f}", f"one of {', '.join(VERBS)}")
    key = entry.key if isinstance(entry.key, str) else "" if entry.key is None else edn(entry.key)
    value = None if verb == "get" and entry.type == "invoke" else text_of(entry.value)
    said = f":process {entry.process}, :type :{entry.type}, :f :{verb}, :key {edn(key)}, :value {edn(value)}"
    return f"{{{said}}}\n"


def text_of(value: object) -> str:
    """A value as one text: lists are joined. What is no text itself gets brackets, so that 1 and 12 stay two tokens."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "".join(map(text_of, value))
    return "" if value is None else f"[{edn(value)}]"
