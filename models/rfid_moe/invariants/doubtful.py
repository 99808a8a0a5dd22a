"""Contradictions that a fault may excuse: whether one was on is known when the run is over."""

from dataclasses import dataclass

from sim import Emitted, RunRecord, Verdict
from sim.invariants import Invariant


@dataclass(frozen=True)
class Doubt:
    """What was seen of `node` between two world times in ns."""

    since_ns: int
    until_ns: int
    node: str
    sentence: str


def disturbed(record: RunRecord, doubt: Doubt) -> bool:
    """Whether a fault that named the node was on in that time."""
    return any(
        span.covers(doubt.since_ns, doubt.until_ns) and doubt.node in span.text.replace(",", " ").split()
        for span in record.faults
    )


class Doubtful(Invariant):
    """An invariant some of whose contradictions count only if no fault was on."""

    def __init__(self) -> None:
        super().__init__()
        self._doubts: list[Doubt] = []

    def doubt(self, since_ns: int, until: Emitted, sentence: str) -> None:
        """Keep it for the end."""
        self._doubts.append(Doubt(since_ns, until.t_ns, until.node, sentence))

    def conclude(self, record: RunRecord) -> Verdict:
        """The first contradiction that no fault excuses."""
        for doubt in self._doubts:
            if self._found is None and not disturbed(record, doubt):
                self._found = Verdict(self.name, "fail", doubt.sentence, at_ns=doubt.until_ns)
        return super().conclude(record)
