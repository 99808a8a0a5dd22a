"""What single decisions promise: nobody decides differently, and nobody decides twice (Lynch, chapters 5 and 6)."""

from collections.abc import Hashable

from sim.checks.agreement.events import Decided
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import say, when
from sim.checks.values import typed
from sim.world.message import Emitted


class Agreement(Promise):
    """No two honest nodes, crashed ones included, decide differently in one instance: uniform agreement.

    A reliable broadcast is judged likewise, as an instance (number, sender) in which only the sender proposes.

    With `values` above 1 up to that many different values may be decided in one instance (Chaudhuri's k-set agreement).
    """

    name = "agreement"
    watches = evidence = (Decided,)
    claim = "no two nodes decided differently"

    def __init__(self, *, values: int = 1, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._values = values
        self._decided: dict[Hashable, dict[Hashable, Emitted]] = {}  # instance -> value -> who decided it first
        if values > 1:
            self.claim = f"no instance decided more than {values} values"

    def fold(self, emitted: Emitted) -> None:
        """One look-up per decision."""
        event = emitted.event
        assert isinstance(event, Decided), "this one is watched"
        firsts = self._decided.setdefault(typed(event.instance), {})
        firsts.setdefault(typed(event.value), emitted)
        if len(firsts) > self._values:
            said = ", ".join(_decision(first) for first in firsts.values())
            self.contradict(emitted.t_ns, f"in instance {say(event.instance)} {said}")


class Integrity(Promise):
    """An honest node decides once per instance, over all its incarnations.

    `volatile`: a decision does not survive a crash, so each incarnation may decide once.
    """

    name = "integrity"
    watches = evidence = (Decided,)
    claim = "no node decided twice in one instance"

    def __init__(
        self, *, volatile: bool = False, byzantine: frozenset[str] | None = None, f: int | None = None
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._volatile = volatile
        self._decided: dict[tuple[str, int, Hashable], Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per decision."""
        event = emitted.event
        assert isinstance(event, Decided), "this one is watched"
        life = emitted.incarnation if self._volatile else 0
        first = self._decided.setdefault((emitted.node, life, typed(event.instance)), emitted)
        if first is not emitted:
            said = f"{_decision(first)}, and {_decision(emitted)}"
            restarted = ", after a restart" if first.incarnation != emitted.incarnation else ""
            self.contradict(emitted.t_ns, f"in instance {say(event.instance)} {said}{restarted}")


def _decision(emitted: Emitted) -> str:
    event = emitted.event
    assert isinstance(event, Decided), "only decisions are kept"
    view = "" if event.view is None else f" (view {say(event.view)})"
    return f"{when(emitted)}{view} decided {say(event.value)}"
