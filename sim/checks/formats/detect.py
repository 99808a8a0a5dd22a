"""Which format a text is in, by the first line that says something."""

import re
from collections.abc import Sequence

from sim.checks.formats import jepsen, porcupine
from sim.checks.formats.error import FormatError, shown
from sim.checks.formats.forms import Keyword

_LOG = re.compile(r"[A-Z]+\s+jepsen\.")
_JSON = re.compile(r'\{\s*["}]')
_EDN = re.compile(r"[\[(]?\s*(?:#jepsen\.\S*?\s*)?\{\s*:")
_MAYBE_EDN = re.compile(r'[{(\[#;](?!\s*(?:\{\s*)?["0-9])')
_EVENTS_READ = 20
"""How many events of EDN are looked at: the first ones may be the nemesis's."""


def detect(text: str, names: Sequence[str]) -> str:
    """The name of the format; FormatError naming all of them if none fits. The text must not be blank."""
    start = len(text) - len(text.lstrip())
    family = family_of(text[start:])
    if family == "edn" or (family is None and _MAYBE_EDN.match(text, start)):
        return "porcupine-kv" if _is_porcupine(text) else "jepsen"
    if family is None:
        row = text[start:].partition("\n")[0]
        wanted = f"the first event in one of the formats {', '.join(names)}"
        raise FormatError(f"{shown(row.strip())} found", wanted, text.count("\n", 0, start) + 1)
    return family


def family_of(row: str) -> str | None:
    """What a line surely is: etcd, json or edn; None for anything else."""
    if _LOG.match(row):
        return "etcd"
    if _JSON.match(row):
        return "json"
    return "edn" if _EDN.match(row) else None


def _is_porcupine(text: str) -> bool:
    """Whether the first operation has a key of its own, one of three verbs, and neither index nor time."""
    try:
        for _, event in zip(range(_EVENTS_READ), jepsen.events(text), strict=False):
            fields = jepsen.fields_of(event)
            if isinstance(fields.get("process"), int):
                known = fields.get("f") in [Keyword(verb) for verb in porcupine.VERBS]
                return known and "key" in fields and not fields.keys() & {"index", "time"}
    except FormatError:
        pass  # whoever reads it as jepsen says what is wrong
    return False
