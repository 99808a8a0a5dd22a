"""The words of verdicts: values, names and times said so that a reader can find and compare them."""

from collections.abc import Iterable

from sim.world.message import Emitted
from sim.world.units import show_ns

_SHOWN_BYTES = 8
_SHOWN_TEXT = 60
_SHOWN_NAMES = 16


def say(value: object) -> str:
    """A value in words: bytes as the first 16 hex digits, or as text if they are more than that and all of it is text.

    None is nothing, and everything else is as Python writes it.
    """
    if isinstance(value, bytes):
        if len(value) > _SHOWN_BYTES and value.isascii() and value.decode().isprintable():
            return repr(value.decode()[:_SHOWN_TEXT])
        return value[:_SHOWN_BYTES].hex() or "nothing"
    if isinstance(value, tuple):
        return f"({', '.join(map(say, value))})"
    return "nothing" if value is None else repr(value)


def when(emitted: Emitted) -> str:
    """An event's node and virtual time: ``n3 at 12.345s``."""
    return f"{emitted.node} at {show_ns(emitted.t_ns)}"


def listed(names: Iterable[str]) -> str:
    """Names in the order given: ``n1, n2 and n3``."""
    found = list(names)
    return " and ".join(part for part in (", ".join(found[:-1]), *found[-1:]) if part) or "nobody"


def honest_of(servers: Iterable[str], byzantine: frozenset[str]) -> str:
    """The honest set of a run in words, written as an exception where it is long: ``all 100 but n3 and n7``."""
    servers = list(servers)
    honest = [name for name in servers if name not in byzantine]
    if len(honest) <= _SHOWN_NAMES:
        return listed(honest)
    return f"all {len(servers)} but {listed(name for name in servers if name in byzantine)}"
