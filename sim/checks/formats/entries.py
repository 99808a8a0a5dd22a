"""One event of a file: a call, an end, or a note of the nemesis; the same for every format."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sim.checks.formats.error import FormatError, is_near, shown
from sim.checks.formats.plain import plain

TYPES = ("invoke", "ok", "fail", "info")
"""Types of events, as Jepsen names them."""

FIELDS = ("index", "time", "process", "type", "f", "key", "value", "error", "result", "client")
"""Names of what is said of an event."""

_KNOWN = frozenset(FIELDS)

LARGEST = 2**62
"""Times and process numbers are smaller than this: they stand in columns of 64 bits."""


class Absent:
    """The type of ABSENT."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
"""No result was written, and nil is one that can be written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `line` counts from 1; `index` and `time` (ns) are None where the format has none.

    `process` is a number, or the name of one that is no client. `key` is None without keys. `error` says why it did
    not succeed. `result` is what the client was told, where `value` alone does not say it (see `answers`), and
    `client` who called, where the process does not say it.
    """

    line: int
    index: int | None
    time: int | None
    process: int | str
    type: str
    f: str
    key: object
    value: object
    error: object = None
    result: object = ABSENT
    client: str | None = None


def client_of(process: int | str) -> str:
    """The name of a client of which nothing is known but its process."""
    return f"c{process}"


def read_entry(line: int, fields: Mapping[str, object]) -> Entry:
    """The event that these fields say; FormatError if one is missing or of the wrong kind.

    Other fields are skipped, unless one looks like a misspelt key or value, without which the event says another thing.
    """
    process = _process(line, fields)
    if not fields.keys() <= _KNOWN:
        _refuse_misspelt(line, fields)
    return Entry(
        line,
        _count(line, "index", fields.get("index")),
        _count(line, "time", fields.get("time")),
        process,
        _type(line, fields),
        _verb(line, fields) if type(process) is int else _note(fields, line),
        plain(fields.get("key"), line),
        plain(fields.get("value"), line),
        plain(fields.get("error"), line),
        plain(fields["result"], line) if "result" in fields else ABSENT,
        _client(line, fields["client"]) if "client" in fields else None,
    )


def _refuse_misspelt(line: int, fields: Mapping[str, object]) -> None:
    for missing in ("key", "value"):
        if missing not in fields:
            for name in fields:
                if name not in _KNOWN and is_near(name, missing):
                    raise FormatError(f"unknown field {shown(name)}", missing, line, near=(name, (missing,)))


def _process(line: int, fields: Mapping[str, object]) -> int | str:
    process = plain(fields.get("process"), line)
    if type(process) is int:
        if not 0 <= process < LARGEST:
            raise FormatError(f"process {shown(process)}", "a number from 0 to 2^62", line)
        return process
    if isinstance(process, str):
        return process
    found = f"process {shown(process)}" if "process" in fields else "an event without process"
    raise FormatError(found, "a whole number, or the name of one that is no client", line)


def _client(line: int, client: object) -> str:
    if not isinstance(client, str):
        raise FormatError(f"client {shown(client)}", "a text", line)
    return client


def _type(line: int, fields: Mapping[str, object]) -> str:
    kind = plain(fields.get("type"), line)
    if isinstance(kind, str) and kind in TYPES:
        return kind
    if "type" not in fields:
        raise FormatError("an event without type", f"one of {', '.join(TYPES)}", line)
    raise FormatError(f"unknown type {shown(kind)}", f"one of {', '.join(TYPES)}", line, near=(str(kind), TYPES))


def _verb(line: int, fields: Mapping[str, object]) -> str:
    verb = plain(fields.get("f"), line)
    if isinstance(verb, str) and verb:
        return verb
    found = f"f is {shown(verb)}" if "f" in fields else "an event without f"
    raise FormatError(found, "the name of a function", line)


def _note(fields: Mapping[str, object], line: int) -> str:
    verb = plain(fields.get("f"), line)
    return verb if isinstance(verb, str) else ""


def _count(line: int, name: str, found: object) -> int | None:
    """A whole number of 64 bits, or nothing; Jepsen writes an index of -1 for none."""
    if found is None or (name == "index" and found == -1):
        return None
    if type(found) is not int or not 0 <= found < LARGEST:
        raise FormatError(f"{name} {shown(found)}", "a whole number from 0 to 2^62", line)
    return found
