"""The trace as one JSON object per record, with names for all that stands in it.

Every object has `record` (from 1), `t_ns` and `what`; the others depend on `what`, see FIELDS. Messages and events are
objects with their `type` and their fields; bytes are hexadecimal.
"""

import json
from collections.abc import Iterator

from reports.page.recording import Recording
from sim.explore.telling import FieldNames, Record, field_names, names_of
from sim.world import trace as codes

WHAT = {
    codes.DELIVER: "deliver", codes.LOST: "lost", codes.TIMER: "timer", codes.EMIT: "emit", codes.FAULT: "fault",
    codes.NODE: "node", codes.CALL: "call", codes.RETURN: "return", codes.WAKE: "wake",
}  # fmt: skip
FIELDS = {
    codes.DELIVER: ("source", "target", "sent_ns", "cause", "message"),
    codes.LOST: ("source", "target", "sent_ns", "cause", "message", "why"),
    codes.TIMER: ("node", "timer"),
    codes.EMIT: ("node", "incarnation", "cause", "event"),
    codes.FAULT: ("fault", "change", "kind", "targets"),
    codes.NODE: ("node", "incarnation", "change"),
    codes.CALL: ("op", "client", "f", "key", "arg"),
    codes.RETURN: ("op", "client", "outcome", "result"),
    codes.WAKE: ("node", "task"),
}
"""Code of a record -> names of what stands in it."""

Row = dict[str, object]


def jsonl(recording: Recording) -> bytes:
    """The lines."""
    return "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows(recording)).encode()


def rows(recording: Recording) -> Iterator[Row]:
    """A row for each record."""
    recording.speak()
    names = field_names()
    for one in recording.records:
        yield {"record": one.number, "t_ns": one.t_ns, "what": WHAT[one.code], **_fields(one, names)}


def _fields(one: Record, names: FieldNames) -> Row:
    return {
        name: _said(value, names) if name in ("message", "event") else _plain(value, names)
        for name, value in zip(FIELDS[one.code], one.rest, strict=True)
    }


def _said(value: list[object], names: FieldNames) -> Row:
    """A message or an event by the names of its fields; what has no name gets a number."""
    known = _wire(value) or names_of(value)
    labels = [known[i] if i < len(known) else str(i) for i in range(len(value) - 1)]
    return {"type": value[0], **{name: _part(name, one, names) for name, one in zip(labels, value[1:], strict=True)}}


def _part(name: str, value: object, names: FieldNames) -> object:
    """A field; the body of a call may be a message without any field of its own."""
    return _said(value, names) if name == "body" and isinstance(value, list) and value else _plain(value, names)


def _wire(value: list[object]) -> tuple[str, ...]:
    """The fields of a call or an answer on the wire, which no model's own message of that name has."""
    names = {"Ask": ("id", "incarnation", "body"), "Answer": ("id", "incarnation", "body", "refused")}
    found = names.get(str(value[0]), ())
    return found if found and len(value) > 3 and isinstance(value[3], (list, type(None))) else ()


def _plain(value: object, names: FieldNames) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and isinstance(value[0], str) and value[0] in names:
            return _said(list(value), names)
        return [_plain(part, names) for part in value]
    return value
