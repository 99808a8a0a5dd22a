"""Multivalued validated agreement of Cachin, Kursawe, Petzold and Shoup (2001): broadcast, commit to votes, permute.

Everybody broadcasts its value, then the vector of the broadcasts that it has delivered; with q vectors delivered the
coin orders all parties, and the candidates are tried in that order. As the vectors bind the votes before the first
share of the coin goes out, f + 1 shares may open it.
"""

from typing import TYPE_CHECKING

from models.bft.abba import Abba
from models.bft.draws import draw_order
from models.bft.events import Fetched
from models.bft.messages import Evidence, Toss, Vote
from models.bft.protocol import Protocol, takes
from models.bft.vcbc import ConsistentBroadcast

if TYPE_CHECKING:
    from models.bft.party import Party


class Ckps(Protocol):
    """One agreement at one party: 12n² messages in the good case, 11 rounds."""

    word = "ckps"

    def __init__(self, party: "Party", instance: str) -> None:
        super().__init__(party, instance)
        self.coin = party.parts.coin(self, "perm", self.quorums.honest_one, self._permuted)
        self.candidates = party.parts.candidates(self, self._known, self._is_proof, self.zero_counts, self._chosen)
        self._values: dict[str, Evidence] = {}
        self._vectors: dict[str, bytes] = {}
        self._committed = False
        self._decided = False

    def child(self, name: str) -> Protocol | None:
        """A value's broadcast (v-n1), a vector's (c-n1), or the agreement of an iteration (abba0)."""
        path, parts = f"{self.instance}/{name}", self.party.parts
        kind, _, sender = name.partition("-")
        if kind == "v" and sender in self.quorums:
            return parts.vcbc(self.party, path, sender, self.may_sign_value, self._value_delivered)
        if kind == "c" and sender in self.quorums:
            return parts.vcbc(self.party, path, sender, self._may_sign_vector, self._vector_delivered)
        turn = iteration_of(name)
        return parts.abba(self.party, path, self) if turn is not None and turn < len(self.candidates.order) else None

    def is_early(self, name: str) -> bool:
        """Agreements on candidates wait for the order: before, nobody can tell what a proof is about."""
        turn = iteration_of(name)
        return not self.candidates.order and turn is not None and turn < self.quorums.n

    def broadcast_of(self, kind: str, sender: str) -> ConsistentBroadcast:
        """The broadcast of a value (v) or vector (c)."""
        found = self.party.find(f"{self.instance}/{kind}-{sender}")
        assert isinstance(found, ConsistentBroadcast), "every party has both"
        return found

    def propose(self, value: bytes) -> None:
        """Begin with one's own value."""
        self.party.proposed(self.instance, value)
        self.broadcast_of("v", self.party.name).broadcast(value)

    def may_sign_value(self, sender: str, value: bytes) -> bool:  # noqa: ARG002
        """Valid values."""
        return self.party.is_valid(value)

    def _may_sign_vector(self, sender: str, vector: bytes) -> bool:  # noqa: ARG002
        ones = sum(1 for bit in vector if bit == 1)
        return len(vector) == self.quorums.n and max(vector) <= 1 and ones >= self.quorums.q

    def _value_delivered(self, sender: str, evidence: Evidence) -> None:
        self._values[sender] = evidence
        if len(self._values) >= self.quorums.q and not self._committed:
            self._committed = True
            vector = bytes(int(name in self._values) for name in self.quorums.members)
            self.broadcast_of("c", self.party.name).broadcast(vector)
            self._begin()
        self._finish()

    def _vector_delivered(self, sender: str, evidence: Evidence) -> None:
        assert evidence.value is not None, "broadcasts deliver values"
        self._vectors[sender] = evidence.value
        if len(self._vectors) >= self.quorums.q:
            self.coin.release(0)
        self._begin()
        self.candidates.look()

    @takes(Toss)
    def toss_arrived(self, source: str, message: Toss) -> None:
        """A share of the permutation."""
        if message.phase == "perm" and message.round == 0:
            self.coin.take(source, message)
        else:
            self.drop("coin", source)

    def _permuted(self, turn: int, number: int) -> None:  # noqa: ARG002 - there is one
        self.candidates.order = draw_order(self, "order", 0, self.quorums.members, number)
        self.party.wake(self.instance)
        self._begin()

    def _begin(self) -> None:
        """Vote only with q vectors delivered and the own one sent: it must not contradict a vote that was cast before.

        A party that voted as soon as the coin was known could say 0 on what its vector says 1 on afterwards; that vote
        would never count, and with f silent parties nobody would ever have q of them.
        """
        if self.may_vote() and self.candidates.order and self.candidates.round < 0:
            self.candidates.start()

    def may_vote(self) -> bool:
        """Whether it has committed itself, and enough others have."""
        return self._committed and len(self._vectors) >= self.quorums.q

    @takes(Vote)
    def vote_arrived(self, source: str, message: Vote) -> None:
        """A vote on a candidate."""
        self.candidates.take(source, message)

    def _known(self, candidate: str) -> Evidence | None:
        return self._values.get(candidate)

    def _is_proof(self, candidate: str, evidence: Evidence) -> bool:
        broadcast = self.broadcast_of("v", candidate)
        if not broadcast.is_proof(evidence):
            return False
        broadcast.learn(evidence)
        return True

    def zero_counts(self, source: str, candidate: str) -> bool:
        """A 0 counts only from whom the vector says so: votes were fixed before the order was."""
        vector = self._vectors.get(source)
        return vector is not None and vector[self.quorums.members.index(candidate)] == 0

    def proves(self, abba: Abba, evidence: Evidence) -> bool:
        """What the agreement on a candidate takes for a proof."""
        candidate = candidate_of(abba.instance, self.candidates.order)
        return candidate is not None and self._is_proof(candidate, evidence)

    def agreed(self, abba: Abba, value: int) -> None:
        """An iteration is over."""
        self.candidates.agreed(iteration_of(abba.instance.rpartition("/")[2]) or 0, value)

    def _chosen(self, candidate: str) -> None:
        if candidate not in self._values:
            self.party.emit(Fetched(self.instance, candidate))
            self.broadcast_of("v", candidate).request()
        self._finish()

    def _finish(self) -> None:
        chosen = self.candidates.result
        evidence = None if chosen is None else self._values.get(chosen)
        if evidence is not None and evidence.value is not None and not self._decided:
            self._decided = True
            self.party.decided(self.instance, evidence.value, chosen)


def iteration_of(name: str) -> int | None:
    """The number in the name of an iteration's agreement: 3 for abba3."""
    word, number = name[:4], name[4:]
    return int(number) if word == "abba" and number.isdecimal() and number == str(int(number)) else None


def candidate_of(instance: str, order: tuple[str, ...]) -> str | None:
    """Whom the agreement at this path is about; None as long as the order is not known."""
    turn = iteration_of(instance.rpartition("/")[2])
    return order[turn] if turn is not None and turn < len(order) else None
