"""Promises of the replicated log: what was acknowledged stays, at one place, in one order, under one leader."""

from models.smartsearch.events import (
    Acked,
    BecameLeader,
    Handled,
    HighWatermark,
    Produced,
    Recovered,
    Truncated,
)
from models.smartsearch.invariants.copies import COPY_EVENTS, Copies
from sim import Emitted
from sim.invariants import Invariant, when


class AckedKept(Invariant):
    """A record that was acknowledged is in every later leader's log, at its offset, above where that log begins.

    Later is a leader of a higher epoch than the one that acknowledged it: a broker that was paused may take up an old
    epoch when a newer one has long begun. With `acks: all` and clean elections this is the log's promise; with less it
    is what one hopes for.
    """

    name = "acked-kept"
    claim = "every acknowledged record was in every later leader's log"
    watches = (*COPY_EVENTS, BecameLeader, Acked)

    def __init__(self, copies: Copies) -> None:
        super().__init__()
        self._copies = copies
        self._acked: dict[int, dict[int, tuple[bytes, int, Emitted]]] = {}
        self._newest: dict[int, tuple[int, str]] = {}  # partition -> (epoch, who leads it)

    def observe(self, emitted: Emitted) -> None:
        """Compare acknowledged records with the log of whoever leads."""
        self._copies.see(emitted)
        event = emitted.event
        if isinstance(event, BecameLeader):
            self._newest[event.partition] = max(self._newest.get(event.partition, (0, "")), (event.epoch, emitted.node))
            for offset, (digest, epoch, acked) in self._acked.get(event.partition, {}).items():
                if epoch < event.epoch:
                    self._compare(emitted, emitted.node, event.partition, offset, digest, acked)
        elif isinstance(event, Acked):
            self._acked.setdefault(event.partition, {})[event.offset] = event.digest, event.epoch, emitted
            newest, leader = self._newest.get(event.partition, (0, emitted.node))
            leader = leader if newest >= event.epoch else emitted.node
            self._compare(emitted, leader, event.partition, event.offset, event.digest, emitted)

    def _compare(self, now: Emitted, leader: str, partition: int, offset: int, digest: bytes, acked: Emitted) -> None:
        copy = self._copies.copy(leader, partition)
        entry = copy.at(offset)
        if offset < copy.start or (entry is not None and entry.digest == digest):
            return
        found = "has nothing there" if entry is None else f"has {entry.digest.hex()} there"
        said = f"partition {partition} offset {offset} was acknowledged by {when(acked)} as {digest.hex()}"
        self.contradict(now, f"{said}; {leader}, which leads later ({when(now)}), {found}")


