"""Promises about how much and how long: kept messages are bounded, and rounds run out of bad luck."""

from models.bft.events import Buffered, RoundEntered, ViewEntered, VoteSent
from models.bft.invariants.invariant import Invariant
from models.bft.protocol import KEPT_MAX, WINDOW
from models.bft.quorums import Quorums
from sim import Emitted
from sim.agreement import when

KINDS = 8
"""How many types of messages one round has at most."""
ROUNDS_MAX = 48
"""A round of binary agreement makes estimates equal with chance 1/2 and then decides with chance 1/2: 49 / 2**48."""
VOTE_ROUNDS_MAX = 96
"""Validated agreement decides with chance 1/2 in any two rounds: 2**-47."""
VIEWS_MAX = 26
"""A view elects one of the n - f whose promotion is complete with chance 2/3: 3**-26 is less than 2**-41."""


class Bounded(Invariant):
    """What waits for later rounds is bounded, whatever liars send."""

    name = "bounded"
    watches = evidence = (Buffered,)
    claim = "no instance kept more messages than its window allows"

    def __init__(self, quorums: Quorums) -> None:
        super().__init__(f=quorums.f)
        self._most = max(WINDOW * KINDS * quorums.n, KEPT_MAX)

    def fold(self, emitted: Emitted) -> None:
        """Compare."""
        event = emitted.event
        assert isinstance(event, Buffered), "this one is watched"
        if event.size > self._most:
            self.contradict(
                emitted.t_ns,
                f"{when(emitted)} keeps {event.size} messages of {event.instance}; {self._most} are enough",
            )


class RoundBudget(Invariant):
    """No agreement takes more rounds or views than bad luck explains: beyond, somebody steers it.

    The bounds make the chance of an alarm without a cause less than 2**-40 for each agreement.
    """

    name = "termination-in-rounds"
    kind = "liveness"
    watches = evidence = (RoundEntered, VoteSent, ViewEntered)
    claim = "no agreement took more rounds than bad luck explains"

    def fold(self, emitted: Emitted) -> None:
        """Compare with the bound of its kind."""
        event = emitted.event
        assert isinstance(event, (RoundEntered, VoteSent, ViewEntered)), "these are watched"
        bounds = {RoundEntered: ROUNDS_MAX, VoteSent: VOTE_ROUNDS_MAX, ViewEntered: VIEWS_MAX}
        most = bounds[type(event)]
        if event.round > most:
            self.contradict(
                emitted.t_ns,
                f"{when(emitted)} is in round {event.round} of {event.instance}; that it takes more than {most} by bad "
                "luck has a chance below 2**-40",
            )
