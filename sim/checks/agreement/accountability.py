"""Accountability: two conflicting certificates convict more than f signers, and none of the honest."""

from collections.abc import Hashable
from dataclasses import dataclass

from sim.checks.agreement.certificates import statement
from sim.checks.agreement.events import Certified
from sim.checks.agreement.group import Group
from sim.checks.agreement.promise import Promise
from sim.checks.agreement.words import listed, when
from sim.checks.check import RunRecord
from sim.checks.values import typed
from sim.world.message import Emitted


@dataclass(frozen=True, slots=True)
class _Certificate:
    digest: bytes
    signers: tuple[str, ...]
    event: Certified
    emitted: Emitted


class Accountability(Promise):
    """From two valid certificates of one instance and view with different digests, whoever signed both is convicted.

    At least f + 1 must be, and no honest one. Where nothing conflicts the promise holds and nobody is accused. Final
    certificates of different views convict nobody by themselves, as an honest node may sign in both: the verdict is
    then unknown.
    """

    name = "accountability"
    watches = evidence = (Certified,)
    claim = "no two certificates conflict, and nobody is accused"

    def __init__(self, group: Group, *, byzantine: frozenset[str] | None = None) -> None:
        super().__init__(byzantine=byzantine, f=group.f)
        self._group = group
        self._seen_in: dict[tuple[Hashable, Hashable], dict[tuple[bytes, frozenset[str]], _Certificate]] = {}
        self._final: dict[Hashable, _Certificate] = {}
        self._across: tuple[_Certificate, _Certificate] | None = None
        self._convicted: dict[str, None] = {}

    def fold(self, emitted: Emitted) -> None:
        """Compare with the certificates of the same view, each set of signers once."""
        event = emitted.event
        assert isinstance(event, Certified), "this one is watched"
        signers = self._group.signers(event.signers)
        if len(signers) < self._group.quorum:
            return
        now = _Certificate(event.digest, tuple(signers), event, emitted)
        before = self._seen_in.setdefault((typed(event.instance), typed(event.view)), {})
        if before.setdefault((event.digest, frozenset(signers)), now) is now:
            for other in before.values():
                if other.digest != now.digest:
                    self._convict(other, now)
        if event.final:
            first = self._final.setdefault(typed(event.instance), now)
            if first.digest != now.digest and typed(first.event.view) != typed(event.view):
                self._across = self._across or (first, now)

    def _convict(self, first: _Certificate, second: _Certificate) -> None:
        both = [name for name in first.signers if name in second.signers]
        honest = [name for name in both if name not in self.byzantine]
        said = (
            f"certificates {statement(first.event)}, shown by {when(first.emitted)}, and {statement(second.event)}, "
            f"shown by {when(second.emitted)}, conflict"
        )
        if honest:
            are = "is" if len(honest) == 1 else "are"
            convicted = f"they convict {listed(both)}, of whom {listed(honest)} {are} honest"
            self.contradict(second.emitted.t_ns, f"{said}; {convicted}")
        elif len(both) <= self._group.f:
            self.contradict(
                second.emitted.t_ns, f"{said}; only {listed(both)} signed both, f + 1 is {self._group.f + 1}"
            )
        self._convicted.update(dict.fromkeys(both))

    def finish(self, record: RunRecord) -> None:  # noqa: ARG002 - the certificates are all that counts
        """Name the convicted; say what could not be decided."""
        if self._convicted:
            self.claim = f"conflicting certificates convict {listed(sorted(self._convicted))}, none of them honest"
        elif self._across is not None:
            first, second = self._across
            self.doubt(
                f"final certificates {statement(first.event)} and {statement(second.event)} conflict across views; "
                "whoever signed both need not have lied"
            )
