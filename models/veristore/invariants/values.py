"""Promises that clients see: batches are whole, and what was deleted stays deleted."""

from bisect import bisect_left
from collections.abc import Iterator

from models.veristore.client_events import PairSeen
from models.veristore.object_events import ObjectCommitted
from sim import Check, Emitted, RunRecord, Verdict
from sim.invariants import Invariant, when


class BatchWhole(Invariant):
    """The two keys of a batch's token are seen together."""

    name = "batch-whole"
    claim = "no half of a batch was seen"
    watches = (PairSeen,)

    def observe(self, emitted: Emitted) -> None:
        """One comparison of tokens."""
        event = emitted.event
        assert isinstance(event, PairSeen), "nothing else is watched"
        first, second = (seen and seen[0] for seen in (event.first, event.second))
        if first != second:
            self.contradict(
                emitted, f"{when(emitted)} saw {first or 'nothing'} and {second or 'nothing'} in {event.pair}"
            )


class DeletedUnseen(Check):
    """After an acknowledged delete nobody sees an older version, whatever the store did in between."""

    name = "deleted-unseen"
    watches = (ObjectCommitted,)

    def __init__(self) -> None:
        self._versions: dict[tuple[str, object], int] = {}  # (name, ETag) -> the newest version of this ETag

    def observe(self, emitted: Emitted) -> None:
        """Keep which version an ETag was."""
        event = emitted.event
        assert isinstance(event, ObjectCommitted), "nothing else is watched"
        name = f"{event.bucket}/{event.key}", event.etag
        self._versions[name] = max(event.version, self._versions.get(name, 0))

    def conclude(self, record: RunRecord) -> Verdict:
        """Compare each version seen with the newest delete that was acknowledged before it was asked for."""
        deletes: dict[object, list[tuple[int, int]]] = {}  # key -> (return, newest version deleted up to then)
        for op in sorted(record.history.ops, key=lambda op: op.ret):
            if op.f == "delete" and op.outcome == "ok" and isinstance(op.result, int):
                known = deletes.setdefault(op.key, [])
                known.append((op.ret, max(op.result, known[-1][1] if known else 0)))
        for op in record.history.ops:
            for key, version in self._shown(op.f, op.key, op.result):
                before = deletes.get(key, [])
                at = bisect_left(before, (op.call, 0))
                if at and version < before[at - 1][1]:
                    said = f"{op} saw version {version} of {key}, deleted as of version {before[at - 1][1]} before"
                    return Verdict(self.name, "fail", said, "history", involved=(op.op,), at_ns=op.ret_ns)
        return Verdict(self.name, "pass", f"{len(deletes)} keys were deleted, and no older version was seen", "history")

    def _shown(self, verb: str, key: object, result: object) -> Iterator[tuple[object, int]]:
        """(key, version) of everything that an operation saw."""
        if verb == "list" and isinstance(result, tuple):
            for name, etag in result:
                yield name, self._version(name, etag)
        elif verb in ("get", "head") and result is not None:
            etag = result[1] if isinstance(result, tuple) else result
            yield key, self._version(key, etag)

    def _version(self, key: object, etag: object) -> int:
        """A value's version stands for its ETag in the history."""
        if isinstance(etag, int):
            return etag
        return self._versions.get((str(key), etag), 2**63)
