"""Where shards are, and who may be asked: one copy on a node, one release in a shard, maps that go forward and
cover.
"""

from models.rfid_moe.events import (
    Computing,
    Dispatched,
    Expired,
    MapChanged,
    MapTaken,
    NodeStarted,
    Returned,
    ShardState,
)
from models.rfid_moe.invariants.doubtful import Doubtful
from models.rfid_moe.ladder import HOST
from models.rfid_moe.moves import CLAIM
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import DRAINING, FULL, LOADING, READY, SHADOW, Copy
from sim import MS, SECOND, Emitted, RunRecord, Verdict
from sim.invariants import Invariant, when


class OneVersion(Invariant):
    """All parts of a shard are of its release; who computes has the release and the epoch that were asked for."""

    name = "one-version"
    claim = "no expert was put together from two releases, and none computed for another epoch or release"
    watches = (ShardState, Computing)

    def __init__(self, settings: Settings) -> None:  # noqa: ARG002 - events say all
        super().__init__()

    def observe(self, emitted: Emitted) -> None:
        """Compare."""
        event = emitted.event
        if isinstance(event, ShardState):
            if event.target == READY and any(part != event.release for part in event.parts):
                what = f"{event.kind} {event.layer}/{event.expert} of release {event.release}"
                self.contradict(emitted, f"{what} on {when(emitted)} has parts of releases {list(event.parts)}")
        elif isinstance(event, Computing):
            if event.asked_epoch != event.epoch:
                said = f"in epoch {event.epoch} for epoch {event.asked_epoch}"
                self.contradict(emitted, f"{when(emitted)} computed {said}")
            wrong = [(layer, expert) for layer, expert, _, asked, held in event.shards if asked != held]
            if wrong:
                self.contradict(emitted, f"{when(emitted)} computed {wrong} with another release than was asked for")


