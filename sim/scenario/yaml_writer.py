"""Writes a scenario as people write it, one line an entry, mappings inside in braces; it reads back as what it was."""

import json
import re
from collections.abc import Mapping, Sequence

from sim.scenario.yaml_text import Data, parse

ORDER = (
    "version", "name", "about", "seed", "duration", "settle", "stop", "systems", "network", "machines", "workload",
    "faults", "nemesis", "checks", "expect", "vary", "limits",
)  # fmt: skip
"""The keys of a scenario, as they stand in a file."""
_WIDE = 110
_PLAIN = re.compile(r"-?[A-Za-z0-9_./][A-Za-z0-9_./%:+-]*$")

Notes = Mapping[int, str]
"""Number of a fault -> what to say behind it"""


def write_scenario(data: Mapping[str, Data], header: Sequence[str] = (), notes: Notes | None = None) -> str:
    """The text of a scenario, below the comment lines of `header`."""
    known = [key for key in ORDER if key in data]
    lines = [f"# {line}".rstrip() for line in header]
    for key in [*known, *(key for key in data if key not in known)]:
        lines += _entry(key, data[key], notes or {} if key == "faults" else {})
    text = "\n".join(lines) + "\n"
    assert parse(text, "<written>").data == dict(data), "what was written reads back otherwise"
    return text


def _entry(key: str, value: Data, notes: Notes) -> list[str]:
    """A key with its value, in one line if there is room."""
    name = _scalar(key)
    flat = f"{name}: {flow(value)}"
    if isinstance(value, list) and value and not all(isinstance(one, str) for one in value):
        lines = [f"{name}:"]
        for number, one in enumerate(value):
            lines += _item(one, notes.get(number, ""))
        return lines
    if len(flat) <= _WIDE or not isinstance(value, dict):
        return [flat]
    return [f"{name}:", *(f"  {line}" for inner, one in value.items() for line in _entry(inner, one, {}))]


def _item(value: Data, note: str) -> list[str]:
    """An entry of a list; a long one gets a line for each key."""
    flat = f"  - {flow(value)}"
    if len(flat) <= _WIDE or not isinstance(value, dict):
        return [flat + (f"  # {note}" if note else "")]
    inner = [line for key, one in value.items() for line in _entry(key, one, {})]
    first = f"  - {inner[0]}" + (f"  # {note}" if note else "")
    return [first, *(f"    {line}" for line in inner[1:])]


def flow(value: Data) -> str:
    """A value in one line: ``{at: 2s, partition: {bridge: n2}}``."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return _scalar(value)


def _scalar(value: Data) -> str:
    """A scalar without quotes, if it is read back as what it is."""
    if not isinstance(value, str):
        return json.dumps(value)
    plain = (
        value.isascii()
        and value.isprintable()
        and _PLAIN.match(value)
        and not value.endswith(":")
        and parse(f"x: {value}", "<scalar>").data == {"x": value}
    )
    return value if plain else "".join(map(_escaped, json.dumps(value, ensure_ascii=False)))


def _escaped(sign: str) -> str:
    """A character as it may stand in double quotes."""
    code = ord(sign)
    if sign.isprintable() or sign == " ":
        return sign
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
