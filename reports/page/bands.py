"""What state each server was in: its role, as its model says who has it, and the numbers that agreement goes by.

The numbers are read from events by the names that the field has for them: the term or view a node is in, the index up
to which it knows entries to be committed, how many instances it has decided.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reports.page.clock import ticks
from reports.page.recording import Recording
from reports.page.text import visible
from sim.world.message import Emitted

POINTS_MAX = 700
"""Changes of one number on one node; of more, every so many are kept, and the last."""


@dataclass(frozen=True)
class Track:
    """A state of one node over time: from `at[i]` (ticks) on it is `value[i]`."""

    node: int
    at: list[int]
    value: list[int | str]


@dataclass(frozen=True)
class Band:
    """A state of all nodes. `words`: the values are names, else numbers that are drawn as a line."""

    name: str
    words: bool
    tracks: list[Track]


def bands_of(recording: Recording) -> list[Band]:
    """Roles, then at most two numbers: the one that tells attempts apart and the one that tells progress."""
    place = {name: number for number, name in enumerate(recording.nodes)}
    found = [_roles(recording, place)]
    for candidates in (_ATTEMPTS, _PROGRESS):
        bands = (_numbers(recording, place, name, read) for name, read in candidates)
        found.append(next((band for band in bands if band.tracks), Band("", False, [])))
    return [band for band in found if band.tracks]


def _roles(recording: Recording, place: dict[str, int]) -> Band:
    tracks: dict[str, Track] = {}
    for change in recording.roles:
        track = tracks.setdefault(change.node, Track(place[change.node], [], []))
        track.at.append(ticks(change.t_ns))
        track.value.append(visible(change.role, 40))
    return Band("role", True, [tracks[name] for name in place if name in tracks])


Read = Callable[[Emitted, int], int | None]
"""(event, the number so far) -> the number now; None if the event does not say."""


def _field(name: str, *kinds: str) -> Read:
    def read(one: Emitted, _: int) -> int | None:
        kind = type(one.event).__name__
        if kind not in kinds if kinds else kind == "Delivered":  # the term of what is delivered is another's
            return None
        value = getattr(one.event, name, None)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    return read


def _count(kind: str) -> Read:
    def read(one: Emitted, before: int) -> int | None:
        return before + 1 if type(one.event).__name__ == kind else None

    return read


_ATTEMPTS = (("term", _field("term")), ("view", _field("view")), ("round", _field("round")))
_PROGRESS = (
    ("commit index", _field("index", "Committed")),
    ("decided", _count("Decided")),
    ("delivered", _count("Delivered")),
    ("applied", _field("index", "Applied")),
)


def _numbers(recording: Recording, place: dict[str, int], name: str, read: Read) -> Band:
    tracks: dict[str, Track] = {}
    last: dict[str, int] = {}
    for one in recording.emitted:
        value = read(one, last.get(one.node, 0))
        if value is None or last.get(one.node) == value or one.node not in place:
            continue
        last[one.node] = value
        track = tracks.setdefault(one.node, Track(place[one.node], [], []))
        track.at.append(ticks(one.t_ns))
        track.value.append(value)
    return Band(name, False, [_thinned(tracks[node]) for node in place if node in tracks])


def _thinned(track: Track) -> Track:
    if len(track.at) <= POINTS_MAX:
        return track
    step = -(-len(track.at) // POINTS_MAX)
    last = len(track.at) - 1
    kept = [*range(0, last, step), last]
    return Track(track.node, [track.at[i] for i in kept], [track.value[i] for i in kept])
