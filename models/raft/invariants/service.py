"""Whether clients are served once everything is healed, measured by the time for which they tried.

A lost message can cost one operation, and a client that calls rarely has no other to show: neither is the group's
fault. So what counts is not operations but how long a client was trying, at several attempts an operation, before the
first that was done. Waiting between operations is not trying.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sim import RunRecord, show_ns


@dataclass(frozen=True)
class Try:
    """One operation as far as it reaches past the healing: from when until when (ns), and whether it was done."""

    client: str
    write: bool
    began: int
    ended: int
    done: bool


def tries(record: RunRecord, healed: int, patience: int) -> list[Try]:
    """The operations that ended after `healed`, in order of call; what has no answer is given up after `patience`."""
    found = []
    for op in record.history:
        ended = min(op.call_ns + patience, record.end_ns) if op.ret_ns is None else op.ret_ns
        if ended > healed:
            found.append(Try(op.client, op.f != "get", max(op.call_ns, healed), ended, op.outcome == "ok"))
    return found


def refusal(record: RunRecord, healed: int, patience: int, limit: int) -> tuple[int, str] | None:
    """Who tried for `limit` ns or more until something, or a write, was done: (when, sentence); None if nobody did."""
    found = tries(record, healed, patience)
    writes = [one for one in found if one.write]
    since = f"after {show_ns(healed)}, when everything healed"
    for what, some in (("an operation", found), ("a write", writes)):
        for client in sorted({one.client for one in some}):
            tried, until = _in_vain([one for one in some if one.client == client])
            if tried >= limit:
                return until, f"{client} tried for {show_ns(tried)} to complete {what} {since}, until {show_ns(until)}"
    if not any(one.done for one in writes) and sum(one.ended - one.began for one in writes) >= limit:
        return record.end_ns, f"nobody completed a write {since}"
    return None


def _in_vain(some: Sequence[Try]) -> tuple[int, int]:
    """How long a client tried until the first that was done, and when that was; its operations do not overlap."""
    tried = until = 0
    for one in some:
        tried += one.ended - one.began
        until = one.ended
        if one.done:
            break
    return tried, until
