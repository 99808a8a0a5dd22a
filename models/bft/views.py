"""Agreement by elected leaders: all promote a value, then the coin says whose promotion counts.

What VABA and sMVBA have in common: views with a promotion of every party, certificates recorded by view and sender, an
election after enough promotions are complete, and a transferable proof at the end. The order is the protocol: a party
gives up the promotions of a view *before* it gives its share of the coin, or somebody could still complete the
promotion of a leader that everybody knows.
"""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from models.bft.draws import draw_leader
from models.bft.events import Abandoned, Halted, ValueFixed, ViewEntered
from models.bft.messages import Halt, Key, Toss
from models.bft.promotion import Promotion, signed_of
from models.bft.protocol import Protocol, takes
from sim.agreement import Certificate, Tag

if TYPE_CHECKING:
    from models.bft.party import Party

Record = dict[int, tuple[bytes, Certificate]]
"""Stage -> the value and its certificate, of one sender in one view."""


class Views(Protocol):
    """The views of one agreement at one party. `stages` is how many a promotion has, `final` which one decides."""

    stages: ClassVar[int]
    final: ClassVar[int]

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        k = self.quorums.honest_one if party.settings.coin == "f+1" else self.quorums.honest_majority
        self.coin = party.parts.coin(self, "leader", k, self._elected)
        self.view = 0
        self.own = b""
        self.leaders: dict[int, str] = {}
        self.records: dict[tuple[int, str], Record] = {}
        self.abandoned = 0
        self.halted = False
        self._promotions: dict[tuple[int, str], Promotion] = {}

    def child(self, name: str) -> Protocol | None:
        """The promotion of a party in a view: p2-n3."""
        place = self._place(name)
        if place is None or not 1 <= place[0] <= self.view:
            return None
        if place not in self._promotions:
            view, sender = place
            made = self.party.parts.promotion(self.party, f"{self.instance}/{name}", self, sender, view, self.stages)
            if view <= self.abandoned:
                made.stop()
            self._promotions[place] = made
        return self._promotions[place]

    def is_early(self, name: str) -> bool:
        """Promotions of a later view wait: what may be signed there hangs on how this view ends."""
        place = self._place(name)
        return place is not None and self.view < place[0] and self.in_window(place[0], self.view)

    def _place(self, name: str) -> tuple[int, str] | None:
        view, _, sender = name[1:].partition("-")
        fits = name[:1] == "p" and view.isdecimal() and view == str(int(view)) and sender in self.quorums
        return (int(view), sender) if fits else None

    def stage_tag(self, view: int, sender: str, stage: int) -> Tag:
        """What the certificate of a stage of a promotion is about."""
        path = f"{self.instance}/p{view}-{sender}"
        return self.crypto.tag(Promotion.word, path, f"stage{stage}", view, sender)

    def certifies(self, certificate: Certificate | None, view: int, sender: str, stage: int, value: bytes) -> bool:
        """Whether it is the certificate of that stage for `value`."""
        return self.crypto.certified(certificate, self.stage_tag(view, sender, stage), signed_of(value), self.quorums.q)

    def propose(self, value: bytes) -> None:
        """Begin the first view with one's own value."""
        self.party.proposed(self.instance, value)
        self.own = value
        self.enter(1, value, None)

    def enter(self, view: int, value: bytes, key: Key | None) -> None:
        """Begin a view, with what waited for it."""
        self.view = view
        self.party.emit(ViewEntered(self.instance, view, signed_of(value)))
        promotion = self.party.find(f"{self.instance}/p{view}-{self.party.name}")
        assert isinstance(promotion, Promotion), "every party has one in every view that it has entered"
        promotion.promote(value, key)
        self.party.wake(self.instance)
        self.judge_kept()
        self.look()

    @abstractmethod
    def accepts(self, promotion: Promotion, value: bytes, key: Key | None) -> bool:
        """Whether stage 1 of a promotion may be signed."""

    @abstractmethod
    def promoted(self, promotion: Promotion, value: bytes, certificate: Certificate) -> None:
        """One's own promotion is complete."""

    def certificate_seen(self, promotion: Promotion, stage: int, value: bytes, certificate: Certificate) -> None:
        """Keep what a promotion shows."""
        self.record(promotion.view, promotion.sender, stage, value, certificate)

    def record(self, view: int, sender: str, stage: int, value: bytes, certificate: Certificate) -> None:
        """A verified certificate; there cannot be another of the same stage."""
        self.records.setdefault((view, sender), {}).setdefault(stage, (value, certificate))

    def of_leader(self, view: int) -> Record:
        """What is known of the elected leader's promotion."""
        return self.records.get((view, self.leaders[view]), {})

    def enough_finished(self) -> int:
        """How many complete promotions there must be before anybody may know the leader."""
        return self.quorums.q

    def abandon(self) -> None:
        """Give no share of this view's promotions any more."""
        if self.abandoned < self.view:
            self.abandoned = self.view
            self.party.emit(Abandoned(self.instance, self.view))
            for (view, _), promotion in self._promotions.items():
                if view <= self.view:
                    promotion.stop()

    def stop_and_toss(self) -> None:
        """First give up the promotions, then give the share of the coin."""
        self.abandon()
        self.coin.release(self.view)

    @takes(Toss)
    def toss_arrived(self, source: str, message: Toss) -> None:
        """A share of an election."""
        if message.phase == "leader" and message.round >= 1 and self.in_window(message.round, self.view):
            self.coin.take(source, message)
        else:
            self.drop("coin", source)

    def _elected(self, view: int, number: int) -> None:
        self.leaders[view] = draw_leader(self, view, number)
        self.judge_kept()
        self.look()

    @abstractmethod
    def look(self) -> None:
        """Do what has become possible in the present view."""

    def fixed(self, view: int, value: bytes) -> None:
        """Tell the checks that no other value can be decided from now on."""
        self.party.emit(ValueFixed(self.instance, view, signed_of(value)))

    def decide(self, view: int, value: bytes, certificate: Certificate, stage: int) -> None:
        """Once; tell all with a proof that they can pass on, and be done."""
        if not self.halted:
            self.finish(Halt(view, value, certificate, stage, self.coin.shares(view)))

    def finish(self, proof: Halt) -> None:
        """The decision that a proof shows."""
        self.halted = True
        self.party.decided(self.instance, proof.value, proof.round)
        self.multicast(proof)
        self.party.emit(Halted(self.instance))

    @takes(Halt)
    def halt_arrived(self, source: str, message: Halt) -> None:
        """A decision of somebody, if it is one of the leader that the coin elected."""
        if self.halted:
            return
        if self.is_final(message):
            self.finish(message)
        else:
            self.drop("halt", source)

    def leader_shown(self, message: Halt) -> str | None:
        """Whom the coin shares of a proof elect."""
        number = self.crypto.coin(self.coin.tag(message.round), message.coins, self.coin.k)
        return None if number is None else self.quorums.members[number % self.quorums.n]

    def is_final(self, message: Halt) -> bool:
        """Whether the proof holds, by the certificate of the deciding stage."""
        leader = self.leader_shown(message)
        return leader is not None and self.certifies(
            message.certificate, message.round, leader, self.final, message.value
        )
