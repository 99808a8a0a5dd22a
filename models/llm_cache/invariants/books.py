"""Hints: a router's entries and book of an engine are what that engine told, at every serial, also after a restart."""

from collections.abc import Iterable, Mapping

from models.llm_cache.events import (
    EngineStarted,
    Filled,
    Folded,
    Freed,
    IndexRecovered,
    RouterStarted,
    Synced,
    Told,
    Written,
)  # fmt: skip
from models.llm_cache.invariants.known import Known
from models.llm_cache.log import FIRST
from models.llm_cache.settings import Settings
from sim import SECOND, Emitted, RunRecord, Verdict
from sim.invariants import Invariant, when

SETTLED = 2 * SECOND
_NOTHING: Mapping[int, int] = {}


class BookTrue(Invariant):
    """What a router's book says that an engine's entries take is what that engine has told, each key once."""

    name = "book-true"
    claim = "every router's book of every engine was what the engine had told"
    watches = (Told, Folded)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._told: dict[tuple[str, int], dict[int, int]] = {}

    def observe(self, emitted: Emitted) -> None:
        """By serial."""
        event = emitted.event
        if isinstance(event, Told):
            self._told.setdefault((emitted.node, event.epoch), {})[event.serial] = event.held
        elif isinstance(event, Folded):
            held = self._told.get((event.node, event.epoch), _NOTHING).get(event.serial, 0)
            if event.used != held:
                said = f"{when(emitted)} has {event.used} blocks of {event.node} in its book, which told of {held}"
                self.contradict(emitted, f"{said} up to serial {event.serial} of epoch {event.epoch}")


class IndexConverges(Invariant):
    """At every serial a router's entries are the keys that the engine told, and those are what it held."""

    name = "index-converges"
    claim = "every router's entries were the keys that their engines held, at every serial"
    watches = (EngineStarted, Filled, Freed, Told, RouterStarted, Folded)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._feed = settings.feed == "on"
        self._keys: dict[str, dict[int, int]] = {}
        self._copies: dict[str, dict[int, int]] = {}
        self._marks: dict[str, int] = {}
        self._told: dict[tuple[str, int, int], tuple[int, int]] = {}
        self._last: dict[str, tuple[int, int, int]] = {}
        self._routers: dict[str, int] = {}
        self._folded: dict[tuple[str, str], tuple[int, int]] = {}

    def observe(self, emitted: Emitted) -> None:
        """What is held, what is told, what is believed."""
        event, node = emitted.event, emitted.node
        if isinstance(event, Folded):
            self._fold(emitted, event)
        elif isinstance(event, EngineStarted):
            self._keys[node], self._copies[node], self._marks[node] = {}, {}, 0
            self._last[node] = (event.epoch, 0, emitted.t_ns)
        elif isinstance(event, Filled):
            self._keys[node].update(zip(event.blocks, event.keys, strict=True))
            self._count(node, event.keys, 1)
        elif isinstance(event, Freed):
            keys = self._keys[node]
            self._count(node, [keys.pop(block) for block in event.blocks if block in keys], -1)
        elif isinstance(event, Told):
            self._tell(emitted, event)
        elif isinstance(event, RouterStarted):
            self._routers[node] = emitted.t_ns
            self._folded = {pair: last for pair, last in self._folded.items() if pair[0] != node}

    def conclude(self, record: RunRecord) -> Verdict:
        """Once all has healed and nothing new was told for a while, nothing is missing."""
        if self._feed and record.settle_ns + SETTLED < record.end_ns:
            for router, since in self._routers.items():
                for engine, (epoch, serial, told_ns) in self._last.items():
                    both_up = router not in record.down and engine not in record.down
                    if both_up and max(since, told_ns, record.settle_ns) + SETTLED < record.end_ns:
                        self._compare(record, router, engine, epoch, serial)
        return super().conclude(record)

    def _compare(self, record: RunRecord, router: str, engine: str, epoch: int, serial: int) -> None:
        believed = self._folded.get((router, engine), (epoch, 0))
        if believed != (epoch, serial) and self._found is None:
            said = f"{router} ends at serial {believed[1]} of epoch {believed[0]} of {engine}"
            detail = f"{said}, which told serial {serial} of epoch {epoch}"
            self._found = Verdict(self.name, "fail", detail, "liveness", at_ns=record.end_ns)

    def _count(self, node: str, keys: Iterable[int], by: int) -> None:
        copies, mark = self._copies[node], self._marks[node]
        for key in keys:
            before = copies.get(key, 0)
            if before + by:
                copies[key] = before + by
            else:
                del copies[key]
            if not before or not before + by:
                mark ^= key
        self._marks[node] = mark

    def _tell(self, emitted: Emitted, event: Told) -> None:
        node = emitted.node
        if (event.held, event.mark) != (len(self._copies[node]), self._marks[node]):
            said = f"{when(emitted)} has told of {event.held} keys up to serial {event.serial}"
            self.contradict(emitted, f"{said}, and holds {len(self._copies[node])}, or others")
        self._told[node, event.epoch, event.serial] = (event.held, event.mark)
        self._last[node] = (event.epoch, event.serial, emitted.t_ns)

    def _fold(self, emitted: Emitted, event: Folded) -> None:
        told = self._told.get((event.node, event.epoch, event.serial), (0, 0))
        if (event.entries, event.mark) != told:
            said = f"{when(emitted)} has {event.entries} entries of {event.node} ({event.how}), which told of {told[0]}"
            self.contradict(emitted, f"{said}, or of others, up to serial {event.serial} of epoch {event.epoch}")
        self._folded[emitted.node, event.node] = (event.epoch, event.serial)


class LogTrue(Invariant):
    """What a router reads from its index log is a beginning of what it wrote, and at least what was durable."""

    name = "log-true"
    claim = "every index log that was read was a beginning of what was written, with all that was durable"
    watches = (Written, Synced, IndexRecovered)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._digests: dict[str, list[bytes]] = {}
        self._synced: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Record by record."""
        event, node = emitted.event, emitted.node
        digests = self._digests.setdefault(node, [])
        if isinstance(event, Written):
            digests += event.digests
        elif isinstance(event, Synced):
            self._synced[node] = event.records
        elif isinstance(event, IndexRecovered):
            synced, count = self._synced.get(node, 0), event.records
            if count < synced:
                self.contradict(emitted, f"{when(emitted)} read {count} records, {synced} were durable")
            elif count > len(digests) or event.digest != (digests[count - 1] if count else FIRST):
                self.contradict(emitted, f"{when(emitted)} read {count} records that are not those it wrote")
            del digests[count:]
