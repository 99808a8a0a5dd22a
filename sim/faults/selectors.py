"""Selectors: who a fault means, resolved against the live world at the moment it fires.

    n1, n*, kv/*          nodes by name or glob
    leader, followers     by role, as the model says right now; role:x for any other
    all, servers, clients everybody; a random choice is never a client
    random:2, random:40%  so many of the servers, or such a share of them, rounded up
    minority, majority    the largest minority, or the smallest majority, of the servers, drawn
    zone:x                the nodes of a zone
    others                the servers that the same fault has not named yet
    kv/leader, kv/random:2, kv/minority, ...   any of these within the system kv

A list means all of its members together, in order.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from sim.world.streams import Stream

WORDS = ("leader", "followers", "others", "minority", "majority", "all", "servers", "clients")
_PREFIXES = ("random:", "role:", "zone:")
_RANDOM = re.compile(r"random:([0-9]+)(%?)$")
_NAME = re.compile(r"[A-Za-z0-9_*?\[\]./-]+$")


def parse_selector(value: object) -> tuple[str, ...]:
    """A selector as scenarios write it, as a tuple of its members; ValueError with the nearest word."""
    if isinstance(value, (list, tuple)):
        members = [member for one in value for member in parse_selector(one)]
        if not members:
            raise ValueError("expected at least one node, found an empty list")
        return tuple(members)
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a node, a word such as 'leader', or a list of these, found {value!r}")
    _refuse_malformed(value)
    return (value,)


def scoped(member: str) -> tuple[str, str]:
    """(system, word) of a member such as ``kv/leader``; (``""``, member) if it is about all systems, or is a name."""
    system, slash, word = member.partition("/")
    is_scoped = bool(slash) and ":" not in system and (word in WORDS or word.startswith(_PREFIXES))
    return (system, word) if is_scoped else ("", member)


def _refuse_malformed(whole: str) -> None:
    _, value = scoped(whole)
    if value.startswith("random:"):
        match = _RANDOM.match(value)
        if match is None or int(match[1]) == 0 or (match[2] and int(match[1]) > 100):
            raise ValueError(f"{value!r}: expected 'random:2' or 'random:40%'")
    elif ":" in value and not value.startswith(_PREFIXES):
        word = value.partition(":")[0] + ":"
        near = get_close_matches(word, _PREFIXES, 1)
        hint = f", did you mean '{near[0]}'?" if near else f"; there are {', '.join(_PREFIXES)}"
        raise ValueError(f"no selector {word!r}{hint}")
    elif ":" not in value and not _NAME.match(value):
        raise ValueError(f"{value!r} is no name of a node and no selector")


Selector = Annotated[
    tuple[str, ...],
    PlainValidator(parse_selector),
    PlainSerializer(lambda members: members[0] if len(members) == 1 else list(members)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["leader", "n1", "random:2", "zone:eu"]},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ]
        }
    ),
]
"""The members of a selector, in order."""


@dataclass(frozen=True)
class Roster:
    """Who is there: names of servers and clients in order, the zone of each, and who has a role right now.

    With several systems names begin with their system's and a slash; with one, `system` is its name.
    """

    servers: tuple[str, ...]
    clients: tuple[str, ...] = ()
    zones: dict[str, str] = field(default_factory=dict)
    role: Callable[[str], tuple[str, ...]] = lambda _: ()
    system: str = ""

    def within(self, system: str) -> "Roster":
        """Those of one system."""
        if system == self.system:
            return self

        def own(names: Sequence[str]) -> tuple[str, ...]:
            return tuple(name for name in names if name.startswith(f"{system}/"))

        return Roster(own(self.servers), own(self.clients), self.zones, lambda role: own(self.role(role)), system)


def resolve(
    selector: Sequence[str],
    roster: Roster,
    stream: Stream,
    *,
    among: Sequence[str] | None = None,
    taken: Sequence[str] = (),
) -> tuple[str, ...]:
    """The names that a selector means now, without repetition, in the order of its members.

    What is drawn is drawn from `among` (default: all servers); who is named is meant whether in `among` or not. Nobody
    of `taken` is meant: they stand in another group of the same fault.
    """
    found: list[str] = []
    for member in selector:
        gone = {*found, *taken}
        free = [name for name in roster.servers if name not in gone]
        pool = free if among is None else [name for name in free if name in among]
        found += [name for name in _member(member, roster, stream, free, pool) if name not in gone]
    return tuple(dict.fromkeys(found))


def _member(member: str, roster: Roster, stream: Stream, free: list[str], pool: list[str]) -> Sequence[str]:
    system, word = scoped(member)
    if system:
        part = roster.within(system)
        own = set(part.servers)
        return _member(word, part, stream, [one for one in free if one in own], [one for one in pool if one in own])
    total = len(roster.servers)
    if member.startswith("random:"):
        return _random(member, stream, pool, total)
    if member.startswith("role:"):
        return roster.role(member.removeprefix("role:"))
    if member.startswith("zone:"):
        zone = member.removeprefix("zone:")
        return [name for name in (*roster.servers, *roster.clients) if roster.zones.get(name) == zone]
    if member == "leader":
        return roster.role("leader")
    if member == "followers":
        leaders = roster.role("leader")
        return [name for name in roster.servers if name not in leaders]
    if member in ("minority", "majority"):
        return stream.sample(pool, (total - 1) // 2 if member == "minority" else total // 2 + 1)
    named = {"others": free, "servers": roster.servers, "clients": roster.clients}
    if member in named:
        return named[member]
    everybody = (*roster.servers, *roster.clients)
    return everybody if member == "all" else [name for name in everybody if fnmatchcase(name, member)]


def _random(member: str, stream: Stream, pool: list[str], total: int) -> list[str]:
    match = _RANDOM.match(member)
    assert match is not None, "selectors are parsed before they are resolved"
    count = -(-total * int(match[1]) // 100) if match[2] else int(match[1])
    return stream.sample(pool, count)


def depends(selector: Sequence[str]) -> bool:
    """Whether whom it means is found at the moment it is asked, or drawn; `others` are known once the rest is."""
    found = ("leader", "followers", "minority", "majority")
    words = (scoped(member)[1] for member in selector)
    return any(word in found or word.startswith(("random:", "role:")) for word in words)


def named(selector: Sequence[str], found: tuple[str, ...]) -> tuple[str, ...]:
    """The selector as it can be written down for good: the names found where it depends on the moment."""
    return found if depends(selector) else tuple(selector)


def count_at_most(selector: Sequence[str], servers: int) -> int:
    """How many of so many servers a selector means, as far as it says before the run; all of them where it does not."""
    counts = {"minority": (servers - 1) // 2, "majority": servers // 2 + 1, "followers": servers - 1}
    counts |= {"all": servers, "servers": servers, "others": servers, "clients": 0}
    total = 0
    for _, member in map(scoped, selector):
        match = _RANDOM.match(member)
        if match is not None:
            total += -(-servers * int(match[1]) // 100) if match[2] else int(match[1])
        else:
            total += counts.get(member, servers if ":" in member or any(sign in member for sign in "*?[") else 1)
    return min(total, servers)


def unknown_names(
    selector: Sequence[str], names: Sequence[str], roles: Sequence[str], systems: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """(member, what is wrong with it) for members that no node, role or system of the scenario can ever match."""
    wrong = []
    for member in selector:
        system, word = scoped(member)
        if system and system not in systems:
            wrong.append((member, f"no system {system!r}{_near(system, systems)}"))
        elif word.startswith("role:"):
            role = word.removeprefix("role:")
            if role not in roles:
                wrong.append((member, f"no role {role!r}{_near(role, roles)}"))
        elif word not in WORDS and ":" not in word and not any(fnmatchcase(name, word) for name in names):
            wrong.append((member, f"no node named {word!r}{_near(word, (*names, *WORDS))}"))
    return wrong


def _near(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, 1, 0.5)
    shown = ", ".join(known[:8])
    return f", did you mean {near[0]!r}?" if near else f"; there are {shown}" if known else ""
