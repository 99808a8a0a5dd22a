"""What parties say to each other. `instance` of the envelope says to which protocol object a message belongs.

`round` is a round, view or iteration. Nothing that could be checked is believed: a receiver verifies every share and
certificate against tags that it makes from its own state.
"""

from sim import Message, Request
from sim.agreement import Certificate, Share


class Evidence(Message):
    """Proof that a candidate's value is certified. `value` may be missing where only digests are passed on."""

    digest: bytes
    value: bytes | None
    certificate: Certificate


# Reliable broadcast (Bracha 1987)


class RbcSend(Message):
    """The leader's value."""

    value: bytes


class RbcEcho(Message):
    """The leader said this to me."""

    value: bytes


class RbcReady(Message):
    """Enough echoed this, or enough are ready."""

    value: bytes


# Provable and consistent broadcast (Cachin and others 2001; Abraham and others 2019)


class Key(Message):
    """A value that was certified in an earlier view: the certificate of stage 1 of the leader of view `round`."""

    round: int
    value: bytes
    certificate: Certificate


class PbSend(Message):
    """Stage `stage` of a promotion: the certificate of the stage before, or in stage 1 what allows the value."""

    stage: int
    value: bytes
    certificate: Certificate | None = None
    key: Key | None = None


class PbShare(Message):
    """The receiver's share of the certificate of a stage."""

    stage: int
    share: Share


class VcbcFinal(Message):
    """The value with its certificate."""

    value: bytes
    certificate: Certificate


class VcbcRequest(Message):
    """Asks for the value of this broadcast."""


class VcbcAnswer(Message):
    """Answers with it."""

    value: bytes
    certificate: Certificate


class Toss(Message):
    """A share of the coin of `phase` and `round`."""

    phase: str
    round: int
    share: Share


# Binary agreement (Mostefaoui and others 2014; Cobalt 2018; Abraham and others 2022)


class Bval(Message):
    """An estimate."""

    round: int
    value: int


class Aux(Message):
    """The first value that enough support."""

    round: int
    value: int


class Conf(Message):
    """The values that a quorum's Aux support."""

    round: int
    values: tuple[int, ...]


class Echo1(Message):
    """An estimate."""

    round: int
    value: int


class Echo2(Message):
    """The first approved value."""

    round: int
    value: int


class Echo3(Message):
    """The one value that can still come out, or None for none."""

    round: int
    value: int | None


class Decide(Message):
    """I have decided this."""

    value: int


# Validated binary agreement (Cachin, Kursawe, Shoup 2000)


class Justification(Message):
    """Why a vote was allowed. `kind`: external, zero, hard or soft; `coins` are the shares that a soft one rests on."""

    kind: str
    certificate: Certificate | None = None
    evidence: Evidence | None = None
    coins: tuple[Share, ...] = ()


class PreProcess(Message):
    """The input; 1 needs the external proof."""

    value: int
    share: Share
    evidence: Evidence | None


class PreVote(Message):
    """A vote of the first phase of a round."""

    round: int
    value: int
    share: Share
    reason: Justification


class MainVote(Message):
    """A vote of the second phase; None abstains and gives a reason for either value."""

    round: int
    value: int | None
    share: Share
    reasons: tuple[Justification, ...]


class AbbaDecide(Message):
    """A transferable proof of the decision."""

    round: int
    value: int
    certificate: Certificate


# Multivalued agreement


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


Body = (
    RbcSend | RbcEcho | RbcReady | PbSend | PbShare | VcbcFinal | VcbcRequest | VcbcAnswer | Toss
    | Bval | Aux | Conf | Echo1 | Echo2 | Echo3 | Decide
    | PreProcess | PreVote | MainVote | AbbaDecide
    | Vote | Done | SkipShare | Skip | ViewChange | Halt | Finish | FinishAsk | FinishProof | LeaderPreVote | LeaderVote
    | Propose | Recommend | Ask | Answer
)  # fmt: skip


Kind = tuple[object, ...]
_MARKS = ("round", "phase", "stage", "candidate", "proposer")


def kind_of(body: Message) -> Kind:
    """Of what kind a message is: one sender says one thing of a kind. An estimate may be said for each value."""
    value = (body.value,) if isinstance(body, (Bval, Echo1)) else ()
    return (type(body).__name__, *(getattr(body, mark, None) for mark in _MARKS), *value)


class Envelope(Message):
    """A message of the protocol object named `instance`: a path such as 1/abba/0, the root's number first."""

    instance: str
    body: Body


class Input(Request[None]):
    """The environment orders to put a value forward in a root instance: bytes, or 0 or 1 in a binary agreement."""

    instance: str
    value: bytes | int
