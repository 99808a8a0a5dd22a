"""No honest node signs two different statements for one instance and view, in all its incarnations together."""

from collections.abc import Hashable

from sim.checks.agreement.certificates import statement
from sim.checks.agreement.events import Signed
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import when
from sim.checks.values import typed
from sim.world.message import Emitted


class SignsOnce(Promise):
    """(node, instance, view) -> digest is a function; two signed statements that break it are evidence of equivocation.

    A node that restarts without its record of what it signed breaks it as well (Twins 2020, losing state).
    """

    name = "no-double-sign"
    watches = evidence = (Signed,)
    claim = "no honest node signed two statements for one view"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._firsts: dict[tuple[str, Hashable, Hashable], tuple[bytes, Emitted]] = {}

    def fold(self, emitted: Emitted) -> None:
        """One look-up per signature."""
        event = emitted.event
        assert isinstance(event, Signed), "this one is watched"
        key = (emitted.node, typed(event.instance), typed(event.view))
        digest, first = self._firsts.setdefault(key, (event.digest, emitted))
        if digest == event.digest:
            return
        earlier = first.event
        assert isinstance(earlier, Signed), "the map holds signatures"
        restarted = ", after a restart" if first.incarnation != emitted.incarnation else ""
        self.contradict(
            emitted.t_ns,
            f"{emitted.node} signed two statements: {statement(earlier)} at {_time(first)}, and {statement(event)} "
            f"at {_time(emitted)}{restarted}",
        )


def _time(emitted: Emitted) -> str:
    return when(emitted).partition(" at ")[2]
