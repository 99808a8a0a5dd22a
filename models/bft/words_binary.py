"""What is said in binary agreement: in rounds, and validated by reasons."""

from models.bft.words_broadcast import Evidence
from sim import Message
from sim.agreement import Certificate, Share


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
