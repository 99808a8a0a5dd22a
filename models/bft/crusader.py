"""Binding crusader agreement: one value comes out, or none, and which value is fixed with the first output.

Abraham, Ben-David and Yandamuri, "Efficient and Adaptively Secure Asynchronous Binary Agreement via Binding Crusader
Agreement" (PODC 2022). Honest ECHO2 are unique per party, so two values cannot both have a quorum of them.
"""

from typing import TYPE_CHECKING

from models.bft.messages import Conf, Echo1, Echo2, Echo3
from models.bft.rounds import Round, RoundMessage
from sim.agreement import CrusaderVoted

if TYPE_CHECKING:
    from models.bft.binary import Binary


class Bca(Round):
    """The crusader agreement of one round at one party."""

    def __init__(self, host: "Binary", turn: int) -> None:
        super().__init__(host, turn)
        parts = host.party.parts
        self._echo1 = parts.support()
        self._echo2 = parts.support()
        self._echo3 = parts.support()
        self._said2 = parts.tally()
        self._said3 = parts.tally()
        self._sent2: dict[int, None] = {}
        self._sent3 = False
        self.approved: list[int] = []

    def _estimate(self, value: int) -> Echo1:
        return Echo1(self.round, value)

    def _count(self, source: str, message: RoundMessage) -> bool:
        value = message.value if not isinstance(message, Conf) else 2
        if isinstance(message, Echo1) and value in (0, 1):
            return self._echo1.add(source, value)
        if isinstance(message, Echo2) and value in (0, 1):
            return self._said2.add(source, value) and self._echo2.add(source, value)
        if isinstance(message, Echo3) and value in (0, 1, None):
            return self._said3.add(source, value) and self._echo3.add(source, value)
        return False

    def _step(self) -> None:
        quorums = self._host.quorums
        for value in (0, 1):
            if self._echo1.of(value) >= quorums.honest_one:
                self.estimate(value)
            if self._echo1.of(value) >= quorums.q and value not in self.approved:
                self.approved.append(value)
        for value in self.approved:
            if self.may_echo2(value):
                self._send_echo2(value)
        self._vote()
        self._output()

    def may_echo2(self, value: int) -> bool:  # noqa: ARG002 - a mutant looks at the value
        """One ECHO2 in all, for the first approved value."""
        return not self._sent2

    def _send_echo2(self, value: int) -> None:
        if value not in self._sent2:
            self._sent2[value] = None
            self._host.multicast(Echo2(self.round, value))
            self.after_echo2()

    def after_echo2(self) -> None:
        """Nothing binds yet."""

    def _vote(self) -> None:
        """One ECHO3 in all."""
        if self._sent3:
            return
        strong = [value for value in self.approved if self._echo2.of(value) >= self._host.quorums.q]
        if strong or len(self.approved) == 2:
            self._sent3 = True
            value = strong[0] if strong else None
            self._host.party.emit(CrusaderVoted((self._host.instance, self.round), value))
            self._host.multicast(Echo3(self.round, value))

    def _output(self) -> None:
        q = self._host.quorums.q
        sure = [value for value in self.approved if self._echo3.of(value) >= q]
        if sure or (len(self.approved) == 2 and len(self._said3) >= q):
            self.finish(sure[0] if sure else None)
