"""What is said in broadcasts and for coins, and the proof that a value is certified."""

from sim import Message
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
