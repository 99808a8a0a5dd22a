"""A promise of the honest nodes over emitted events: it holds until events of theirs contradict it."""

from collections.abc import Iterable

from sim.checks.agreement.words import honest_of, listed
from sim.checks.check import Check, RunRecord
from sim.checks.verdict import Verdict
from sim.world.message import Emitted, Event

OUTSIDE = "outside the fault model"
"""The note of a verdict on a run with more faulty identities than the protocol tolerates."""


class Promise(Check):
    """A check that keeps the first contradiction among the events of honest nodes.

    `byzantine` names every identity that a Byzantine fault touches at any time of the run: what such a node emits is
    never evidence. Where it is given, the check judges each event as it comes; where it is None the check keeps the
    events and judges them in `conclude`, by the names that the run's record gives. `f` is how many faulty identities
    the protocol tolerates; more of them, and the verdict says that it is outside the fault model.

    A subclass says in `claim` what held, in `evidence` without which kinds of event nothing was decided, and in `fold`
    and `finish` how it judges.
    """

    claim: str
    evidence: tuple[type[Event], ...]
    kind = "invariant"

    def __init__(self, *, byzantine: frozenset[str] | None = None, f: int | None = None) -> None:
        self._named = byzantine
        self._f = f
        self._kept: list[Emitted] = []
        self._found: tuple[str, int] | None = None
        self._doubt: str | None = None
        self._notes: tuple[str, ...] = ()
        self._seen = 0

    @property
    def violated(self) -> bool:
        """Whether a contradiction was seen that nothing can take back: the run may as well stop."""
        return self._found is not None

    @property
    def byzantine(self) -> frozenset[str]:
        """The identities that are out; known whenever `fold` or `finish` is called."""
        assert self._named is not None, "events are judged only once the honest set is known"
        return self._named

    def observe(self, emitted: Emitted) -> None:
        """Judge the event, or keep it until the honest set is known."""
        if self._named is None:
            self._kept.append(emitted)
        else:
            self._take(emitted)

    def _take(self, emitted: Emitted) -> None:
        if self._found is None and emitted.node not in self.byzantine:
            self._seen += isinstance(emitted.event, self.evidence)
            self.fold(emitted)

    def fold(self, emitted: Emitted) -> None:
        """Take in one event of an honest node."""

    def finish(self, record: RunRecord) -> None:
        """Judge what only the end of the run can show. Called only if nothing contradicted so far."""

    def contradict(self, at_ns: int, sentence: str) -> None:
        """The promise is broken at `at_ns`; the sentence names the events that show it. Only the first one counts."""
        if self._found is None:
            self._found = (sentence, at_ns)

    def doubt(self, sentence: str) -> None:
        """Something could not be decided, for the reason in `sentence`: the promise can no longer pass."""
        if self._doubt is None:
            self._doubt = sentence

    @property
    def undecided(self) -> bool:
        """Whether there is a doubt."""
        return self._doubt is not None

    def conclude(self, record: RunRecord) -> Verdict:
        """The first contradiction, or what was left undecided, or that the promise held."""
        named = record.byzantine
        if self._named is None:
            self._named = named
            kept, self._kept = self._kept, []
            for emitted in kept:
                self._take(emitted)
        elif not named <= self._named:
            late = listed(sorted(named - self._named))
            return Verdict(self.name, "unknown", f"judged as if {late} were honest, which the run made Byzantine")
        if self._found is None:
            self.finish(record)
        return self._verdict(record)

    def _verdict(self, record: RunRecord) -> Verdict:
        around, notes = self._about(record), self._notes
        if self._f is not None and len(self.byzantine) > self._f:
            around += f"; {OUTSIDE}: {len(self.byzantine)} faulty, f is {self._f}"
            notes = (*notes, OUTSIDE)
        if self._found is not None:
            sentence, at_ns = self._found
            return Verdict(self.name, "fail", sentence + around, self.kind, work=self._seen, at_ns=at_ns, notes=notes)
        reason = self._doubt
        if reason is None and not self._seen:
            kinds = " or ".join(kind.__name__ for kind in self.evidence)
            reason = f"no honest node emitted {kinds}" if self.byzantine else f"nobody emitted {kinds}"
        if reason is not None:
            return Verdict(self.name, "unknown", reason + around, self.kind, work=self._seen, notes=notes)
        return Verdict(self.name, "pass", self.claim + around, self.kind, work=self._seen, notes=notes)

    def _about(self, record: RunRecord) -> str:
        """The honest set, which is everybody where it is not printed."""
        if not self.byzantine:
            return ""
        return f" [honest: {honest_of(record.servers, self.byzantine)}; not: {listed(sorted(self.byzantine))}]"


def judge(check: Check, emitted: Iterable[Emitted], record: RunRecord) -> Verdict:
    """The verdict of a check that has seen nothing yet on a list of events, in the order in which they happened."""
    for one in emitted:
        if isinstance(one.event, check.watches):
            check.observe(one)
    return check.conclude(record)


def deadline_ns(record: RunRecord, since_ns: int, within_ns: int) -> int | None:
    """By when what is owed since `since_ns` must come: `within_ns` after all healed. None if the run ended before."""
    due = max(record.settle_ns, since_ns) + within_ns
    return due if due <= record.end_ns else None


def live(record: RunRecord, byzantine: frozenset[str]) -> list[str]:
    """The honest servers. All of them are up once the storm is over."""
    return [name for name in record.servers if name not in byzantine]
