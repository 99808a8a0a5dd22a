"""What store, deciders, workers and services tell the checks. Times inside are the store's clock, in ns."""

from models.agentflow.history import HistoryEvent
from sim import Event


class Recorded(Event):
    """Event `n` (from 1) of a run is durable; `at` is the store's clock."""

    run: str
    n: int
    at: int
    event: HistoryEvent


class ReadBack(Recorded):
    """The same, said again by a store that came back: a killed process may not have said all that it wrote."""


class Leased(Event):
    """A decider may decide this run, under a higher epoch than anybody before."""

    run: str
    epoch: int
    decider: str


class Attempted(Event):
    """A worker begins an attempt."""

    run: str
    step: int
    attempt: int
    undo: bool


class LateResult(Event):
    """A worker answered for an attempt that was over; nothing changed."""

    run: str
    step: int
    attempt: int


class ReplayDigest(Event):
    """The flow decided over the first `n` events: a digest of all its commands, its signals, and what it waits for."""

    run: str
    n: int
    digest: bytes


class SignalsTaken(Event):
    """What the flow has received by its decision over `n` events: (name, serial), in order."""

    run: str
    n: int
    taken: tuple[tuple[str, int], ...]


class NonDeterminism(Event):
    """The flow's code did not do again what the history says it did. The run waits for other code."""

    run: str
    n: int
    recorded: str
    found: str


class Effect(Event):
    """The outside world changed: effect number `serial` of a service, under this key."""

    key: str
    serial: int


class Undone(Event):
    """The effect of `key` was taken back, as number `serial` of all that were."""

    key: str
    serial: int


class Voided(Event):
    """`key` was undone before it had any effect: it never will have one."""

    key: str


class Refusal(Event):
    """A request came for a key that is void, and was refused."""

    key: str


class Restarted(Event):
    """The store is back, and knows of so many timers and attempts whose time came while it was away."""

    overdue: int