class CopiesApart(Invariant):
    """No node holds two placed copies of one expert, full or shadow. A staged one is there for a moment only."""

    name = "copies-apart"
    claim = "no node held two copies of one expert"
    watches = (NodeStarted, ShardState)

    def __init__(self, settings: Settings) -> None:  # noqa: ARG002 - events say all
        super().__init__()
        self._held: dict[str, dict[tuple[int, int], dict[int, str]]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Follow every node."""
        event = emitted.event
        if isinstance(event, NodeStarted):
            self._held[emitted.node] = {}
        elif isinstance(event, ShardState) and not event.staged:
            held = self._held.setdefault(emitted.node, {}).setdefault((event.layer, event.expert), {})
            if event.target in (LOADING, READY, DRAINING):
                held[event.row] = event.kind
            else:
                held.pop(event.row, None)
            if len(held) > 1:
                kinds = " and ".join(held.values())
                self.contradict(emitted, f"{when(emitted)} holds expert {event.layer}/{event.expert} twice: {kinds}")


class MapForward(Invariant):
    """A dispatcher's map never goes back, and it asks only whom its map has."""

    name = "map-forward"
    claim = "no dispatcher's map went back, and nobody was asked who was not in it"
    watches = (MapChanged, MapTaken, Dispatched)

    def __init__(self, settings: Settings) -> None:  # noqa: ARG002 - maps say all
        super().__init__()
        self._alive: dict[int, dict[tuple[str, int], None]] = {}
        self._copies: dict[int, dict[tuple[str, int, int, int, str, int], None]] = {}
        self._newest = 0
        self._taken: dict[tuple[str, int], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep maps."""
        event = emitted.event
        if isinstance(event, MapChanged):
            self._changed(emitted, event)
        elif isinstance(event, MapTaken):
            who = (emitted.node, emitted.incarnation)
            if event.version <= self._taken.get(who, 0):
                said = f"went from map {self._taken[who]} to {event.version}"
                self.contradict(emitted, f"{when(emitted)} {said}")
            self._taken[who] = event.version
        elif isinstance(event, Dispatched):
            self._asks(emitted, event)

    def _changed(self, emitted: Emitted, event: MapChanged) -> None:
        news = event.map
        if news.version != self._newest + 1:
            self.contradict(emitted, f"map {self._newest} is followed by {news.version} ({when(emitted)})")
        self._newest = news.version
        self._alive[news.version] = dict.fromkeys(news.alive)
        self._copies[news.version] = {
            (one.node, one.epoch, one.layer, one.expert, one.kind, one.release): None for one in news.copies
        }

    def _asks(self, emitted: Emitted, event: Dispatched) -> None:
        asked = (event.to, event.epoch)
        if event.map != self._taken.get((emitted.node, emitted.incarnation), 0):
            self.contradict(emitted, f"{when(emitted)} asks by map {event.map}, which is not its last one")
        elif asked not in self._alive.get(event.map, {}):
            self.contradict(emitted, f"{when(emitted)} asks {event.to} of epoch {event.epoch}, not in map {event.map}")
        elif event.rung != HOST:
            copies = self._copies[event.map]
            for pair in event.pairs:
                if (*asked, event.layer, pair.expert, pair.kind, pair.release) not in copies:
                    what = f"{pair.kind} {event.layer}/{pair.expert} of {event.to}"
                    self.contradict(emitted, f"{when(emitted)} asks for {what}, not in map {event.map}")


class Covered(Doubtful):
    """A copy is drained only after a map that gave it up and has another; no rung is waited for beyond its time.

    No map gives up the last copy of an expert that is READY on a node which lives by the same map. Shadows may go at
    any time, and claims of others take what they must.
    """

    name = "covered"
    claim = "every copy that was drained had another in the map, and no rung was waited for too long"
    watches = (MapChanged, ShardState, Dispatched, Returned, Expired)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._limit = 2 * settings.step_timeout + 20 * MS
        self._maps: dict[int, dict[tuple[int, int], dict[int, None]]] = {}
        self._copies: tuple[Copy, ...] = ()
        self._ready: dict[int, None] = {}
        self._given_up: dict[int, tuple[Emitted, str]] = {}
        self._open: dict[tuple[int, int], tuple[Emitted, str]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep maps, and parts that are out."""
        event = emitted.event
        if isinstance(event, MapChanged):
            rows: dict[tuple[int, int], dict[int, None]] = {}
            for copy in event.map.copies:
                if copy.kind == FULL:
                    rows.setdefault((copy.layer, copy.expert), {})[copy.row] = None
            self._left_bare(emitted, event, rows)
            self._maps[event.map.version] = rows
        elif isinstance(event, ShardState):
            if event.target == READY:
                self._ready[event.row] = None
            else:
                self._ready.pop(event.row, None)
            if event.why == CLAIM:
                self._given_up.pop(event.row, None)
            if event.target == DRAINING and event.kind != SHADOW and event.why != CLAIM:
                self._drained(emitted, event)
        elif isinstance(event, Dispatched):
            self._open[event.session, event.number] = (emitted, event.to)
        elif isinstance(event, (Returned, Expired)):
            sent, to = self._open.pop((event.session, event.number), (emitted, ""))
            if emitted.t_ns - sent.t_ns > self._limit:
                self.doubt(sent.t_ns, emitted, _waited(sent, to, emitted.t_ns - sent.t_ns))

    def _left_bare(self, emitted: Emitted, event: MapChanged, rows: dict[tuple[int, int], dict[int, None]]) -> None:
        """Copies of the last map that serve, whose expert has none in this one. A claim that took it is told later."""
        alive = dict.fromkeys(event.map.alive)
        for copy in self._copies:
            key = (copy.layer, copy.expert)
            if key not in rows and (copy.node, copy.epoch) in alive and copy.row in self._ready:
                what = f"map {event.map.version} ({when(emitted)}) gives up expert {copy.layer}/{copy.expert}"
                self._given_up[copy.row] = (emitted, f"{what}, whose last copy is ready on {copy.node}")
        self._copies = tuple(copy for copy in event.map.copies if copy.kind == FULL)

    def _drained(self, emitted: Emitted, event: ShardState) -> None:
        left = self._maps.get(event.map, {}).get((event.layer, event.expert), {})
        what = f"expert {event.layer}/{event.expert} is drained on {when(emitted)}"
        if event.row in left:
            self.contradict(emitted, f"{what} while map {event.map} still sends there")
        elif not left:
            self.contradict(emitted, f"{what}, and map {event.map}, which gave it up, has no other copy")

    def conclude(self, record: RunRecord) -> Verdict:
        """What was given up for no claim; and parts that never came back, unless their dispatcher was hit."""
        for emitted, sentence in self._given_up.values():
            if record.end_ns - emitted.t_ns > SECOND:
                self.contradict(emitted, sentence)
        for sent, to in self._open.values():
            if record.end_ns - sent.t_ns > self._limit:
                until = sent._replace(t_ns=sent.t_ns + self._limit)
                self.doubt(sent.t_ns, until, _waited(sent, to, record.end_ns - sent.t_ns))
        return super().conclude(record)


def _waited(sent: Emitted, to: str, ns: int) -> str:
    return f"{when(sent)} asked {to} and waited {ns // MS}ms"
