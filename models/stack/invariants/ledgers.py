"""What organisations can rely on though one of them lies: one ledger, and nobody speaks in another's name."""

from collections.abc import Sequence

from models import veristore
from models.stack.anchor_events import Batched, LedgerEntry
from models.stack.anchors import Organisation, batch_key
from sim import Check, Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when


class LedgersAgree(Check):
    """One decided sequence at all honest organisations, numbers of each organisation without a gap, and every entry
    that names an honest one is a batch that its group had committed, with that root.
    """

    name = "ledgers-agree"
    watches = (LedgerEntry, veristore.ObjectCommitted)

    def __init__(self, organisations: Sequence[Organisation]) -> None:
        self._organisations = {one.name: one for one in organisations}
        self._committed: dict[tuple[str, str], dict[str, Emitted]] = {}
        self._entries: dict[str, dict[int, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep what was committed and what was entered, by whom."""
        event = emitted.event
        if isinstance(event, veristore.ObjectCommitted):
            self._committed.setdefault((event.bucket, event.key), {}).setdefault(event.etag, emitted)
        elif isinstance(event, LedgerEntry):
            self._entries.setdefault(emitted.node, {}).setdefault(event.epoch, emitted)

    def conclude(self, record: RunRecord) -> Verdict:
        """Judge what honest anchors entered."""
        first: dict[int, Emitted] = {}
        for node, entries in sorted(self._entries.items()):
            if node in record.byzantine:
                continue
            turns: dict[str, int] = {}
            for epoch in sorted(entries):
                emitted = entries[epoch]
                why = self._differs(first.setdefault(epoch, emitted), emitted)
                why = why or self._is_out_of_turn(emitted, turns) or self._is_forged(emitted, record)
                if why:
                    return Verdict(self.name, "fail", why, at_ns=emitted.t_ns)
        said = f"honest organisations agreed on {len(first)} entries"
        return Verdict(self.name, "pass" if first else "unknown", said if first else "nothing was entered")

    def _differs(self, first: Emitted, other: Emitted) -> str:
        if first.event == other.event:
            return ""
        return f"{when(first)} entered {first.event}, {when(other)} {other.event}"

    def _is_out_of_turn(self, emitted: Emitted, turns: dict[str, int]) -> str:
        event = emitted.event
        assert isinstance(event, LedgerEntry), "only these are kept"
        last = turns.get(event.organisation, 0)
        turns[event.organisation] = event.n
        if event.n == last + 1:
            return ""
        return f"{when(emitted)} entered batch {event.n} of {event.organisation} behind batch {last}"

    def _is_forged(self, emitted: Emitted, record: RunRecord) -> str:
        event = emitted.event
        assert isinstance(event, LedgerEntry), "only these are kept"
        named = self._organisations.get(event.organisation)
        if named is None:
            return f"{when(emitted)} entered a batch of {event.organisation}, which is no organisation"
        if record.byzantine.intersection((*named.servers, named.anchor)):
            return ""
        kept = self._committed.get((named.name, batch_key(event.n)), {}).get(event.root)
        if kept is not None and kept.t_ns <= emitted.t_ns:
            return ""
        return f"{when(emitted)} entered root {event.root} for batch {event.n} of {named.name}, which never kept it"


class AnchoredOnce(Invariant):
    """A document is in one batch of one organisation."""

    name = "anchored-once"
    claim = "no document was anchored twice"
    watches = (Batched,)

    def __init__(self) -> None:
        super().__init__()
        self._batches: dict[int, tuple[str, int, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with the batch that it is in already."""
        event = emitted.event
        assert isinstance(event, Batched), "this one is watched"
        for doc in event.documents:
            name, n, first = self._batches.setdefault(doc, (event.organisation, event.n, emitted))
            if (name, n) != (event.organisation, event.n):
                said = f"document {doc} is in batch {n} of {name} ({when(first)})"
                self.contradict(emitted, f"{said} and in batch {event.n} of {event.organisation} ({when(emitted)})")


class LedgerGoesOn(Check):
    """A batch that an honest organisation has certified is entered in time, once all has healed: at an honest anchor.

    Up to f that lie hold nobody up. With more there is no promise to keep, and a ledger that stands still says so.
    """

    name = "ledger-goes-on"
    watches = (Batched, LedgerEntry)

    def __init__(self, organisations: Sequence[Organisation], patience: int) -> None:
        self._anchors = {one.name: one.anchor for one in organisations}
        self._patience = patience
        self._batched: dict[tuple[str, int], Emitted] = {}
        self._entered: dict[tuple[str, int], list[Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep when each was certified first, and who entered it when."""
        event = emitted.event
        if isinstance(event, Batched):
            self._batched.setdefault((event.organisation, event.n), emitted)
        elif isinstance(event, LedgerEntry):
            self._entered.setdefault((event.organisation, event.n), []).append(emitted)

    def conclude(self, record: RunRecord) -> Verdict:
        """The first that waited too long."""
        judged = 0
        for batch, emitted in self._batched.items():
            due = max(emitted.t_ns, record.settle_ns) + self._patience
            if due > record.end_ns or self._anchors[batch[0]] in record.byzantine:
                continue
            judged += 1
            times = [one.t_ns for one in self._entered.get(batch, ()) if one.node not in record.byzantine]
            if not times or min(times) > due:
                said = f"batch {batch[1]} of {batch[0]} was certified ({when(emitted)}) and not entered until"
                return Verdict(self.name, "fail", f"{said} {show_ns(due)}", "liveness", at_ns=due)
        if not judged:
            said = f"the claim needs a settle phase of {show_ns(self._patience)} and a batch before its end"
            return Verdict(self.name, "unknown", said, "liveness")
        return Verdict(self.name, "pass", f"{judged} batches were entered in time", "liveness")
