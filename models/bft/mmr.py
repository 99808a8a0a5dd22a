"""The round of Mostefaoui, Moumen and Raynal (PODC 2014), as published, and with the CONF step that repairs it.

As published its coin is released while both values are still possible: a scheduler that sees the coin steers one party
to the other value, round after round (Tholoniat and Gramoli 2019). With CONF, which Cobalt and HoneyBadgerBFT added,
the values that a quorum supports are fixed before the coin is.
"""

from typing import TYPE_CHECKING

from models.bft.messages import Aux, Bval, Conf
from models.bft.rounds import Round, RoundMessage
from sim.agreement import CrusaderVoted

if TYPE_CHECKING:
    from models.bft.binary import Binary


class Mmr(Round):
    """One round at one party. `bin` are the values that enough support, in the order in which they came in."""

    def __init__(self, host: "Binary", turn: int) -> None:
        super().__init__(host, turn)
        parts = host.party.parts
        self._bvals = parts.support()
        self._aux = parts.tally()
        self._conf = parts.tally()
        self._sent_aux = False
        self._sent_conf = False
        self.bin: list[int] = []

    def _estimate(self, value: int) -> Bval:
        return Bval(self.round, value)

    def _count(self, source: str, message: RoundMessage) -> bool:
        if isinstance(message, Bval) and message.value in (0, 1):
            return self._bvals.add(source, message.value)
        if isinstance(message, Aux) and message.value in (0, 1):
            return self._aux.add(source, message.value)
        if isinstance(message, Conf) and message.values and set(message.values) <= {0, 1}:
            return self._conf.add(source, message.values)
        return False

    def _step(self) -> None:
        quorums = self._host.quorums
        for value in (0, 1):
            if self._bvals.of(value) >= quorums.honest_one:
                self.estimate(value)
            if self._bvals.of(value) >= quorums.honest_majority and value not in self.bin:
                self.bin.append(value)
        if self.bin and not self._sent_aux:
            self._sent_aux = True
            self._host.multicast(Aux(self.round, self.bin[0]))
        supported = [value for value in self._aux if value in self.bin]
        if len(supported) >= quorums.q:
            self.supported(tuple(value for value in (0, 1) if value in supported))

    def supported(self, values: tuple[int, ...]) -> None:
        """A quorum's Aux support these values: as published, that is the round's result."""
        self.finish(single(values))


class MmrConf(Mmr):
    """The round with the CONF step."""

    def supported(self, values: tuple[int, ...]) -> None:
        """Tell all what is supported, and take what a quorum says that is within one's own `bin`."""
        if not self._sent_conf:
            self._sent_conf = True
            told = self.told(values)
            voted = CrusaderVoted((self._host.instance, self.round), single(told))
            self._host.party.emit(voted)
            self._host.multicast(Conf(self.round, told))
        within = [said for said in self._conf if set(said) <= set(self.bin)]
        if len(within) >= self._host.quorums.q:
            self.finish(single(tuple(value for value in (0, 1) if any(value in said for said in within))))

    def told(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """The values that Aux messages support, and not all that came into `bin`."""
        return values


def single(values: tuple[int, ...]) -> int | None:
    """One value, or both, which is none."""
    return values[0] if len(values) == 1 else None
