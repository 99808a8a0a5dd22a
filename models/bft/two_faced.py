"""Lies about what one knows: to vote against known candidates, and to vote both ways on a leader."""

from typing import ClassVar, cast

import pydantic

from models.bft.abba import Abba
from models.bft.messages import Envelope, LeaderPreVote, Toss, Vote
from models.bft.party import Party
from models.bft.smvba import NONE, Smvba
from sim import Message
from sim.adversary import Behaviour, Puppet, Said, innermost
from sim.agreement import Share, Tag


class Denies(Behaviour):
    """Votes 0 on every candidate, whatever it knows; with `inputs` its agreement begins with 0, too."""

    verb: ClassVar[str] = "denies"

    inputs: pydantic.StrictBool = True

    def outgoing(self, puppet: Puppet, to: str, message: Message) -> Said:
        """The vote without its proof."""
        body = innermost(message)
        if not isinstance(body, Vote) or body.evidence is None or not isinstance(message, Envelope):
            return ((to, message),)
        if self.inputs:
            self._begin_with_zero(puppet, message.instance, body.round)
        puppet.act(message, to)
        return ((to, Envelope(message.instance, Vote(body.round, body.candidate, None))),)

    def _begin_with_zero(self, puppet: Puppet, instance: str, turn: int) -> None:
        """Before its own vote reaches its own code, which would begin with 1."""
        party = puppet.node.actor
        found = party.find(f"{instance}/abba{turn}") if isinstance(party, Party) else None
        if isinstance(found, Abba) and (instance, turn) not in puppet.seen:
            puppet.seen[instance, turn] = None
            found.propose(0, None)


class _Oblivious(dict[Tag, bytes]):
    """What a party signed, if it remembers nothing."""

    def __contains__(self, tag: object) -> bool:
        return False


class Accomplice(Behaviour):
    """Signs whatever it is asked to sign, as often as it is asked; else it follows its code."""

    verb: ClassVar[str] = "accomplice"

    def begin(self, puppet: Puppet) -> None:
        """Its own code forgets what it has signed."""
        party = puppet.node.actor
        if isinstance(party, Party):
            party.crypto.signed = _Oblivious(party.crypto.signed)
            puppet.act(Toss("", 0, Share("", 0)), puppet.name)


def against(puppet: Puppet, message: Envelope) -> Message:
    """A pre-vote for the elected leader's value, turned into one that says that it is not known."""
    body = cast("LeaderPreVote", message.body)
    root = cast("Party", puppet.node.actor).find(message.instance)
    assert isinstance(root, Smvba), "only it has such votes"
    share = puppet.signer.share(root.tag("prevote", body.round), NONE)
    return Envelope(message.instance, LeaderPreVote(body.round, None, None, share))
