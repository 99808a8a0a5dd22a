"""Durability: every element whose addition was acknowledged is found by whoever reads all of them later."""

from collections.abc import Sequence

from sim.checks.check import Check, RunRecord
from sim.checks.consistency.elements import ADDS, Element, Fate, follow_elements
from sim.checks.history import OPEN, History
from sim.checks.timeline import called
from sim.checks.verdict import Status, Verdict

_SHOWN: tuple[Fate, ...] = ("ok", "lost", "stale", "duplicated", "never-read")
_WRONG_MAX = 16
"""Operations of elements that are named in a verdict."""


class Durability(Check):
    """No element is lost or duplicated; with `linearizable` none is stale either. Elements and reads as in a set.

    To pass, each element must be found by a read that was called after the last fault was over.
    """

    name = "durability"

    def __init__(self, *, linearizable: bool = False, reads: str = "read", adds: Sequence[str] = ADDS) -> None:
        self._strict = linearizable
        self._reads = reads
        self._adds = tuple(adds)

    def conclude(self, record: RunRecord) -> Verdict:
        """Follow every element."""
        return judge_durability(
            record.history,
            linearizable=self._strict,
            reads=self._reads,
            adds=self._adds,
            after_ns=_last_heal_ns(record),
        )


def judge_durability(
    history: History,
    *,
    linearizable: bool = False,
    reads: str = "read",
    adds: Sequence[str] = ADDS,
    after_ns: int | None = None,
) -> Verdict:
    """The verdict: unknown if nothing was read, or some acknowledged element never was after `after_ns`."""
    elements = follow_elements(history, reads=reads, adds=adds, after_ns=after_ns)
    counts = {fate: sum(one.fate == fate for one in elements) for fate in _SHOWN}
    taken = [one for one in elements if one.fate == "unknown" and one.known < OPEN]
    told = [f"{count:,} {fate}" for fate, count in counts.items() if count]
    told += [f"{len(taken):,} unknown ({taken[0].value!r} of #{taken[0].op}: {taken[0].reason})"] if taken else []
    said = ", ".join(told) or ("nothing was acknowledged, or seen" if elements else f"there is no {', '.join(adds)}")
    bad = ("lost", "duplicated", "stale") if linearizable else ("lost", "duplicated")
    wrong = [one for fate in bad for one in elements if one.fate == fate]
    name, how, notes = Durability.name, "set-full", history.notes
    if not wrong:
        sure = counts["ok"] + counts["stale"]
        status: Status = "unknown" if counts["never-read"] or taken or not sure else "pass"
        return Verdict(name, status, said, "history", how, len(elements), notes=notes)
    first = wrong[0]
    assert first.witness is not None, "what is wrong shows in a read"
    ops = (first.op, first.witness.op)
    because = tuple(_tell(one) for one in wrong[1:_WRONG_MAX])
    detail, at_ns = f"{said}: {_tell(first)}", first.witness.ret_ns
    return Verdict(name, "fail", detail, "history", how, len(elements), ops, at_ns, notes, because)


def _last_heal_ns(record: RunRecord) -> int | None:
    """When the last fault was over: no node restarts after that. None if there was none."""
    if not record.faults:
        return record.settle_ns if record.fired else None
    return max(record.settle_ns if span.until_ns is None else span.until_ns for span in record.faults)


def _tell(one: Element) -> str:
    assert one.witness is not None, "what is wrong shows in a read"
    read = f"{one.witness.f}#{one.witness.op} by {one.witness.client} at {called(one.witness)}"
    if one.fate == "duplicated":
        return f"{read} shows {one.value!r} twice"
    what = f"{one.value!r} of #{one.op}, known since event {one.known}, is missing in {read}"
    return what + (" and was not seen again" if one.fate == "lost" else ", but was seen later")
