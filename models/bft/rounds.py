"""One round of binary agreement at one party: what binding crusader agreement and MMR14 have in common.

Messages are counted however early they come; nothing is said before the round is entered; and one value, or none, comes
out once. How votes are counted, and what follows from them, is each protocol's own.
"""

from abc import abstractmethod
from typing import TYPE_CHECKING

from models.bft.messages import Aux, Bval, Conf, Echo1, Echo2, Echo3
from sim.agreement import CrusaderOutput

if TYPE_CHECKING:
    from models.bft.binary import Binary

RoundMessage = Bval | Aux | Conf | Echo1 | Echo2 | Echo3


class Round:
    """Round `round` of `host`. `kept` is how many messages counted."""

    def __init__(self, host: "Binary", turn: int) -> None:
        self._host = host
        self.round = turn
        self.kept = 0
        self._estimates: dict[int, None] = {}
        self._entered = False
        self._done = False

    def enter(self, estimate: int) -> None:
        """Begin with an estimate, and with all that came before."""
        self._entered = True
        self.estimate(estimate)
        self._step()

    def on(self, source: str, message: RoundMessage) -> None:
        """Count by names; then see what has become possible."""
        if not self._count(source, message):
            self._host.drop("vote", source)
            return
        self.kept += 1
        if self._entered:
            self._step()

    def estimate(self, value: int) -> None:
        """Tell all that one supports a value, once for each."""
        if value not in self._estimates:
            self._estimates[value] = None
            self._host.multicast(self._estimate(value))

    @abstractmethod
    def _estimate(self, value: int) -> Bval | Echo1:
        """How the protocol says so."""

    @abstractmethod
    def _count(self, source: str, message: RoundMessage) -> bool:
        """Take a message in; whether it is the first of its kind."""

    @abstractmethod
    def _step(self) -> None:
        """Do all that has become possible."""

    def finish(self, value: int | None) -> None:
        """A value came out, or none."""
        if not self._done:
            self._done = True
            self._host.party.emit(CrusaderOutput((self._host.instance, self.round), value))
            self._host.output(self.round, value)
