"""Contradictions that a fault may excuse: whether one was on is known when the run is over."""

from dataclasses import dataclass

from sim import Emitted, RunRecord, Verdict
from sim.invariants import Invariant


@dataclass(frozen=True)
class Doubt:
    """What was seen between two world times in ns, of `node` ("": of no one in particular)."""

    since_ns: int
    seen: Emitted
    sentence: str
    node: str = ""


def disturbed(record: RunRecord, since_ns: int, until_ns: int, node: str = "") -> bool:
    """Whether a fault was on in that time; if a node is given, one that named it."""
    return any(
        span.covers(since_ns, until_ns) and (not node or node in span.text.replace(",", " ").split())
        for span in record.faults
    )


class Doubtful(Invariant):
    """An invariant some of whose contradictions count only if no fault was on."""

    def __init__(self) -> None:
        super().__init__()
        self._doubts: list[Doubt] = []

    def doubt(self, since_ns: int, seen: Emitted, sentence: str, node: str = "") -> None:
        """Keep it for the end."""
        self._doubts.append(Doubt(since_ns, seen, sentence, node))

    def conclude(self, record: RunRecord) -> Verdict:
        """The first contradiction that no fault excuses."""
        for doubt in self._doubts:
            if not disturbed(record, doubt.since_ns, doubt.seen.t_ns, doubt.node):
                self.contradict(doubt.seen, doubt.sentence)
        return super().conclude(record)
