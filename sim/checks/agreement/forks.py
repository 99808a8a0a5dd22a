"""Forks: two conflicting certificates that are both valid, at one height or in one view."""

from collections.abc import Hashable

from sim.checks.agreement.certificates import statement
from sim.checks.agreement.events import Certified
from sim.checks.agreement.group import Group
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import when
from sim.checks.values import typed
from sim.world.message import Emitted


class NoFork(Promise):
    """One digest per (instance, view) over all valid certificates, and one per instance over the final ones.

    A certificate without a quorum of distinct members proves nothing, and is no fork.
    """

    name = "no-fork"
    watches = evidence = (Certified,)
    claim = "no two valid certificates conflict"

    def __init__(self, group: Group, *, byzantine: frozenset[str] | None = None) -> None:
        super().__init__(byzantine=byzantine, f=group.f)
        self._group = group
        self._firsts: dict[tuple[Hashable, ...], Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """Two look-ups per certificate at most."""
        event = emitted.event
        assert isinstance(event, Certified), "this one is watched"
        if not self._group.is_valid(event.signers):
            return
        self._compare(emitted, event, (typed(event.instance), typed(event.view)))
        if event.final:
            self._compare(emitted, event, (typed(event.instance),))

    def _compare(self, emitted: Emitted, event: Certified, key: tuple[Hashable, ...]) -> None:
        first = self._firsts.setdefault(key, emitted)
        earlier = first.event
        assert isinstance(earlier, Certified), "the map holds certificates"
        if earlier.digest != event.digest:
            self.contradict(
                emitted.t_ns,
                f"two valid certificates conflict: {statement(earlier)}, shown by {when(first)}, and "
                f"{statement(event)}, shown by {when(emitted)}",
            )
