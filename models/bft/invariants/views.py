"""Promises of agreement by elected leaders: what is fixed stays, and who gives up a view signs no more in it."""

from models.bft.events import Abandoned, ValueFixed, ViewEntered
from models.bft.invariants.invariant import Invariant
from sim import Emitted
from sim.agreement import CoinReleased, Signed, say, when


class LockedValue(Invariant):
    """Once the certificate of an elected leader forbids other values, every later view begins with its value."""

    name = "locked-value"
    watches = (ValueFixed, ViewEntered)
    evidence = (ViewEntered,)
    claim = "every view began with the value that was fixed before it"

    def __init__(self, f: int) -> None:
        super().__init__(f=f)
        self._fixed: dict[str, Emitted] = {}
        self._entered: dict[str, list[Emitted]] = {}

    def fold(self, emitted: Emitted) -> None:
        """Compare in both orders: a certificate may come to light late."""
        event = emitted.event
        if isinstance(event, ViewEntered):
            self._entered.setdefault(event.instance, []).append(emitted)
            if event.instance in self._fixed:
                self._compare(self._fixed[event.instance], emitted)
        elif isinstance(event, ValueFixed):
            first = self._fixed.setdefault(event.instance, emitted)
            for entered in self._entered.get(event.instance, ()) if first is emitted else ():
                self._compare(emitted, entered)

    def _compare(self, fixed: Emitted, entered: Emitted) -> None:
        value, view = fixed.event, entered.event
        assert isinstance(value, ValueFixed), "one says what is fixed"
        assert isinstance(view, ViewEntered), "the other what is begun with"
        if view.round > value.round and view.digest != value.digest:
            self.contradict(
                max(fixed.t_ns, entered.t_ns),
                f"in instance {view.instance} {when(fixed)} saw {say(value.digest)} fixed in view {value.round}, and "
                f"{when(entered)} began view {view.round} with {say(view.digest)}",
            )


class AbandonedSilent(Invariant):
    """Who gives up a view signs no promotion of it, and gives it up before it gives its share of the coin."""

    name = "abandoned-silent"
    watches = (Abandoned, Signed, CoinReleased)
    evidence = (Abandoned,)
    claim = "nobody signed in a view that it had given up"

    def __init__(self, f: int) -> None:
        super().__init__(f=f)
        self._given_up: dict[tuple[str, str], int] = {}

    def fold(self, emitted: Emitted) -> None:
        """Remember the newest view that each party gave up; an incarnation that remembers says all of it again."""
        event = emitted.event
        life = f"{emitted.node} {emitted.incarnation}"
        if isinstance(event, Abandoned):
            self._given_up[life, event.instance] = event.round
        elif isinstance(event, Signed):
            self._signed(emitted, event, life)
        elif isinstance(event, CoinReleased):
            self._tossed(emitted, event, life)

    def _signed(self, emitted: Emitted, event: Signed, life: str) -> None:
        root = str(event.instance).partition("/")[0]
        view = event.view
        if not isinstance(view, tuple) or not isinstance(view[1], int) or not str(view[0]).startswith("stage"):
            return
        if view[1] <= self._given_up.get((life, root), 0):
            self.contradict(emitted.t_ns, f"{when(emitted)} signed {say(view)} of a view that it had given up")

    def _tossed(self, emitted: Emitted, event: CoinReleased, life: str) -> None:
        about = event.instance
        if not isinstance(about, tuple) or about[1] != "leader" or not isinstance(about[2], int):
            return
        if self._given_up.get((life, str(about[0])), 0) < about[2]:
            self.contradict(emitted.t_ns, f"{when(emitted)} tossed for view {about[2]} before it gave it up")
