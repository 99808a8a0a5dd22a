"""Common coins: unknown before enough honest nodes released their share, and the same for all (Rabin 1983)."""

from collections.abc import Callable, Hashable

from sim.checks.agreement.events import CoinRevealed, CoinShare, Value
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import listed, say, when
from sim.checks.values import typed
from sim.world.message import Emitted


class CoinSecrecy(Promise):
    """A coin of threshold k is known to anybody only when k - b honest nodes have released their share of it.

    b is the number of Byzantine identities of the run, all of which may have given theirs to anybody. `threshold` may
    be a function of the coin's `instance`, where coins of one run differ in it.
    """

    name = "coin-secrecy"
    watches = (CoinShare, CoinRevealed)
    evidence = (CoinRevealed,)
    claim = "no coin was known before its threshold of shares"

    def __init__(
        self,
        threshold: int | Callable[[Value], int],
        *,
        byzantine: frozenset[str] | None = None,
        f: int | None = None,
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._threshold = threshold
        self._shares: dict[Hashable, dict[str, None]] = {}

    def fold(self, emitted: Emitted) -> None:
        """Collect who released; count at each revelation."""
        event = emitted.event
        assert isinstance(event, (CoinShare, CoinRevealed)), "these two are watched"
        shares = self._shares.setdefault(typed(event.instance), {})
        if isinstance(event, CoinShare):
            shares[emitted.node] = None
            return
        threshold = self._threshold if isinstance(self._threshold, int) else self._threshold(event.instance)
        if len(shares) + len(self.byzantine) < threshold:
            self.contradict(
                emitted.t_ns,
                f"{when(emitted)} knew the coin {say(event.instance)} when {len(shares)} honest nodes "
                f"({listed(shares)}) had released their share; with {len(self.byzantine)} Byzantine ones that is less "
                f"than the threshold of {threshold}",
            )


class SameCoin(Promise):
    """All honest nodes see one value of a coin."""

    name = "same-coin"
    watches = evidence = (CoinRevealed,)
    claim = "no coin showed two values"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._firsts: dict[Hashable, Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per revelation."""
        event = emitted.event
        assert isinstance(event, CoinRevealed), "this one is watched"
        first = self._firsts.setdefault(typed(event.instance), emitted)
        earlier = first.event
        assert isinstance(earlier, CoinRevealed), "the map holds revelations"
        if typed(earlier.value) != typed(event.value):
            self.contradict(
                emitted.t_ns,
                f"the coin {say(event.instance)} was {say(earlier.value)} for {when(first)} and {say(event.value)} "
                f"for {when(emitted)}",
            )
