"""What is said in multivalued agreement: CKPS01, VABA, sMVBA, Prioritized-MVBA."""

from models.bft.words_broadcast import Evidence
from sim import Message
from sim.agreement import Certificate, Share


class Vote(Message):
    """Whether the voter knows the proof of the candidate of iteration `round` (CKPS01 and Prioritized-MVBA)."""

    round: int
    candidate: str
    evidence: Evidence | None


class Done(Message):
    """The sender's own promotion of view `round` is complete."""

    round: int
    value: bytes
    certificate: Certificate


class SkipShare(Message):
    """Enough promotions of view `round` are complete."""

    round: int
    share: Share


class Skip(Message):
    """Proof that enough said so."""

    round: int
    certificate: Certificate


class ViewChange(Message):
    """What the sender knows of the elected leader's promotion: certificates of its stages 1, 2 and 3."""

    round: int
    value: bytes | None
    key: Certificate | None
    lock: Certificate | None
    commit: Certificate | None


class Halt(Message):
    """A transferable proof of the decision of view `round`; the coin shares prove who leads it."""

    round: int
    value: bytes
    certificate: Certificate
    stage: int
    coins: tuple[Share, ...]


class Finish(Message):
    """The sender's own strong broadcast of view `round` is complete (Speeding Dumbo)."""

    round: int
    value: bytes
    certificate: Certificate


class FinishAsk(Message):
    """Asks one who has tossed for view `round` which promotions are complete, for the sender knows of too few."""

    round: int


class FinishProof(Message):
    """Answers: the promotion of `proposer` is."""

    round: int
    proposer: str
    value: bytes
    certificate: Certificate


class LeaderPreVote(Message):
    """Whether the sender knows stage 1 of the elected leader; a share against it if not."""

    round: int
    value: bytes | None
    certificate: Certificate | None
    share: Share | None


class LeaderVote(Message):
    """The vote on the elected leader: its value with stage 1, or the proof that a quorum does not know it."""

    round: int
    value: bytes | None
    certificate: Certificate
    share: Share


class Propose(Message):
    """A committee member's certified value (Prioritized-MVBA)."""

    evidence: Evidence


class Recommend(Message):
    """The first certified value that the sender heard of."""

    candidate: str
    evidence: Evidence


class Ask(Message):
    """Asks for the certified value of a candidate."""

    candidate: str


class Answer(Message):
    """Answers with it."""

    candidate: str
    evidence: Evidence
