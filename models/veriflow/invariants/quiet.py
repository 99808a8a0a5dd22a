"""Undisturbed time: a promise of 'within so long' counts only time in which those who keep it could act."""

from sim import RunRecord


def undisturbed(record: RunRecord, begin: int, end: int, slack: int) -> int:
    """Ns of begin..end without those in which a fault was on, or had been within `slack` ns before."""
    spans = sorted((span.since_ns, _until(span.until_ns, record.end_ns) + slack) for span in record.faults)
    left, at = 0, begin
    for since, until in spans:
        if until <= at:
            continue
        if since >= end:
            break
        left += max(0, since - at)
        at = max(at, until)
    return left + max(0, end - at)


def _until(ns: int | None, end_ns: int) -> int:
    return end_ns if ns is None else ns
