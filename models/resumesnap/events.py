"""What gateway, services and workers tell the checks."""

from sim import Event


class Accepted(Event):
    """A request was taken; `held` says that one of the user's quota is held for it, in the same record."""

    id: str
    user: str
    request: str
    version: int
    recording: str
    epoch: int
    deadline_ns: int


class Held(Event):
    """One of `user`'s quota is held for a request."""

    user: str
    id: str


class Debited(Event):
    """It is used."""

    user: str
    id: str


class Released(Event):
    """It is free again."""

    user: str
    id: str


class Ended(Event):
    """A request's last word; `epoch` is the user's at that moment."""

    id: str
    state: str
    providers: tuple[str, ...]
    epoch: int


class Forgotten(Event):
    """Everything about a user is deleted: from now on only data of `epoch` may be served."""

    user: str
    epoch: int


class Used(Event):
    """A step read this version of the resume."""

    id: str
    version: int


class Made(Event):
    """A step has its text: `body`, made by a provider's model of `content`."""

    id: str
    kind: str
    provider: str
    version: int
    content: bytes
    body: bytes


class Heard(Event):
    """A recording was transcribed."""

    id: str
    provider: str
    recording: str
    text: bytes


class Hit(Event):
    """The cache had it, for this user and epoch, made by this model; `wanted` is the model that was expected."""

    id: str
    user: str
    epoch: int
    content: bytes
    version: int
    wanted_user: str
    wanted_epoch: int
    wanted_content: bytes
    wanted_version: int


class Called(Event):
    """A call to a service begins: first, retry, hedge or probe."""

    service: str
    id: str
    why: str


class Throttled(Event):
    """A service asked to come again no sooner than `wait` ns later."""

    service: str
    id: str
    wait: int


class BreakerMoved(Event):
    """A worker's breaker of a service changed its state."""

    service: str
    before: str
    after: str


class Charged(Event):
    """A service charged for a key."""

    key: str
    order: str
    serial: int
