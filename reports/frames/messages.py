"""The messages of a run as a frame: when each was sent, what became of it, and which fault did that."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from reports.recording import recording_of
from sim.result import FiredFault, Run
from sim.world import trace as codes
from sim.world.link_rule import ENCODER

if TYPE_CHECKING:
    from pandas import DataFrame

FATES = ("delivered", "lost", "cut", "duplicate", "corrupt", "in flight", "down")
_HEADERS = 40
_CAUSES = {"cut": ("partition",), "lost": ("link",), "corrupt": ("link",), "duplicate": ("link",), "down": ("crash",)}
"""Fate -> the kinds of faults that can have done it"""

Copy = tuple[int, int | None, str, str, str, int, str, int, int, int]
"""sent_ns, delivered_ns, source, target, kind, bytes, fate, id, cause, and when it was over (ns)"""


def messages(run: Run) -> "DataFrame":
    """Every copy of every message, in order of its end: those delivered or lost, then those still under way.

    Columns: sent_ns int64, delivered_ns Int64 (missing unless it was delivered), source, target, kind category (of a
    call what is inside it), bytes int32 (on the wire, headers included), fate category, fault category, id int64,
    cause int64. The seed runs again once.

    A `duplicate` is a delivered copy behind an equal one of the same send; `down` reached a node that was down. `id`
    is the number of the record of its end, and `cause` the one whose handler sent it: `cause` is the `id` of the
    message that was being handled, if it was one. `fault` names the faults that can have done it, by kind, time and
    targets; `network` is the everyday loss of the scenario.
    """
    import numpy as np
    import pandas as pd

    found = [*_ended(run), *_under_way(run)]
    sent, delivered, source, target, kind, size, fate, number, cause, _ = (
        zip(*found, strict=True) if found else [()] * 10
    )
    nodes = [*run.servers, *run.clients]
    return pd.DataFrame(
        {
            "sent_ns": np.asarray(sent, dtype=np.int64),
            "delivered_ns": pd.array(list(delivered), dtype="Int64"),
            "source": pd.Categorical(source, categories=nodes),
            "target": pd.Categorical(target, categories=nodes),
            "kind": pd.Categorical(kind),
            "bytes": np.asarray(size, dtype=np.int32),
            "fate": pd.Categorical(fate, categories=list(FATES)),
            "fault": pd.Categorical(_faults(run, found)),
            "id": np.asarray(number, dtype=np.int64),
            "cause": np.asarray(cause, dtype=np.int64),
        }
    )


def kind_of(message: Sequence[Any]) -> str:
    """The type of a message; of a call or an answer that of what is in it."""
    inner = message[3] if message[0] in ("Ask", "Answer") and len(message) > 3 else None
    return str(inner[0]) if isinstance(inner, (list, tuple)) and inner else str(message[0])


def _ended(run: Run) -> Iterable[Copy]:
    doubled = run.counts.duplicated > 0
    seen: set[tuple[object, ...]] = set()
    for number, record in enumerate(recording_of(run).records, 1):
        if record[1] not in (codes.DELIVER, codes.LOST):
            continue
        t_ns, code, source, target, sent_ns, cause, message = record[:7]
        encoded = ENCODER.encode(message)
        fate = "delivered" if code == codes.DELIVER else str(record[7])
        if doubled:
            key = (source, target, sent_ns, cause, encoded)
            if fate == "delivered" and key in seen:
                fate = "duplicate"
            seen.add(key)
        at = t_ns if code == codes.DELIVER else None
        yield sent_ns, at, source, target, kind_of(message), len(encoded) + _HEADERS, fate, number, cause, t_ns


def _under_way(run: Run) -> Iterable[Copy]:
    recording = recording_of(run)
    for number, one in enumerate(recording.flying, len(recording.records) + 1):
        encoded = ENCODER.encode(one.message)
        kind = type(getattr(one.message, "body", None) or one.message).__name__
        size = len(encoded) + _HEADERS
        yield one.sent_ns, None, one.source, one.target, kind, size, "in flight", number, one.cause, run.virtual_ns


def _faults(run: Run, found: Sequence[Copy]) -> list[str | None]:
    return [_fault(run.fired, one) for one in found]


def _fault(fired: Sequence[FiredFault], one: Copy) -> str | None:
    sent_ns, _, source, target, _, _, fate, _, _, over_ns = one
    kinds = _CAUSES.get(fate)
    if kinds is None:
        return None
    ids = [
        fault.id
        for fault in fired
        if fault.kind in kinds
        and fault.inject_ns <= over_ns
        and (fault.heal_ns is None or fault.heal_ns >= sent_ns)
        and (source in fault.targets or target in fault.targets)
    ]
    return " or ".join(ids) if ids else None if fate in ("cut", "down") else "network"
