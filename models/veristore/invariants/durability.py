"""Promises about what a recovery finds: everything acknowledged, nothing foreign, the same every time."""

from models.veristore.events import Acked, CorruptionFound, Digest, Proposed, Recovered
from models.veristore.invariants.lineage import LINEAGE_EVENTS, Lineages
from sim import Emitted, RunRecord, Verdict
from sim.invariants import Invariant, when


class DurablePrefix(Invariant):
    """A recovered store is a prefix of what was appended, and nothing that was acknowledged is missing.

    A store that ends FAULTY has lost what it acknowledged, unless a fault has touched its disk: a crash alone does not
    make a store FAULTY, but in the mode that `stops` at a torn tail too.
    """

    name = "durable-prefix"
    claim = "every recovery found a prefix of the log with all that was acknowledged"
    watches = (Acked, CorruptionFound, *LINEAGE_EVENTS)

    def __init__(self, lineages: Lineages, *, stops: bool) -> None:
        super().__init__()
        self._lineages = lineages
        self._stops = stops
        self._acked: dict[str, Emitted] = {}
        self._faulty: dict[str, Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare what was recovered with what was acknowledged and appended."""
        self._lineages.see(emitted)
        event = emitted.event
        if isinstance(event, Acked):
            self._acked[emitted.node] = emitted
        elif isinstance(event, CorruptionFound):
            self._faulty.setdefault(emitted.node, emitted)
        elif isinstance(event, Recovered):
            self._faulty.pop(emitted.node, None)
            self._judge(emitted, event)

    def _judge(self, emitted: Emitted, event: Recovered) -> None:
        lineage, acked = self._lineages.of(emitted.node), self._acked.get(emitted.node)
        if acked is not None and isinstance(acked.event, Acked) and acked.event.seq > event.last:
            self.contradict(
                emitted,
                f"{when(acked)} acknowledged batch {acked.event.seq}, and {when(emitted)} recovered up to {event.last}",
            )
        elif lineage.chain_at(event.last) != event.chain:
            self.contradict(emitted, f"{when(emitted)} recovered up to {event.last} other batches than were appended")
        elif lineage.digest_at(event.last) != event.digest:
            self.contradict(
                emitted, f"{when(emitted)} recovered up to {event.last} a map that these batches do not make"
            )

    def conclude(self, record: RunRecord) -> Verdict:
        """Look also for stores that ended FAULTY though nothing but crashes happened to them."""
        for node, found in self._faulty.items():
            if not self._stops and not _was_touched(record, node) and isinstance(found.event, CorruptionFound):
                self.contradict(
                    found, f"{when(found)} refuses to serve, though no fault touched its disk: {found.event.item}"
                )
        return super().conclude(record)


class ReplayDeterministic(Invariant):
    """The same log gives the same map, whenever and however often it is read."""

    name = "replay-deterministic"
    claim = "one log never gave two maps"
    watches = (Digest, *LINEAGE_EVENTS)

    def __init__(self, lineages: Lineages) -> None:
        super().__init__()
        self._lineages = lineages
        self._digests: dict[tuple[str, int, bytes], tuple[int, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """One look-up per digest."""
        self._lineages.see(emitted)
        event = emitted.event
        if not isinstance(event, Digest | Recovered):
            return
        seq = event.seq if isinstance(event, Digest) else event.last
        chain = self._lineages.of(emitted.node).chain_at(seq) or b""
        digest, first = self._digests.setdefault((emitted.node, seq, chain), (event.digest, emitted))
        if digest != event.digest:
            self.contradict(emitted, f"after batch {seq} {when(first)} had another map than {when(emitted)}")


class NoCorruptApply(Invariant):
    """What a store serves is made of the very bytes that were appended, in log and runs."""

    name = "no-corrupt-apply"
    claim = "every map was made of the batches that were appended"
    watches = (Digest, *LINEAGE_EVENTS)

    def __init__(self, lineages: Lineages) -> None:
        super().__init__()
        self._lineages = lineages

    def observe(self, emitted: Emitted) -> None:
        """Compare chains and digests."""
        self._lineages.see(emitted)
        event, lineage = emitted.event, self._lineages.of(emitted.node)
        if isinstance(event, Recovered):
            if lineage.chain_at(event.last) != event.chain:
                self.contradict(emitted, f"{when(emitted)} serves a log up to {event.last} that was never appended")
            elif lineage.digest_at(event.last) != event.digest:
                self.contradict(emitted, f"{when(emitted)} serves a map that no log up to {event.last} makes")
        elif isinstance(event, Digest) and lineage.digest_at(event.seq) != event.digest:
            self.contradict(emitted, f"{when(emitted)} holds a map that the batches up to {event.seq} do not make")


class BatchAtomic(Invariant):
    """No recovery ends within the changes of one command."""

    name = "batch-atomic"
    claim = "every recovery found whole batches"
    watches = (Proposed, Recovered)

    def __init__(self) -> None:
        super().__init__()
        self._spread: dict[str, list[Proposed]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Remember which commands were spread over several batches."""
        event, spread = emitted.event, self._spread.setdefault(emitted.node, [])
        if isinstance(event, Proposed) and event.first < event.last:
            spread.append(event)
        elif isinstance(event, Recovered):
            for one in spread:
                if one.first <= event.last < one.last:
                    self.contradict(
                        emitted,
                        f"{when(emitted)} recovered up to {event.last}, in the middle of the command that was written "
                        f"as {one.first} to {one.last}",
                    )
            spread[:] = [one for one in spread if one.last <= event.last]


def _was_touched(record: RunRecord, node: str) -> bool:
    """Whether a fault of disks had this node among its targets."""
    for span in record.faults:
        kind, _, rest = span.text.partition(" ")
        if kind == "disk" and node in rest.rpartition(" (")[0].split(", "):
            return True
    return False
