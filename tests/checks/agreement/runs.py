"""Lists of events by hand, and verdicts on them: one row is seconds, node, event, and the incarnation where not 1."""

from sim.checks.agreement.promise import judge
from sim.checks.check import Check, RunRecord
from sim.checks.history import History
from sim.checks.verdict import Verdict
from sim.world.message import Emitted, Event
from sim.world.units import SECOND

NODES = ("n1", "n2", "n3", "n4")

Row = tuple[float, str, Event] | tuple[float, str, Event, int]


def events(*rows: Row) -> list[Emitted]:
    """The rows as the checks are shown them."""
    return [
        Emitted(round(row[0] * SECOND), row[1], row[3] if len(row) == 4 else 1, place, row[2])
        for place, row in enumerate(rows, 1)
    ]


def record(
    *, settle: int = 30, end: int = 60, servers: tuple[str, ...] = NODES, byzantine: frozenset[str] = frozenset()
) -> RunRecord:
    return RunRecord(History(()), settle * SECOND, end * SECOND, 1, servers, (), byzantine=byzantine)


def verdict(check: Check, *rows: Row, byzantine: frozenset[str] = frozenset()) -> Verdict:
    """The verdict of a new check on these rows, in a run of four nodes that settles from 30s to 60s."""
    return judge(check, events(*rows), record(byzantine=byzantine))


def status(check: Check, *rows: Row, byzantine: frozenset[str] = frozenset()) -> str:
    return verdict(check, *rows, byzantine=byzantine).status


def failure(check: Check, *rows: Row, byzantine: frozenset[str] = frozenset()) -> str:
    """The sentence of a verdict that has to be a failure."""
    found = verdict(check, *rows, byzantine=byzantine)
    assert found.status == "fail", f"{found.check}: {found.status}, {found.detail}"
    return found.detail
