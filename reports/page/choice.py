"""Which records a page holds when a run has more than a page can: whole trees of cause and effect, or none of them.

A sample of single messages would cut every chain; so what follows from one timer or call is kept together, a few steps
deep. What matters is always kept: what was lost, what is rare, what the story tells and what happened near the end of
it. The choice hangs on record numbers alone, so the same run gives the same page.
"""

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass

from reports.page.recording import Recording
from sim.explore.telling import Record
from sim.world import trace as codes

MESSAGES_MAX = 40_000
EVENTS_MAX = 24_000
_RARE = 400
"""A kind with at most so many records is kept whole."""
_DEPTH = 6
_HASH, _WORD = 2_654_435_761, 1 << 32


@dataclass(frozen=True)
class Focus:
    """What a reader came for: the records of the story, and the stretch of time (ns) that the page opens with."""

    story: Container[int]
    from_ns: int
    to_ns: int

    def covers(self, record: Record) -> bool:
        """Whether a record is kept whatever else is not."""
        return record.number in self.story or self.from_ns <= record.t_ns <= self.to_ns


def chosen(recording: Recording, focus: Focus, kinds: dict[int, str]) -> set[int]:
    """Numbers of the messages and events to keep; `kinds` gives the kind of each."""
    messages = [one for one in recording.records if one.code in (codes.DELIVER, codes.LOST)]
    events = [one for one in recording.records if one.code == codes.EMIT]
    kept: set[int] = set()
    trees = _trees(recording.records) if len(messages) > MESSAGES_MAX or len(events) > EVENTS_MAX else {}
    for group, most in ((messages, MESSAGES_MAX), (events, EVENTS_MAX)):
        kept.update(_of_group(group, most, focus, kinds, trees))
    return kept


def _of_group(group: list[Record], most: int, focus: Focus, kinds: dict[int, str], trees: dict[int, int]) -> list[int]:
    if len(group) <= most:
        return [one.number for one in group]
    counts = Counter(kinds[one.number] for one in group)
    told = [one.number for one in group if one.number in focus.story]
    near = [one.number for one in group if focus.covers(one)]
    near = near if len(near) <= most // 2 else []  # a window as wide as the run singles nothing out
    rare = [one.number for one in group if counts[kinds[one.number]] <= _RARE or one.code == codes.LOST]
    must = set([*told, *near, *rare][:most])
    share = (most - len(must)) * _WORD // max(1, len(group) - len(must))
    return [one.number for one in group if one.number in must or trees[one.number] * _HASH % _WORD < share]


def _trees(records: tuple[Record, ...]) -> dict[int, int]:
    """Record -> the record that its chain of causes began with, at most a few messages back."""
    root: dict[int, int] = {}
    depth: dict[int, int] = {}
    for one in records:
        number, cause = one.number, one.cause or 0
        deep = depth.get(cause, 0) + (one.code != codes.EMIT)
        joined = cause in root and deep < _DEPTH
        root[number] = root[cause] if joined else number
        depth[number] = deep if joined else 0
    return root
