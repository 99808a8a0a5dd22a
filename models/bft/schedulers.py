"""Schedulers that know the protocols: who reads every message can steer whatever is not bound."""

from collections.abc import Mapping
from typing import ClassVar

import pydantic

from models.bft.abba_splitter import AbbaSplitter
from models.bft.foreseen import ForeseenSplitter
from models.bft.messages import Envelope, Evidence, PreProcess, PreVote, Propose, Vote
from models.bft.splitter import CoinAwareSplitter
from sim import MS, Duration
from sim.adversary import Conductor, Flight, Order, innermost, parts


class OneCandidate(Order):
    """Lets one honest committee member be known, and holds every other proposal until the honest have decided.

    What a held member says in the iteration about itself is held, too (unless `own_votes: false`), for it knows its own
    proof. With the parameter `own_proof: on-receipt` a member learns its proof from what it tells itself, and that is
    held as well.
    """

    verb: ClassVar[str] = "one-candidate"
    reads: ClassVar[bool] = True

    own_votes: pydantic.StrictBool = True

    def begin(self, conductor: Conductor) -> None:
        """Messages to oneself pass this scheduler, too."""
        conductor.selves = True

    def delay(self, conductor: Conductor, flight: Flight) -> int | None:
        """The first honest proposer is let through; the others are held, and what they say about themselves."""
        message = conductor.read(flight)
        if not isinstance(message, Envelope):
            return flight.delay
        if isinstance(message.body, Propose) and flight.source in conductor.honest:
            known = conductor.seen.setdefault(("known", message.instance), len(conductor.seen))
            first = conductor.seen.setdefault(("proposer", flight.source, message.instance), len(conductor.seen))
            if first == known + 1:
                return flight.delay
            conductor.seen[flight.source, message.instance] = 1
            return None
        return None if self.own_votes and self._about_itself(conductor, flight, message) else flight.delay

    def _about_itself(self, conductor: Conductor, flight: Flight, message: Envelope) -> bool:
        """Whether a held member votes on itself, for others to hear."""
        if flight.source == flight.target or not conductor.seen.get(
            (flight.source, message.instance.partition("/")[0])
        ):
            return False
        order = self._order(conductor, message.instance.partition("/")[0])
        turn = message.instance.rpartition("/abba")[2] if "/abba" in message.instance else None
        if flight.kind == "Vote":
            turn = str(flight.round)
        return turn is not None and turn.isdecimal() and int(turn) < len(order) and order[int(turn)] == flight.source

    def _order(self, conductor: Conductor, instance: str) -> tuple[str, ...]:
        from models.bft.party import Party
        from models.bft.pmvba import Pmvba

        for name in conductor.honest:
            party = conductor.world.nodes[name].actor
            root = party.find(instance) if isinstance(party, Party) else None
            if isinstance(root, Pmvba) and root.candidates.order:
                return root.candidates.order
        return ()


class LeaderIsolating(Order):
    """As soon as the coin is known to the adversary, nothing that the elected leader says or hears arrives in time."""

    verb: ClassVar[str] = "leader-isolating"

    late: Duration = 200 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int | None:
        """By the coin of the newest election whose tag was released."""
        for name in self._leaders(conductor):
            if name in (flight.source, flight.target):
                return flight.delay + self.late
        return flight.delay

    def _leaders(self, conductor: Conductor) -> list[str]:
        coins = conductor.world.registry.coins
        names, found = conductor.scene.roster.servers, []
        for tag in coins.released():
            number = coins.adversary_coin(tag, (len(names) - 1) // 3 + 1) if tag.phase == "leader" else None
            if number is not None:
                found.append(names[number % len(names)])
        return found[-1:]


class LateProofs(Order):
    """Whatever carries the proof of a candidate is `late`: those who know it are heard after a quorum that does not."""

    verb: ClassVar[str] = "late-proofs"
    reads: ClassVar[bool] = True

    late: Duration = 20 * MS

    def delay(self, conductor: Conductor, flight: Flight) -> int:
        """Votes, and all that an agreement says for them."""
        shown = isinstance(innermost(conductor.read(flight)), (Vote, PreProcess, PreVote))
        return flight.delay + (self.late if shown and any(parts(flight.message, Evidence)) else 0)


SCHEDULERS: Mapping[str, type[Order]] = {
    one.verb: one
    for one in (OneCandidate, LateProofs, LeaderIsolating, CoinAwareSplitter, ForeseenSplitter, AbbaSplitter)
}
