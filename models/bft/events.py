"""What a party tells the checks beside the standard vocabulary. `instance` is the path of the protocol object."""

from sim import Event


class RoundEntered(Event):
    """A binary agreement at this party enters `round` with this estimate."""

    instance: str
    round: int
    estimate: int


class AbbaInput(Event):
    """The party starts a validated binary agreement with this value."""

    instance: str
    value: int


class AbbaDecided(Event):
    """Its result, found in `round`."""

    instance: str
    round: int
    value: int


class VoteSent(Event):
    """A vote of a validated binary agreement: `phase` pp, pv or mv; None abstains. `why` is a pre-vote's reason."""

    instance: str
    phase: str
    round: int
    value: int | None
    why: str = ""


class ProofSeen(Event):
    """The party has seen what proves that 1 is valid in this agreement."""

    instance: str


class Drawn(Event):
    """A common draw: `what` is committee, order or leader (of view `round`)."""

    instance: str
    what: str
    round: int
    names: tuple[str, ...]


class Voted(Event):
    """In iteration `round` the party said whether it knows the proof of `candidate`."""

    instance: str
    round: int
    candidate: str
    yes: bool


class ProofLearned(Event):
    """The party knows the proof of `candidate` from now on."""

    instance: str
    candidate: str


class Recommended(Event):
    """The party recommends `candidate`."""

    instance: str
    candidate: str


class ViewEntered(Event):
    """The party begins view `round` with a value of this digest."""

    instance: str
    round: int
    digest: bytes


class Locked(Event):
    """The party will not accept another value than that of view `round`."""

    instance: str
    round: int


class Abandoned(Event):
    """The party gives no share of promotions of view `round` any more."""

    instance: str
    round: int


class ValueFixed(Event):
    """The elected leader of view `round` has a certificate that forbids every other value from now on."""

    instance: str
    round: int
    digest: bytes


class Halted(Event):
    """The instance is over at this party: it answers requests and says nothing else."""

    instance: str


class Fetched(Event):
    """The party decided on a candidate whose value it does not have, and asks for it."""

    instance: str
    candidate: str


class Dropped(Event):
    """A message did not count."""

    reason: str
    source: str


class Buffered(Event):
    """So many messages of later rounds wait in an instance."""

    instance: str
    size: int


class Resumed(Event):
    """The party is back after a crash, with so many remembered messages."""

    messages: int
