"""One JSON object per line and event: Jepsen's fields and words without the colon, null for nil, arrays for vectors.

``{"index": 0, "time": 1000, "process": 0, "type": "invoke", "f": "cas", "key": "x", "value": [1, 2]}``
"""

import json
from collections.abc import Iterator

import msgspec

from sim.checks.formats.edn_text import edn
from sim.checks.formats.entries import ABSENT, FIELDS, Entry, read_entry
from sim.checks.formats.error import DEPTH_MAX, FormatError, shown


def read(text: str) -> Iterator[Entry]:
    """The events of a text."""
    decode = msgspec.json.Decoder().decode
    for line, row in enumerate(text.split("\n"), 1):
        if not row or row.isspace():
            continue
        try:
            fields = decode(row)
        except RecursionError:
            raise FormatError(f"arrays nested more than {DEPTH_MAX} deep", "a history", line) from None
        except msgspec.MsgspecError as error:
            raise _no_json(str(error), row, line) from None
        if type(fields) is not dict:
            raise FormatError(f"{shown(fields)}", "a JSON object for each event", line)
        yield read_entry(line, fields)


def _no_json(said: str, row: str, line: int) -> FormatError:
    if "truncated" in said:
        return FormatError("JSON that is cut short", "a closing brace", line)
    what, _, place = said.removeprefix("JSON is malformed: ").partition(" (byte ")
    if not place:
        return FormatError(f"JSON that cannot be read: {what[:1].lower()}{what[1:]}", "one JSON object", line)
    byte = int(place.rstrip(")"))
    column = len(row.encode()[:byte].decode(errors="ignore")) + 1
    return FormatError(f"no JSON: {what}", "one JSON object", line, column)


def line_of(entry: Entry) -> str:
    """An event as a line of JSON."""
    return json.dumps(dict(_fields(entry)), ensure_ascii=False, allow_nan=False) + "\n"


def _fields(entry: Entry) -> Iterator[tuple[str, object]]:
    """What is said of an event: always its process, type, f and value, the others if there are any."""
    for name in FIELDS:
        value = getattr(entry, name)
        if name in ("process", "type", "f", "value") or not (value is None or value is ABSENT):
            yield name, _held(value)
        elif name == "result" and value is None:
            yield name, None


def _held(value: object) -> object:
    """A value that JSON has; sets become arrays in a fixed order. FormatError for any other."""
    if isinstance(value, (tuple, list)):
        return [_held(part) for part in value]
    if isinstance(value, frozenset):
        return [_held(part) for part in sorted(value, key=_by_size)]
    if isinstance(value, float) and value - value != 0:
        raise FormatError(f"the format json has no {value}", "a finite number")
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise FormatError(f"the format json has no {shown(value)}", "numbers, texts, tuples or sets of them")


def _by_size(value: object) -> tuple[int, str]:
    text = edn(value)
    return len(text), text
