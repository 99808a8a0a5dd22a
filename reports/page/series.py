"""Messages counted over time, all of them, whatever the page can hold of them singly."""

from dataclasses import dataclass

from reports.page.clock import ticks
from reports.page.recording import Recording
from sim.world import trace as codes

BUCKETS = 480


@dataclass(frozen=True)
class Series:
    """Counts for stretches of `width` ticks from 0 on: sent, delivered and lost in each, on the way at its end."""

    width: int
    sent: list[int]
    delivered: list[int]
    lost: list[int]
    flying: list[int]


def series_of(recording: Recording) -> Series:
    """The counts of a run."""
    width = max(1, -(-ticks(recording.run.virtual_ns) // BUCKETS))
    size = ticks(recording.run.virtual_ns) // width + 1
    sent, delivered, lost = ([0] * size for _ in range(3))
    for one in recording.records:
        if one.code in (codes.DELIVER, codes.LOST):
            sent[ticks(one.rest[2]) // width] += 1
            ends = delivered if one.code == codes.DELIVER else lost
            ends[ticks(one.t_ns) // width] += 1
    for flight in recording.flying:
        sent[ticks(flight.sent_ns) // width] += 1
    flying, now = [], 0
    for more, done, gone in zip(sent, delivered, lost, strict=True):
        now += more - done - gone
        flying.append(now)
    return Series(width, sent, delivered, lost, flying)
