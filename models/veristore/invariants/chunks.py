"""The promise of the collector: no chunk goes while an object, an open upload or a pinned read names it."""

from models.veristore.client_events import ReadBegan, ReadEnded, ReadFailed
from models.veristore.invariants.told import Told
from models.veristore.object_events import (
    ChunkCollected,
    Extent,
    ObjectCommitted,
    ObjectDeleted,
    PartChanged,
    Ticked,
    UploadChanged,
)
from sim import Emitted, Event, show_ns
from sim.invariants import Invariant, when


class Reachable:
    """What one store's objects, open uploads and their parts name: the ids of uploads whose chunks must stay."""

    def __init__(self) -> None:
        self.time = 0
        self._objects: dict[tuple[str, str], tuple[Extent, ...]] = {}
        self._parts: dict[tuple[int, int], Extent] = {}
        self._open: dict[int, str] = {}

    def take(self, event: Event) -> None:
        """Follow what is committed, opened and closed."""
        if isinstance(event, Ticked):
            self.time = event.now
        elif isinstance(event, ObjectCommitted):
            self._objects[event.bucket, event.key] = event.extents
        elif isinstance(event, ObjectDeleted):
            self._objects.pop((event.bucket, event.key), None)
        elif isinstance(event, UploadChanged):
            if event.state == "open":
                self._open[event.upload] = event.kind
            else:
                self._open.pop(event.upload, None)
        elif isinstance(event, PartChanged):
            self._take_part(event)

    def who_names(self, upload: int) -> str:
        """What names the chunks of an upload, in words; empty if nothing does."""
        if upload in self._open:
            return f"the open upload {upload}"
        for (bucket, key), extents in self._objects.items():
            if any(extent.upload == upload for extent in extents):
                return f"the object {bucket}/{key}"
        for (parent, part), extent in self._parts.items():
            if extent.upload == upload and parent in self._open:
                return f"part {part} of the open upload {parent}"
        return ""

    def _take_part(self, event: PartChanged) -> None:
        if event.source is None:
            self._parts.pop((event.upload, event.part), None)
        else:
            self._parts[event.upload, event.part] = event.source


class ReachableKept(Invariant):
    """No chunk is collected that anything names, or that a read under way may still ask for."""

    name = "reachable-kept"
    claim = "no chunk went that anything named"
    watches = (
        ObjectCommitted, ObjectDeleted, UploadChanged, PartChanged, ChunkCollected, Ticked, ReadBegan, ReadEnded,
        ReadFailed,
    )  # fmt: skip

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told
        self._stores: dict[str, Reachable] = {}
        self._homes: dict[str, str] = {}  # bucket -> store
        self._reads: dict[tuple[str, int], Emitted] = {}  # (client, number) -> a read that is under way

    def observe(self, emitted: Emitted) -> None:
        """Follow the stores, and who reads."""
        event = emitted.event
        if isinstance(event, ReadBegan):
            self._reads[emitted.node, event.read] = emitted
        elif isinstance(event, ReadEnded | ReadFailed):
            self._reads.pop((emitted.node, event.read), None)
        else:
            self._follow(emitted, event)

    def _follow(self, emitted: Emitted, event: Event) -> None:
        if not self._told.is_new(emitted, getattr(event, "seq", 0)):
            return
        store = self._told.store(emitted)
        reachable = self._stores.setdefault(store, Reachable())
        if isinstance(event, ObjectCommitted):
            self._homes[event.bucket] = store
        if isinstance(event, ChunkCollected):
            self._judge(emitted, event, reachable, store)
        else:
            reachable.take(event)

    def _judge(self, now: Emitted, event: ChunkCollected, reachable: Reachable, store: str) -> None:
        said = f"{when(now)} deleted chunk {event.n} of upload {event.upload}"
        who = reachable.who_names(event.upload)
        if who:
            self.contradict(now, f"{said}, which {who} names")
        for reader in self._reads.values():
            read = reader.event
            assert isinstance(read, ReadBegan), "nothing else begins a read"
            named = any(extent.upload == event.upload for extent in read.extents)
            if named and self._homes.get(read.bucket) == store and reachable.time < read.until:
                self.contradict(now, f"{said}, which a read of {when(reader)} may use until {show_ns(read.until)}")
