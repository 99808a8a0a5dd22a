"""Who had which GPU, from the rows of the ledger: a fold over what the cluster's store tells, for pictures."""

from collections.abc import Iterable
from dataclasses import dataclass

from models import veriflow
from sim import Emitted


@dataclass(frozen=True)
class RowBar:
    """A row of the ledger on one device: whose it was, from when to when (ns); `size` 0 is the whole device."""

    node: str
    device: int
    owner: str
    begin: int
    end: int
    size: int


def rows_of(emitted: Iterable[Emitted], end_ns: int) -> list[RowBar]:
    """Every row that was written, each once however often it is told; open ones end with the run."""
    told = (0, -1)
    since: dict[str, tuple[veriflow.Row, int]] = {}
    bars: list[RowBar] = []
    for one in emitted:
        event = one.event
        if not isinstance(event, veriflow.Fact) or (event.revision, event.n) <= told:
            continue
        told = event.revision, event.n
        if isinstance(event, veriflow.Claimed):
            since.setdefault(event.row.id, (event.row, one.t_ns))
        elif isinstance(event, veriflow.Bound):
            for row in event.rows:
                since.setdefault(row.id, (row, one.t_ns))
        elif isinstance(event, veriflow.Released):
            for row in event.rows:
                bars += _ended(since.pop(row.id, None), one.t_ns)
    for entry in since.values():
        bars += _ended(entry, end_ns)
    return sorted(bars, key=lambda bar: (bar.node, bar.device, bar.begin))


def _ended(entry: tuple[veriflow.Row, int] | None, t_ns: int) -> list[RowBar]:
    if entry is None:
        return []
    row, begin = entry
    return [RowBar(row.node, row.device, row.owner, begin, t_ns, row.size)]
