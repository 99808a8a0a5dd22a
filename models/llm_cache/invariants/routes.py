"""Routes: by what is known of the present epoch, to engines that are there, a bounded number of times."""

from models.llm_cache.events import Folded, Left, Routed, RouterStarted
from models.llm_cache.events import Known as KnownEpoch
from models.llm_cache.invariants.known import Known
from models.llm_cache.settings import Settings
from sim import MS, Emitted, show_ns
from sim.invariants import Invariant, when

GRACE = 100 * MS


class EpochTrue(Invariant):
    """Nothing is routed or entered by an epoch that the router knows to be over, or has not heard of yet."""

    name = "epoch-true"
    claim = "no router went by an epoch that it knew to be over, or had not been told of"
    watches = (RouterStarted, KnownEpoch, Folded, Routed)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._epochs: dict[tuple[str, str], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with what was known."""
        event = emitted.event
        if isinstance(event, RouterStarted):
            self._epochs = {pair: epoch for pair, epoch in self._epochs.items() if pair[0] != emitted.node}
        elif isinstance(event, KnownEpoch):
            self._epochs[emitted.node, event.node] = event.epoch
        elif isinstance(event, Folded):
            self._compare(emitted, event.node, event.epoch, "entered what was told")
        elif isinstance(event, Routed):
            self._compare(emitted, event.node, event.epoch, "routed")
            if event.believed:
                self._compare(emitted, event.node, event.entry_epoch, "routed by an entry")

    def _compare(self, emitted: Emitted, node: str, epoch: int, what: str) -> None:
        known = self._epochs.get((emitted.node, node), 0)
        if epoch != known:
            said = f"{when(emitted)} {what} of epoch {epoch} of {node}, and knew of "
            self.contradict(emitted, said + (f"epoch {known}" if known else "none since it started"))


class AliveRoute(Invariant):
    """Nothing is routed to an engine that has been silent for long, or has said that it takes nothing more."""

    name = "alive-route"
    watches = (Routed,)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._limit = settings.dead_after + GRACE
        self.claim = f"nothing was routed to an engine silent for more than {show_ns(self._limit)}, or one that drains"

    def observe(self, emitted: Emitted) -> None:
        """As the router itself saw it."""
        event = emitted.event
        assert isinstance(event, Routed), "nothing else is watched"
        if event.silent_ns > self._limit:
            said = f"{event.request} was routed to {event.node}, silent for {show_ns(event.silent_ns)}"
            self.contradict(emitted, f"{said}: {when(emitted)}")
        if event.draining:
            self.contradict(emitted, f"{event.request} was routed to {event.node}, which drains: {when(emitted)}")


class AttemptsBound(Invariant):
    """A router makes at most `attempts_max` attempts for a request, one at a time."""

    name = "attempts-bound"
    watches = (RouterStarted, Routed, Left)

    def __init__(self, settings: Settings, known: Known) -> None:  # noqa: ARG002
        super().__init__()
        self._most = settings.attempts_max
        self.claim = f"no request had more than {self._most} attempts, or two at a time"
        self._made: dict[tuple[str, str], int] = {}
        self._open: dict[tuple[str, str], str] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count; a router that starts anew knows of none."""
        event, node = emitted.event, emitted.node
        if isinstance(event, RouterStarted):
            self._made = {pair: made for pair, made in self._made.items() if pair[0] != node}
            self._open = {pair: attempt for pair, attempt in self._open.items() if pair[0] != node}
        elif isinstance(event, Left):
            self._open.pop((node, event.request), None)
        elif isinstance(event, Routed):
            pair = (node, event.request)
            made = self._made[pair] = self._made.get(pair, 0) + 1
            if made > self._most:
                self.contradict(emitted, f"{event.request} had its attempt number {made}: {when(emitted)}")
            if pair in self._open:
                said = f"{event.attempt} began while {self._open[pair]} was open"
                self.contradict(emitted, f"{said}: {when(emitted)}")
            self._open[pair] = event.attempt
