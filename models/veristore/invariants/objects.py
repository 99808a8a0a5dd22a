"""Promises about single objects: what is read is one version, whole; of conditional writes one wins."""

from models.veristore.client_events import ObjectStored, ReadEnded, ReadFailed
from models.veristore.invariants.told import Told
from models.veristore.object_events import ObjectCommitted, ObjectDeleted, Ticked
from sim import Emitted, show_ns
from sim.invariants import Invariant, when

Name = tuple[str, str]
"""Bucket and key."""


class ObjectWhole(Invariant):
    """Every read is one committed version: its bytes have its ETag and its size, and they can be had while promised."""

    name = "object-whole"
    claim = "every read was one committed version, and whole"
    watches = (ObjectCommitted, ReadEnded, ReadFailed, ObjectStored, Ticked)

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told
        self._committed: dict[tuple[str, str, int], ObjectCommitted] = {}
        self._stores: dict[str, str] = {}  # bucket -> the store that it is in
        self._time: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep what was committed; compare what clients saw with it."""
        event = emitted.event
        if isinstance(event, Ticked):
            store = self._told.store(emitted)
            self._time[store] = max(event.now, self._time.get(store, 0))
        elif isinstance(event, ObjectCommitted):
            self._stores[event.bucket] = self._told.store(emitted)
            self._committed[event.bucket, event.key, event.version] = event
        elif isinstance(event, ReadEnded):
            self._compare(emitted, event, event.etag, event.size)
        elif isinstance(event, ObjectStored):
            self._compare(emitted, event, event.computed, None)
        elif isinstance(event, ReadFailed):
            self._excuse(emitted, event)

    def _compare(self, now: Emitted, event: ReadEnded | ObjectStored, etag: str, size: int | None) -> None:
        committed = self._committed.get((event.bucket, event.key, event.version))
        said = f"{when(now)}: version {event.version} of {event.bucket}/{event.key}"
        if committed is None:
            self.contradict(now, f"{said} was never committed")
        elif committed.etag != etag:
            self.contradict(now, f"{said} has the ETag {committed.etag}, its bytes have {etag}")
        elif size is not None and committed.size != size:
            self.contradict(now, f"{said} has {committed.size} bytes, {size} were read")

    def _excuse(self, now: Emitted, event: ReadFailed) -> None:
        """A chunk may be gone only after the time until which it was promised."""
        time = self._time.get(self._stores.get(event.bucket, ""), 0)
        if event.why != "NoSuchChunk" or time < event.until:
            self.contradict(
                now,
                f"{when(now)}: version {event.version} of {event.bucket}/{event.key} could not be read "
                f"({event.why}), promised until {show_ns(event.until)} of logical time, which is {show_ns(time)}",
            )


class OneWinner(Invariant):
    """A conditional write that committed had its condition true on the version directly before it."""

    name = "one-winner"
    claim = "every condition held on the version before"
    watches = (ObjectCommitted, ObjectDeleted)

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told
        self._last: dict[tuple[str, str, str], tuple[ObjectCommitted, Emitted] | None] = {}

    def observe(self, emitted: Emitted) -> None:
        """One look-up per commit."""
        event = emitted.event
        assert isinstance(event, ObjectCommitted | ObjectDeleted), "nothing else is watched"
        if not self._told.is_new(emitted, event.seq):
            return
        name = self._told.store(emitted), event.bucket, event.key
        former = self._last.get(name)
        self._last[name] = (event, emitted) if isinstance(event, ObjectCommitted) else None
        if isinstance(event, ObjectCommitted):
            self._judge(emitted, event, former)

    def _judge(self, now: Emitted, event: ObjectCommitted, former: tuple[ObjectCommitted, Emitted] | None) -> None:
        said = f"{when(now)} committed version {event.version} of {event.bucket}/{event.key}"
        if former is None:
            if event.if_match is not None:
                self.contradict(now, f"{said} if its ETag was {event.if_match}, but there was no object")
            return
        before, told = former
        if event.if_absent:
            self.contradict(now, f"{said} if there was none, but {when(told)} had committed version {before.version}")
        elif event.if_match is not None and event.if_match != before.etag:
            self.contradict(
                now,
                f"{said} if its ETag was {event.if_match}, but that of version {before.version} ({when(told)}) "
                f"was {before.etag}",
            )
