"""The messages of a run as columns: who sent what to whom, when, how it ended, and what it followed from."""

from collections import Counter
from dataclasses import dataclass

from reports.page.clock import steps, ticks
from reports.page.names import Contents, Names
from reports.page.recording import Recording
from reports.page.text import visible
from reports.page.wording import content_of, kind_of
from sim.explore.telling import Record
from sim.world import trace as codes

DELIVERED, DUPLICATE, LOST, CUT, DOWN, CORRUPT, FLYING = range(7)
FATES = ("delivered", "delivered again", "lost", "cut", "receiver down", "corrupt", "in flight at the end")
_FATE_OF = {"lost": LOST, "cut": CUT, "down": DOWN, "corrupt": CORRUPT}


@dataclass(frozen=True)
class KindCount:
    """A kind of message: how many there were, and how many of them are in the page."""

    name: str
    total: int
    kept: int


@dataclass(frozen=True)
class Messages:
    """One entry for each message in the page, in order of records; all columns are of one length.

    record, at: steps of record number and of time of arrival or loss (ticks). took: ticks on the way. route: source
    times the number of nodes plus target. kind, fate, content: numbers in tables, content -1 if it was left out.
    cause: how many records before it the one stands that it follows from; 0 for none.
    """

    record: list[int]
    at: list[int]
    took: list[int]
    route: list[int]
    kind: list[int]
    fate: list[int]
    cause: list[int]
    content: list[int]
    kinds: list[KindCount]
    fates: tuple[str, ...]
    total: int


def messages_of(recording: Recording, kept: set[int], kinds: dict[int, str], contents: Contents) -> Messages:
    """The table; `kinds` gives the kind of each message by record number."""
    place = {name: number for number, name in enumerate(recording.nodes)}
    all_of = [one for one in recording.records if one.code in (codes.DELIVER, codes.LOST)]
    rows = [one for one in all_of if one.number in kept]
    totals = Counter(kinds[one.number] for one in all_of)
    names = Names()
    for kind, _ in sorted(totals.items(), key=lambda one: (-one[1], one[0])):
        names.code(kind)
    kept_of = Counter(kinds[one.number] for one in rows)
    width = len(place)
    return Messages(
        record=steps(one.number for one in rows),
        at=steps(ticks(one.t_ns) for one in rows),
        took=[ticks(one.t_ns) - ticks(one.rest[2]) for one in rows],
        route=[place[one.rest[0]] * width + place[one.rest[1]] for one in rows],
        kind=[names.code(kinds[one.number]) for one in rows],
        fate=_fates(rows),
        cause=[one.number - one.cause if one.cause else 0 for one in rows],
        content=[contents.code(content_of(one)) for one in rows],
        kinds=[KindCount(visible(name, 60), totals[name], kept_of[name]) for name in names.list],
        fates=FATES,
        total=len(all_of),
    )


def _fates(rows: list[Record]) -> list[int]:
    """How each ended; a message that arrives a second time, as it was sent, is a duplicate."""
    seen: set[tuple[object, ...]] = set()
    found = []
    for one in rows:
        if one.code == codes.LOST:
            found.append(_FATE_OF.get(str(one.rest[5]), LOST))
            continue
        key = (*one.rest[:4], repr(one.rest[4]))
        found.append(DUPLICATE if key in seen else DELIVERED)
        seen.add(key)
    return found


def kinds_of(recording: Recording) -> dict[int, str]:
    """Record number -> kind of the message or event in it."""
    return {
        one.number: kind_of(one) for one in recording.records if one.code in (codes.DELIVER, codes.LOST, codes.EMIT)
    }