class OneOrder(Invariant):
    """One record per offset below any high watermark, over all brokers, consumers and time; offsets without gaps."""

    name = "one-order"
    claim = "every committed offset held one record everywhere"
    watches = (*COPY_EVENTS, Handled)

    def __init__(self, copies: Copies) -> None:
        super().__init__()
        self._copies = copies
        self._read: dict[tuple[int, int], tuple[bytes, Emitted]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare what is committed, and what consumers were given, with what was committed before."""
        self._copies.see(emitted)
        event = emitted.event
        clash = self._copies.clash
        if clash is not None:
            self.contradict(clash.emitted, clash.sentence)
        if isinstance(event, Handled):
            entry = self._copies.committed.get(event.partition, {}).get(event.offset)
            self._read.setdefault((event.partition, event.offset), (event.digest, emitted))
            if entry is not None:
                self._compare(emitted, event.partition, event.offset, entry.digest)
        elif isinstance(event, HighWatermark):
            for partition, offset, entry in self._copies.fresh:
                self._compare(emitted, partition, offset, entry.digest)

    def _compare(self, now: Emitted, partition: int, offset: int, committed: bytes) -> None:
        read = self._read.get((partition, offset))
        if read is not None and read[0] != committed:
            said = f"{when(read[1])} was given {read[0].hex()} as partition {partition} offset {offset}"
            self.contradict(now, f"{said}, where {committed.hex()} is committed ({when(now)})")


class HwMonotone(Invariant):
    """The high watermark that consumers see never falls, and no replica drops what it took for committed."""

    name = "hw-monotone"
    claim = "no high watermark fell, and nothing below one was truncated"
    watches = (HighWatermark, Truncated, Recovered)

    def __init__(self) -> None:
        super().__init__()
        self._served: dict[int, list[tuple[int, int, Emitted]]] = {}  # partition -> (epoch, offset, when)
        self._own: dict[tuple[str, int], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with what was served in this epoch or an earlier one, and with the replica's own."""
        event = emitted.event
        if isinstance(event, Truncated):
            own = self._own.get((emitted.node, event.partition), 0)
            if event.to < own:
                said = f"{when(emitted)} truncates partition {event.partition} to {event.to}"
                self.contradict(emitted, f"{said}, below its high watermark {own}")
        elif isinstance(event, Recovered):
            own = self._own.get((emitted.node, event.partition), 0)
            self._own[emitted.node, event.partition] = min(own, event.end)
        elif isinstance(event, HighWatermark):
            key = emitted.node, event.partition
            self._own[key] = max(event.offset, self._own.get(key, 0))
            if event.served:
                self._serve(emitted, event)

    def _serve(self, emitted: Emitted, event: HighWatermark) -> None:
        """Keep the highest of each epoch; an old leader that does not know of its end may be behind the new one."""
        served = self._served.setdefault(event.partition, [])
        for epoch, offset, before in served:
            if epoch <= event.epoch and offset > event.offset:
                said = f"consumers of partition {event.partition} saw {offset} from {when(before)}"
                self.contradict(emitted, f"{said} and {event.offset} from {when(emitted)}")
        self._served[event.partition] = [
            *(one for one in served if one[0] != event.epoch), (event.epoch, event.offset, emitted)
        ]  # fmt: skip


class OneLeader(Invariant):
    """At most one leader of a partition per epoch, and only it appends in that epoch."""

    name = "one-leader"
    claim = "no epoch of a partition had two leaders"
    watches = (BecameLeader, Produced)

    def __init__(self) -> None:
        super().__init__()
        self._leaders: dict[tuple[int, int], Emitted] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with who led this epoch before."""
        event = emitted.event
        assert isinstance(event, (BecameLeader, Produced)), "these two are watched"
        place = event.partition, event.epoch
        first = self._leaders.get(place)
        if isinstance(event, BecameLeader):
            if first is not None:
                said = f"epoch {event.epoch} of partition {event.partition} has two leaders"
                self.contradict(emitted, f"{said}: {when(first)} and {when(emitted)}")
            self._leaders.setdefault(place, emitted)
        elif first is None or first.node != emitted.node:
            said = f"{when(emitted)} appends in epoch {event.epoch} of partition {event.partition}"
            self.contradict(emitted, f"{said}, which {'nobody' if first is None else when(first)} leads")


class NoDuplicate(Invariant):
    """What a producer session numbered once is committed once; behind a newer session's no older one's stands."""

    name = "no-duplicate"
    claim = "no numbered record was committed twice, nor behind one of a newer session"
    watches = COPY_EVENTS

    def __init__(self, copies: Copies) -> None:
        super().__init__()
        self._copies = copies
        self._places: dict[tuple[int, int, int, int], int] = {}
        self._epochs: dict[tuple[int, int], tuple[int, int]] = {}  # (partition, producer) -> (newest epoch, offset)

    def observe(self, emitted: Emitted) -> None:
        """Look at what has just become committed."""
        self._copies.see(emitted)
        if isinstance(emitted.event, HighWatermark):
            for partition, offset, entry in self._copies.fresh:
                if entry.producer:
                    self._place(emitted, partition, offset, (entry.producer, entry.producer_epoch, entry.sequence))

    def _place(self, emitted: Emitted, partition: int, offset: int, number: tuple[int, int, int]) -> None:
        producer, epoch, sequence = number
        first = self._places.setdefault((partition, *number), offset)
        who = f"sequence {sequence} of producer {producer} in its session {epoch}"
        if first != offset:
            self.contradict(emitted, f"{who} is at offsets {first} and {offset} of partition {partition}")
        newest, place = self._epochs.get((partition, producer), (0, 0))
        if epoch < newest:
            said = f"{who} is at offset {offset} of partition {partition}"
            self.contradict(emitted, f"{said}, behind a record of its session {newest} at {place}")
        else:
            self._epochs[partition, producer] = epoch, offset
