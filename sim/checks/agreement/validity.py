"""Where decided values may come from: weak, strong and external validity (Cachin, Kursawe, Petzold, Shoup 2001)."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from sim.checks.agreement.events import Decided, Proposed, Value
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import honest_of, say, when
from sim.checks.check import RunRecord
from sim.checks.values import typed
from sim.world.message import Emitted


class WeakValidity(Promise):
    """What is decided was proposed before, by anybody, in that instance.

    A Byzantine node may propose what it likes and is no evidence, so where there is one, a decision that no honest
    node proposed leaves the verdict open.
    """

    name = "weak-validity"
    watches = (Proposed, Decided)
    evidence = (Decided,)
    claim = "every decided value had been proposed"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._proposed: dict[tuple[Hashable, Hashable], Emitted] = {}

    def fold(self, emitted: Emitted) -> None:
        """Note proposals; look up decisions."""
        event = emitted.event
        assert isinstance(event, (Proposed, Decided)), "these two are watched"
        key = (typed(event.instance), typed(event.value))
        if isinstance(event, Proposed):
            self._proposed.setdefault(key, emitted)
        elif key not in self._proposed:
            said = f"{when(emitted)} decided {say(event.value)} in instance {say(event.instance)}"
            if self.byzantine:
                self.doubt(f"{said}, which no honest node had proposed; a Byzantine one may have")
            else:
                self.contradict(emitted.t_ns, f"{said}, which nobody had proposed")


@dataclass(slots=True)
class _Instance:
    proposals: dict[Hashable, Emitted] = field(default_factory=dict)  # value -> who proposed it first
    decisions: dict[Hashable, Emitted] = field(default_factory=dict)


class StrongValidity(Promise):
    """If all honest nodes that propose in an instance propose one value, nothing else is decided there.

    A later proposal of another value ends the premise, so this is judged when the run is over.
    """

    name = "strong-validity"
    watches = (Proposed, Decided)
    evidence = (Decided,)
    claim = "where all proposed the same, that was decided"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._instances: dict[Hashable, _Instance] = {}

    def fold(self, emitted: Emitted) -> None:
        """Note the first proposal and the first decision of each value."""
        event = emitted.event
        assert isinstance(event, (Proposed, Decided)), "these two are watched"
        instance = self._instances.setdefault(typed(event.instance), _Instance())
        firsts = instance.proposals if isinstance(event, Proposed) else instance.decisions
        firsts.setdefault(typed(event.value), emitted)

    def finish(self, record: RunRecord) -> None:
        """Every instance with one proposed value; none such, and nothing was decided."""
        judged = 0
        for instance in self._instances.values():
            if len(instance.proposals) == 1 and instance.decisions:
                judged += 1
                self._compare(record, instance)
        if not judged:
            self.doubt("in no instance with a decision did all propose the same")

    def _compare(self, record: RunRecord, instance: _Instance) -> None:
        (key, proposal), *_ = instance.proposals.items()
        for value, decision in instance.decisions.items():
            if value == key:
                continue
            proposed, decided = proposal.event, decision.event
            assert isinstance(proposed, Proposed), "the map holds proposals"
            assert isinstance(decided, Decided), "the map holds decisions"
            who = honest_of(record.servers, self.byzantine)
            self.contradict(
                decision.t_ns,
                f"in instance {say(decided.instance)} nothing but {say(proposed.value)} was proposed among {who} "
                f"(first by {when(proposal)}), but {when(decision)} decided {say(decided.value)}",
            )


class ExternalValidity(Promise):
    """Every decided value satisfies `predicate`, which `meaning` says in words: ``a block of valid transactions``."""

    name = "external-validity"
    watches = evidence = (Decided,)

    def __init__(
        self,
        predicate: Callable[[Value], bool],
        meaning: str,
        *,
        byzantine: frozenset[str] | None = None,
        f: int | None = None,
    ) -> None:
        super().__init__(byzantine=byzantine, f=f)
        self._predicate = predicate
        self._meaning = meaning
        self.claim = f"every decided value was {meaning}"

    def fold(self, emitted: Emitted) -> None:
        """Ask the predicate."""
        event = emitted.event
        assert isinstance(event, Decided), "this one is watched"
        if not self._predicate(event.value):
            self.contradict(
                emitted.t_ns,
                f"{when(emitted)} decided {say(event.value)} in instance {say(event.instance)}, "
                f"which is not {self._meaning}",
            )
