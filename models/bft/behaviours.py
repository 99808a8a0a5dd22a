"""Lies that need to know the protocols: bad and double proposals, decisions out of nothing, early coins, amnesia."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, cast

import pydantic

from models.bft.messages import (
    AbbaDecide,
    Decide,
    Envelope,
    Evidence,
    Finish,
    Halt,
    Input,
    LeaderPreVote,
    LeaderVote,
    PbSend,
    PbShare,
    Propose,
    RbcSend,
    Recommend,
    Toss,
    VcbcFinal,
    ViewChange,
    Vote,
)
from models.bft.party import Party
from models.bft.promotion import Promotion, signed_of
from models.bft.two_faced import Accomplice, Denies, against
from sim import Message
from sim.adversary import Behaviour, Puppet, Said, innermost, parts, replace
from sim.agreement import Certificate, Share

Count = Annotated[int, pydantic.Field(strict=True, ge=1, le=1000)]


class BadValue(Behaviour):
    """Puts forward what is not externally valid; its own code does the rest."""

    verb: ClassVar[str] = "bad-value"

    def incoming(self, puppet: Puppet, source: str, message: Message) -> bool:
        """The input is another one than the environment gave."""
        told = innermost(message)
        if not isinstance(told, Input) or not isinstance(told.value, bytes):
            return True
        puppet.act(message, puppet.name)
        puppet.hear(source, replace(message, ("body", "value"), b"bad:" + told.value))
        return False


class Double(Behaviour):
    """Promotes two values, gathers what shares it can for the second, and shows either to half of its peers."""

    verb: ClassVar[str] = "double"

    def begin(self, puppet: Puppet) -> None:
        """Draw who is to believe the second value."""
        others = puppet.stream.shuffled(puppet.peers)
        puppet.sides = {name: place % 2 for place, name in enumerate(others)}
        puppet.memory = {}

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """Ask for shares of both; show the second certificate once there is one."""
        body = innermost(message)
        if not isinstance(message, Envelope):
            return ((to, message),)
        if isinstance(body, RbcSend) or (isinstance(body, PbSend) and body.stage == 1):
            puppet.act(message, to)
            second = replace(message, ("body", "value"), other_value(body.value))
            return ((to, message), (to, second)) if puppet.sides.get(to) else ((to, second), (to, message))
        if puppet.sides.get(to) and isinstance(body, (VcbcFinal, Propose, Recommend, Vote, Finish)):
            return ((to, self._second_story(puppet, message)),)
        return ((to, message),)

    def incoming(self, puppet: Puppet, source: str, message: Message) -> bool:
        """Shares of the second value are kept from the honest code, which would drop them."""
        body = innermost(message)
        promotion = _promotion(puppet, message)
        if not isinstance(body, PbShare) or promotion is None or promotion.value is None:
            return True
        value = other_value(promotion.value)
        tag = promotion.stage_tag(body.stage)
        if not puppet.node.signatures.valid(body.share, source, tag, signed_of(value)):
            return True
        found = cast("dict[str, dict[str, Share]]", puppet.memory).setdefault(promotion.instance, {})
        found[source] = body.share
        return False

    def _second_story(self, puppet: Puppet, message: Message) -> Message:
        for path, proof in (*parts(message, Evidence), *parts(message, VcbcFinal)):
            assert isinstance(proof, (Evidence, VcbcFinal)), "only these were asked for"
            if proof.value is None:
                continue
            second = self._certificate(puppet, proof.value)
            if second is not None:
                puppet.act(message, "")
                value = other_value(proof.value)
                message = replace(message, (*path, "value"), value)
                message = replace(message, (*path, "certificate"), second)
                if isinstance(proof, Evidence):
                    message = replace(message, (*path, "digest"), signed_of(value))
        return message

    def _certificate(self, puppet: Puppet, value: bytes) -> Certificate | None:
        party = cast("Party", puppet.node.actor)
        for path, shares in cast("dict[str, dict[str, Share]]", puppet.memory).items():
            promotion = _own_promotion(party, path)
            if promotion is None or promotion.value != value:
                continue
            other = other_value(value)
            own = puppet.signer.share(promotion.stage_tag(1), signed_of(other))
            listed = [*shares.values(), own]
            if len(shares) + 1 >= party.quorums.q:
                return party.crypto.combine(promotion.stage_tag(1), signed_of(other), listed, party.quorums.q)
        return None


def other_value(value: bytes) -> bytes:
    """A second value, as valid as the first."""
    return value + b"'"


def _promotion(puppet: Puppet, message: Message) -> Promotion | None:
    party = puppet.node.actor
    if not isinstance(message, Envelope) or not isinstance(party, Party):
        return None
    return _own_promotion(party, message.instance)


def _own_promotion(party: Party, path: str) -> Promotion | None:
    found = party.find(path)
    inner = getattr(found, "promotion", found)
    return inner if isinstance(inner, Promotion) else None


class FalseDecide(Behaviour):
    """Says that it has decided: 0 to some, 1 to others, with proofs that prove nothing."""

    verb: ClassVar[str] = "false-decide"

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """With its first message to anybody in an instance comes a decision."""
        if not isinstance(message, Envelope) or (to, message.instance) in puppet.seen:
            return ((to, message),)
        puppet.seen[to, message.instance] = None
        puppet.act(message, to)
        side = puppet.peers.index(to) % 2
        false = Certificate(puppet.stream.word() >> 1)
        bodies = (Decide(side), AbbaDecide(1, side, false), Halt(1, b"ok:false%d" % side, false, 2, ()))
        return ((to, message), *((to, Envelope(message.instance, body)) for body in bodies))


class EarlyCoin(Behaviour):
    """Gives away its shares of the coins of the next rounds with the first message of a round."""

    verb: ClassVar[str] = "early-coin"

    ahead: Count = 3

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """The coins of the protocol object that speaks."""
        party = puppet.node.actor
        if not isinstance(message, Envelope) or not isinstance(party, Party):
            return ((to, message),)
        owner = party.find(message.instance)
        coin = getattr(owner, "coin", None)
        turn = getattr(message.body, "round", None)
        if coin is None or not isinstance(turn, int) or isinstance(message.body, Toss):
            return ((to, message),)
        if (to, message.instance, turn) in puppet.seen:
            return ((to, message),)
        puppet.seen[to, message.instance, turn] = None
        puppet.act(message, to)
        tosses = [Toss(coin.phase, later, puppet.signer.coin_share(coin.tag(later))) for later in self._turns(turn)]
        return ((to, message), *((to, Envelope(message.instance, toss)) for toss in tosses))

    def _turns(self, turn: int) -> range:
        return range(turn, turn + self.ahead)


class HidesStage(Behaviour):
    """Shows one stage of its promotion in the first view to the nodes of `shown` only."""

    verb: ClassVar[str] = "hides-stage"

    stage: Count = 4
    shown: tuple[str, ...] = ()

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """Nothing of that stage for the others."""
        body = innermost(message)
        first = isinstance(message, Envelope) and message.instance.rpartition("/")[2].startswith("p1-")
        if not first or not isinstance(body, PbSend) or body.stage != self.stage or to in self.shown:
            return ((to, message),)
        puppet.act(message, to)
        return ()


class Stubborn(HidesStage):
    """Puts another value forward wherever a key binds it, and tells nobody of commits.

    In sMVBA it says to all but `shown` that it does not know the leader's value, and does not hear how they vote.
    """

    verb: ClassVar[str] = "stubborn"

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """Another value without a key; what it knows of the leader without the commit."""
        body = innermost(message)
        if isinstance(body, ViewChange) and body.commit is not None:
            puppet.act(message, to)
            return ((to, replace(message, ("body", "commit"), None)),)
        if isinstance(body, LeaderPreVote) and body.value is not None and to not in self.shown:
            puppet.act(message, to)
            return ((to, against(puppet, cast("Envelope", message))),)
        if isinstance(body, PbSend) and body.stage == 1 and body.key is not None and isinstance(message, Envelope):
            value = self._switch(puppet, message.instance, body.value)
            puppet.act(message, to)
            return ((to, Envelope(message.instance, PbSend(1, value))),)
        return super().outgoing(puppet, to, message)

    def incoming(self, puppet: Puppet, source: str, message: Message) -> bool:
        """Its own code hears of no commit and of no decision either, and goes on."""
        body = innermost(message)
        if isinstance(body, Halt) or (isinstance(body, LeaderVote) and source in self.shown):
            return False
        if not isinstance(body, ViewChange) or body.commit is None:
            return True
        puppet.hear(source, replace(message, ("body", "commit"), None))
        return False

    def _switch(self, puppet: Puppet, path: str, value: bytes) -> bytes:
        """Let its own code promote the other value, and sign that itself."""
        promotion = _own_promotion(cast("Party", puppet.node.actor), path)
        other = other_value(value)
        if promotion is not None and promotion.value == value:
            promotion.value = other
            share = puppet.signer.share(promotion.stage_tag(1), signed_of(other))
            puppet.hear(puppet.name, Envelope(path, PbShare(1, share)))
        return other


class Amnesia(Behaviour):
    """Restarts with an empty disk a while after it became corrupt: an honest party without its memory is none."""

    verb: ClassVar[str] = "amnesia"

    after_ms: Count = 5

    def begin(self, puppet: Puppet) -> None:
        """Crash, lose everything, come back."""
        world, name = puppet.world, puppet.name

        def forget() -> None:
            if puppet.node.up:
                puppet.act(Decide(0), name)
                world.crash(name, "wipe")
                world.start(name)

        world.at(world.now + self.after_ms * 1_000_000, forget)


BEHAVIOURS: Mapping[str, type[Behaviour]] = {
    one.verb: one
    for one in (BadValue, Double, FalseDecide, EarlyCoin, HidesStage, Stubborn, Amnesia, Denies, Accomplice)
}
