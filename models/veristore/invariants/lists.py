"""The promise of lists: each page is what was committed in its range, at some instant while it was asked for."""

from collections.abc import Iterator, Mapping

from models.veristore.client_events import PageAsked, PageSeen
from models.veristore.invariants.told import Told
from models.veristore.object_events import ObjectCommitted, ObjectDeleted
from sim import Emitted, show_ns
from sim.invariants import Invariant, when

Page = tuple[tuple[tuple[str, int], ...], tuple[str, ...], bool]
"""(key, version) of the keys, the common prefixes, and whether there is more."""


class ListCommitted(Invariant):
    """Each page equals the committed keys of its range at some instant within the call, common prefixes and all."""

    name = "list-committed"
    claim = "every page was true at one instant within its call"
    watches = (ObjectCommitted, ObjectDeleted, PageAsked, PageSeen)

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told
        self._now: dict[str, dict[str, int]] = {}  # bucket -> key -> version
        self._asked: dict[tuple[str, int], tuple[Emitted, list[dict[str, int]]]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep, for each page that is asked for, every state of its bucket until it has come."""
        event = emitted.event
        if isinstance(event, PageAsked):
            self._asked[emitted.node, emitted.incarnation] = emitted, [dict(self._now.get(event.bucket, {}))]
        elif isinstance(event, PageSeen):
            asked, states = self._asked.pop((emitted.node, emitted.incarnation))
            if not any(_page(state, event) == _seen(event) for state in states):
                self._tell(emitted, asked, event, states)
        elif isinstance(event, ObjectCommitted | ObjectDeleted) and self._told.is_new(emitted, event.seq):
            self._change(event)

    def _change(self, event: ObjectCommitted | ObjectDeleted) -> None:
        bucket = self._now.setdefault(event.bucket, {})
        if isinstance(event, ObjectCommitted):
            bucket[event.key] = event.version
        else:
            bucket.pop(event.key, None)
        for asked, states in self._asked.values():
            assert isinstance(asked.event, PageAsked), "nothing else asks for a page"
            if asked.event.bucket == event.bucket:
                states.append(dict(bucket))

    def _tell(self, now: Emitted, asked: Emitted, event: PageSeen, states: list[dict[str, int]]) -> None:
        self.contradict(
            now,
            f"{when(now)} was shown {_say(_seen(event))} of {event.bucket} behind {event.after!r}, asked for at "
            f"{show_ns(asked.t_ns)}; at no instant in between was that all: at the end it was "
            f"{_say(_page(states[-1], event))}",
        )


def _say(page: Page) -> str:
    keys, prefixes, more = page
    shown = [*(f"{key} (version {version})" for key, version in keys), *prefixes, *(["and more"] if more else [])]
    return ", ".join(shown) or "nothing"


def _seen(event: PageSeen) -> Page:
    return event.keys, event.prefixes, event.truncated


def _page(state: Mapping[str, int], event: PageSeen) -> Page:
    """The page that a bucket in this state has, by the definition: its elements in order, cut."""
    elements = [one for one in _elements(state, event) if one[0].encode() > event.after.encode()]
    shown = elements[: event.max_keys]
    keys = tuple((name, version) for name, version in shown if version)
    return keys, tuple(name for name, version in shown if not version), len(elements) > len(shown)


def _elements(state: Mapping[str, int], event: PageSeen) -> Iterator[tuple[str, int]]:
    """(key, version), and (common prefix, 0) once each, in order."""
    last = ""
    for key in sorted(state, key=str.encode):
        if not key.startswith(event.prefix):
            continue
        head, found, _ = key[len(event.prefix) :].partition(event.delimiter) if event.delimiter else (key, "", "")
        if not found:
            yield key, state[key]
        elif last != event.prefix + head + found:
            last = event.prefix + head + found
            yield last, 0
