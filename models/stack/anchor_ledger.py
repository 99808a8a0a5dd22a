"""The ledger that organisations share: one multivalued agreement after another, each on one certified root.

External validity: the certificate verifies for the organisation that is named, and the number is its next one in the
ledger as it was when that agreement began. So a value says which agreement it is for, and all honest parties judge it
alike, at whatever agreement they are themselves.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models import bft
from models.stack import anchors as a
from models.stack.anchor_events import LedgerEntry
from sim.agreement import Delivered

if TYPE_CHECKING:
    from models.stack.anchor import Anchor

Turns = Mapping[str, int]
"""Organisation -> the number of its last entry."""


class AnchorLedger(bft.Service):
    """The ledger of one party. `epoch` is the one that is being agreed on."""

    def __init__(self, party: "Anchor", organisations: Mapping[str, a.Organisation]) -> None:
        super().__init__(party)
        self._anchor = party
        self._organisations = organisations
        self._before: list[Turns] = [{}, {}]
        """The last numbers before each epoch that has begun, by epoch; there is no epoch 0."""
        self._proposed = 0
        self._offers: dict[tuple[str, int], a.Offer] = {}
        self._decisions: dict[int, bytes] = {}

    @property
    def epoch(self) -> int:
        """The one that is being agreed on."""
        return len(self._before) - 1

    def last(self, organisation: str) -> int:
        """The number of the last entry of an organisation."""
        return self._before[-1].get(organisation, 0)

    def root(self, name: str) -> bft.Protocol | None:
        """The agreement of an epoch that has begun."""
        return bft.make_root(self.party, name) if _number(name) in range(1, self.epoch + 1) else None

    def is_early(self, name: str) -> bool:
        """Epochs to come wait."""
        return self.epoch < _number(name) <= self.epoch + bft.WINDOW

    def is_too_far(self, name: str) -> bool:
        """Beyond the window: over reliable links it comes again."""
        return _number(name) > self.epoch + bft.WINDOW

    def offer(self, offer: a.Offer) -> None:
        """Keep what is certified and not in the ledger yet, and take part."""
        if offer.n > self.last(offer.organisation) and self.is_certified(offer):
            self._offers[offer.organisation, offer.n] = offer
            self._take_part()

    def heard(self, instance: str) -> None:
        """Somebody takes part in the present epoch."""
        if instance.partition("/")[0] == str(self.epoch):
            self._take_part()

    def _take_part(self) -> None:
        """Put the first fitting offer forward, or nothing if there is none; not while the journal says what was."""
        if self._proposed < self.epoch and not self._anchor.replaying:
            fitting = [one for one in self._offers.values() if one.n == self.last(one.organisation) + 1]
            self.put_forward(a.Entry(self.epoch, fitting[0] if fitting else None))

    def put_forward(self, entry: a.Entry) -> None:
        """Propose, once in an epoch: it is written down like what others say, or a restart would propose anew."""
        told = bft.Input(str(entry.epoch), a.encode(entry))
        self.party.journal.remember(self.party.name, told)
        self.input(told.instance, told.value)

    def input(self, instance: str, value: bytes | int) -> None:
        """What was put forward, now or before a restart."""
        if _number(instance) <= self._proposed:
            return
        self._proposed = _number(instance)
        root = self.party.find(instance)
        assert root is not None, "only epochs that have begun are proposed for"
        bft.propose(root, value)

    def decided(self, instance: str, value: bytes) -> None:
        """Enter what is decided, in order, and go on."""
        if _number(instance):
            self._decisions[_number(instance)] = value
        while self.epoch in self._decisions:
            epoch, turns = self.epoch, dict(self._before[-1])
            entry = a.decode_entry(self._decisions.pop(epoch))
            offer = None if entry is None else entry.offer
            if offer is not None:
                turns[offer.organisation] = offer.n
                self._offers.pop((offer.organisation, offer.n), None)
                self.party.emit(Delivered((offer.organisation, offer.n), epoch, offer.organisation))
                self.party.emit(LedgerEntry(epoch, offer.organisation, offer.n, offer.root))
            self._before.append(turns)
        self.party.wake("")
        if any(one.n > self.last(one.organisation) for one in self._offers.values()):
            self._take_part()

    def is_valid(self, value: bytes) -> bool:
        """See above. An entry of nobody is always valid: who has nothing must not hold up the others."""
        entry = a.decode_entry(value)
        if entry is None or not 1 <= entry.epoch <= self.epoch:
            return False
        offer = entry.offer
        if offer is None:
            return True
        is_next = offer.n == self._before[entry.epoch].get(offer.organisation, 0) + 1
        return is_next and self.is_certified(offer)

    def is_certified(self, offer: a.Offer) -> bool:
        """Whether a quorum of the group of the organisation that is named has signed this root under this number."""
        organisation = self._organisations.get(offer.organisation)
        if organisation is None:
            return False
        tag = a.root_tag(offer.organisation, offer.n)
        signers = {
            share.signer
            for share in offer.shares
            if share.signer in organisation.servers
            and self.party.signatures.valid(share, share.signer, tag, offer.root)
        }
        return len(signers) >= organisation.quorum


def _number(name: str) -> int:
    return int(name) if name.isdecimal() and name == str(int(name)) else 0
