"""VABA: validated agreement by elected leaders with four-stage promotions (Abraham, Malkhi and Spiegelman, PODC 2019).

Who sees stage 2 of a promotion holds a key, stage 3 a lock, stage 4 a commit. If the elected leader's promotion has a
commit anywhere, a quorum holds locks, and no other value passes external validity in any later view. HALT, the
transferable proof at the end, is this model's: the paper lets the parties help on.
"""

from typing import TYPE_CHECKING

from models.bft.events import Locked
from models.bft.messages import Done, Key, Skip, SkipShare, ViewChange
from models.bft.promotion import Promotion
from models.bft.protocol import takes
from models.bft.tally import Tally
from models.bft.views import Views
from sim.agreement import Certificate, Share

if TYPE_CHECKING:
    from models.bft.party import Party

KEY, LOCK, COMMIT, COMPLETE = 1, 2, 3, 4


class Vaba(Views):
    """One agreement at one party: 13n² messages and 13 rounds in the good case, and n² more for HALT."""

    word = "vaba"
    stages = COMPLETE
    final = COMMIT

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        self.lock = 0
        self.key: Key | None = None
        self._dones: dict[int, Tally[None]] = {}
        self._skip_shares: dict[int, Tally[Share]] = {}
        self._skips: dict[int, Certificate] = {}
        self._changes: dict[int, Tally[ViewChange]] = {}
        self._said: dict[tuple[str, int], None] = {}

    def accepts(self, promotion: Promotion, value: bytes, key: Key | None) -> bool:
        """External validity, and if one is locked: a key that is no older than the lock."""
        if not self.party.is_valid(value):
            return False
        return promotion.view == 1 or self.unlocks(value, key)

    def unlocks(self, value: bytes, key: Key | None) -> bool:
        """Whether the lock lets this value pass."""
        return self.lock == 0 or (key is not None and key.round >= self.lock and self._is_key(value, key))

    def _is_key(self, value: bytes, key: Key) -> bool:
        leader = self.leaders.get(key.round)
        return (
            key.value == value and leader is not None and self.certifies(key.certificate, key.round, leader, KEY, value)
        )

    def promoted(self, promotion: Promotion, value: bytes, certificate: Certificate) -> None:
        """One's own promotion is complete."""
        if promotion.view == self.view:
            self.multicast(Done(self.view, value, certificate))

    @takes(Done)
    def done_arrived(self, source: str, message: Done) -> None:
        """Somebody's promotion is complete."""
        view = message.round
        if not self.in_window(view, self.view) or not self.certifies(
            message.certificate, view, source, COMPLETE, message.value
        ):
            self.drop("done", source)
        elif self._dones.setdefault(view, self.party.parts.tally()).add(source, None):
            self.look()

    @takes(SkipShare)
    def skip_share_arrived(self, source: str, message: SkipShare) -> None:
        """Somebody has seen enough of them."""
        view = message.round
        if not self.in_window(view, self.view) or not self.crypto.valid(
            message.share, source, self.tag("skip", view), view
        ):
            self.drop("skip share", source)
        elif self._skip_shares.setdefault(view, self.party.parts.tally()).add(source, message.share):
            self.look()

    @takes(Skip)
    def skip_arrived(self, source: str, message: Skip) -> None:
        """A quorum has; every party passes that on, so that all give up this view."""
        view = message.round
        if not self.in_window(view, self.view) or not self.crypto.certified(
            message.certificate, self.tag("skip", view), view, self.quorums.q
        ):
            self.drop("skip", source)
        elif view not in self._skips:
            self._skips[view] = message.certificate
            self.look()

    @takes(ViewChange)
    def view_change_arrived(self, source: str, message: ViewChange) -> None:
        """What somebody knows of the leader; it waits until the leader is known."""
        view = message.round
        if view not in self.leaders and self.in_window(view, self.view):
            self.keep(source, message)
        elif view not in self.leaders or not self._holds(message):
            self.drop("view change", source)
        elif self._changes.setdefault(view, self.party.parts.tally()).add(source, message):
            self.look()

    def _holds(self, message: ViewChange) -> bool:
        """Every certificate that is there verifies; and what verifies is learned."""
        view, leader, value = message.round, self.leaders[message.round], message.value
        for stage, certificate in ((KEY, message.key), (LOCK, message.lock), (COMMIT, message.commit)):
            if certificate is None:
                continue
            if value is None or not self.certifies(certificate, view, leader, stage, value):
                return False
            self.record(view, leader, stage, value, certificate)
        return True

    def look(self) -> None:
        """The steps of a view, each once."""
        if self.halted or self.view == 0:
            return
        view, q = self.view, self.quorums.q
        if len(self._dones.get(view, ())) >= self.enough_finished():
            self._say_skip_share(view)
        shares = self._skip_shares.get(view, ())
        if view not in self._skips and len(shares) >= q:
            self._combine_skip(view, list(shares))
        if view in self._skips:
            self._pass_skip(view)
            if view in self.leaders:
                self._change(view)
        if len(self._changes.get(view, ())) >= q:
            self._end(view)

    def _once(self, what: str, view: int) -> bool:
        if (what, view) in self._said:
            return False
        self._said[what, view] = None
        return True

    def _say_skip_share(self, view: int) -> None:
        if self._once("share", view):
            share = self.crypto.sign(self.tag("skip", view), view)
            if share is not None:
                self.multicast(SkipShare(view, share))

    def _combine_skip(self, view: int, shares: list[Share]) -> None:
        if self._once("combine", view):
            certificate = self.crypto.combine(self.tag("skip", view), view, shares, self.quorums.q)
            if certificate is not None:
                self._once("skip", view)
                self.multicast(Skip(view, certificate))

    def _pass_skip(self, view: int) -> None:
        """On receipt, the own one's too: pass it on, give up the view, toss."""
        if self._once("skip", view):
            self.multicast(Skip(view, self._skips[view]))
        if self._once("toss", view):
            self.stop_and_toss()

    def _change(self, view: int) -> None:
        if not self._once("change", view):
            return
        known = self.of_leader(view)
        if COMMIT in known:
            self.fixed(view, known[COMMIT][0])
        value = next((value for value, _ in known.values()), None)
        certificates = {stage: known[stage][1] for stage in (KEY, LOCK, COMMIT) if stage in known}
        self.multicast(ViewChange(view, value, certificates.get(KEY), certificates.get(LOCK), certificates.get(COMMIT)))

    def _end(self, view: int) -> None:
        """A quorum has said what it knows: decide, or take lock and key into the next view."""
        changes = list(self._changes[view])
        for change in changes:
            if change.commit is not None and change.value is not None:
                self.decide(view, change.value, change.commit, COMMIT)
                return
        if any(change.lock is not None for change in changes):
            self.lock = view
            self.party.emit(Locked(self.instance, view))
        for change in changes:
            if change.key is not None and change.value is not None:
                self.key = Key(view, change.value, change.key)
        self.enter(view + 1, self.own if self.key is None else self.key.value, self.key)
