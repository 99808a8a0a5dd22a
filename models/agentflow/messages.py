"""What clients, deciders and workers say to the store, and what it answers."""

from models.agentflow.history import Command, Entry, Policy
from sim import Message, Request

CONFLICT = "conflict"
"""There is a run of this id with another input."""
UNKNOWN_RUN = "unknown run"
CLOSED = "closed"
"""The run has ended."""


class Nothing(Message):
    """No task for now: ask again."""


class Taken(Message):
    """It is recorded, now or before."""


class Stale(Message):
    """The decision rests on an old history, or on a lease that somebody else has: it is void."""


class Late(Message):
    """The attempt is over: its result counts no more, and it is no failure either."""


class Outcome(Message):
    """How far a run is: `status` in capitals, and the result if it completed."""

    status: str
    result: bytes


class Token(Message):
    """One attempt at one step of one run."""

    run: str
    step: int
    attempt: int


class DecisionGiven(Message):
    """Run the flow over this history. `at` is its present time."""

    run: str
    lease: int
    at: int
    history: tuple[Entry, ...]


class StepGiven(Message):
    """Do this attempt. `key` stays the same over attempts; with `undo` it names what is to be undone."""

    token: Token
    name: str
    key: str
    input: bytes
    undo: bool
    policy: Policy
    details: bytes


class Start(Request[Taken]):
    """Begin a run, or find it begun. Refused with CONFLICT."""

    run: str
    kind: str
    input: bytes


class GetResult(Request[Outcome]):
    """How far is it? Refused with UNKNOWN_RUN."""

    run: str


class GetHistory(Request[DecisionGiven]):
    """The whole history. Refused with UNKNOWN_RUN."""

    run: str


class Signal(Request[Taken]):
    """Tell a run something, once per (name, serial). Refused with UNKNOWN_RUN or CLOSED."""

    run: str
    name: str
    serial: int
    value: bytes


class Cancel(Request[Taken]):
    """Ask a run to end. Refused with UNKNOWN_RUN or CLOSED."""

    run: str


class PollDecision(Request[DecisionGiven | Nothing]):
    """A decider is free. One answer for each slot: a later poll of a slot takes the place of the former."""

    slot: int


class Decided(Request[Taken | Stale]):
    """What the flow does next, given the first `base` events."""

    run: str
    lease: int
    base: int
    commands: tuple[Command, ...]


class PollStep(Request[StepGiven | Nothing]):
    """A worker has a slot free."""

    slot: int


class Heartbeat(Request[Taken | Late]):
    """The attempt goes on; the next one gets `details` if this one dies. Late: stop."""

    token: Token
    details: bytes


class StepDone(Request[Taken | Late]):
    """The attempt succeeded."""

    token: Token
    result: bytes


class StepError(Request[Taken | Late]):
    """The attempt failed; `clean`: surely without effect."""

    token: Token
    kind: str
    clean: bool
