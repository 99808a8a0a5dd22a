"""Jepsen's ``history.edn``: a map for each event, one per line or all in one vector.

Source: jepsen.history and jepsen.independent, https://github.com/jepsen-io/history. Two fields are our own, and other
tools skip them: ``:sim/result`` and ``:sim/client`` (see `Entry`).
"""

from collections.abc import Iterator, Mapping

from sim.checks.formats.edn import read_forms
from sim.checks.formats.edn_text import edn
from sim.checks.formats.entries import ABSENT, Entry, read_entry
from sim.checks.formats.error import FormatError, shown
from sim.checks.formats.forms import Form, Keyword, Map, Tagged

TUPLE = "jepsen.independent/tuple"
OP = "jepsen.history.Op"
OURS = {"result": "sim/result", "client": "sim/client"}
"""Fields of an event -> their names in EDN, where others may use the plain names for something else."""


def read(text: str) -> Iterator[Entry]:
    """The events of a text."""
    for event in events(text):
        fields = fields_of(event)
        value = fields.get("value")
        if isinstance(value, Tagged) and value.tag == TUPLE:
            fields.update(_split(value, event.line, fields))
        yield read_entry(event.line, fields)


def events(text: str) -> Iterator[Map]:
    """The maps of a text, in whichever way they are put together."""
    for line, form in read_forms(text):
        near = line
        for member in form if isinstance(form, tuple) else (form,):
            event = member.form if isinstance(member, Tagged) and member.tag == OP else member
            if not isinstance(event, Map):
                raise FormatError(f"{_say(member)} found", "a map such as {:process 0, :type :invoke, ..}", near)
            near = event.line
            yield event


def fields_of(event: Map) -> dict[str, object]:
    """The fields of an event by name, without colon."""
    fields: dict[str, object] = {key.name: value for key, value in event.pairs if isinstance(key, Keyword)}
    if len(fields) < len(event.pairs):
        seen: set[str] = set()
        for key, _ in event.pairs:
            if not isinstance(key, Keyword):
                raise FormatError(f"an event with the key {_say(key)}", "keywords such as :process", event.line)
            if key.name in seen:
                raise FormatError(f":{key.name} twice in one event", "each key once", event.line)
            seen.add(key.name)
    for name, ours in OURS.items():
        fields.pop(name, None)
        if ours in fields:
            fields[name] = fields.pop(ours)
    return fields


def _split(value: Tagged, line: int, fields: Mapping[str, object]) -> dict[str, object]:
    pair = value.form
    if not isinstance(pair, tuple) or len(pair) != 2 or pair[0] is None:
        raise FormatError(f"#{TUPLE} {_say(pair)}", "a pair of key and value", line)
    if fields.get("key") is not None:
        raise FormatError(f":key and #{TUPLE} in one event", "one of them", line)
    return {"key": pair[0], "value": pair[1]}


def _say(form: Form) -> str:
    try:
        return edn(form)[:40]
    except FormatError:
        return shown(form)


def line_of(entry: Entry) -> str:
    """An event as Jepsen writes it, a map on a line of its own; keys are independent tuples."""
    return f"{{{', '.join(f':{name} {text}' for name, text in _fields(entry))}}}\n"


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.index is not None:
        yield "index", str(entry.index)
    if entry.time is not None:
        yield "time", str(entry.time)
    yield "process", str(entry.process) if isinstance(entry.process, int) else f":{entry.process}"
    yield "type", f":{entry.type}"
    yield "f", _name(entry.f)
    value = _steps(entry.value) if entry.f == "txn" else entry.value
    pair = value if entry.key is None else Tagged(TUPLE, (entry.key, value))  # type: ignore[arg-type]
    yield "value", edn(pair)
    if entry.error is not None:
        yield "error", edn(entry.error)
    if entry.result is not ABSENT:
        yield OURS["result"], edn(entry.result)
    if entry.client is not None:
        yield OURS["client"], edn(entry.client)


def _name(verb: str) -> str:
    """A verb as a keyword, if it can be one."""
    fits = verb and not set(verb) & set(' \t\r\n,;"()[]{}\\') and verb[0] != ":" and verb.isprintable()
    return f":{verb}" if fits else edn(verb)


def _steps(value: object) -> object:
    """The steps of a transaction with keywords for what they do, as Elle wants them."""
    if not isinstance(value, tuple):
        return value
    return tuple((Keyword(step[0]), *step[1:]) if isinstance(step, tuple) and step else step for step in value)
