"""Binding: once an honest node has its output, only one value is still possible (Abraham et al. 2022)."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from sim.checks.agreement.events import CrusaderOutput, CrusaderVoted
from sim.checks.agreement.group import Group
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import say, when
from sim.checks.values import typed
from sim.world.message import Emitted


@dataclass(slots=True)
class _Instance:
    voters: dict[str, None] = field(default_factory=dict)
    value: Emitted | None = None  # the first vote or output of a value
    output: Emitted | None = None


class Binding(Promise):
    """When the first honest node of a crusader agreement has its output, at most one value can still be an output.

    A vote or output of an honest node for a value binds it: no other may be voted or output by the honest. If by then
    all votes of the honest were for no value, then those who have not voted and the Byzantine together must be fewer
    than a quorum.
    """

    name = "binding"
    watches = (CrusaderVoted, CrusaderOutput)
    evidence = (CrusaderOutput,)
    claim = "at every first output one value at most was possible"

    def __init__(self, group: Group, *, byzantine: frozenset[str] | None = None) -> None:
        super().__init__(byzantine=byzantine, f=group.f)
        self._group = group
        self._instances: dict[Hashable, _Instance] = {}

    def fold(self, emitted: Emitted) -> None:
        """Note votes; count what is left at the first output."""
        event = emitted.event
        assert isinstance(event, (CrusaderVoted, CrusaderOutput)), "these two are watched"
        instance = self._instances.setdefault(typed(event.instance), _Instance())
        if event.value is not None:
            self._bind(emitted, event, instance)
        if isinstance(event, CrusaderVoted):
            instance.voters[emitted.node] = None
        elif instance.output is None:
            instance.output = emitted
            if instance.value is None:
                self._count(emitted, event, instance)

    def _bind(self, emitted: Emitted, event: CrusaderVoted | CrusaderOutput, instance: _Instance) -> None:
        first = instance.value = instance.value or emitted
        bound = first.event
        assert isinstance(bound, (CrusaderVoted, CrusaderOutput)), "only these are kept"
        if typed(bound.value) != typed(event.value):
            self.contradict(
                emitted.t_ns,
                f"in instance {say(event.instance)} {when(first)} {_did(bound)} {say(bound.value)}, and "
                f"{when(emitted)} {_did(event)} {say(event.value)}",
            )

    def _count(self, emitted: Emitted, event: CrusaderOutput, instance: _Instance) -> None:
        waiting = [name for name in self._group.members if name not in self.byzantine and name not in instance.voters]
        corrupt = [name for name in self._group.members if name in self.byzantine]
        if len(waiting) + len(corrupt) >= self._group.quorum:
            self.contradict(
                emitted.t_ns,
                f"in instance {say(event.instance)} {when(emitted)} was the first to output, no value, when "
                f"{len(waiting)} honest nodes had not voted: with {len(corrupt)} Byzantine ones they could still make "
                f"a quorum of {self._group.quorum} for any value",
            )


def _did(event: CrusaderVoted | CrusaderOutput) -> str:
    return "voted" if isinstance(event, CrusaderVoted) else "output"
