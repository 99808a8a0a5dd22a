"""A request that a router has taken on: RECEIVED -> ROUTED -> PREFILLING -> STREAMING -> DONE, FAILED or CANCELED."""

from models.llm_cache import tokens
from models.llm_cache.messages import Generate
from sim import Caller, Timer

RECEIVED, ROUTED, PREFILLING, STREAMING = "RECEIVED", "ROUTED", "PREFILLING", "STREAMING"
DONE, FAILED, CANCELED, REFUSED = "DONE", "FAILED", "CANCELED", "REFUSED"


class OpenRequest:
    """One request. `delivered` are the answer's tokens so far; `attempt` the one that counts, on `node` in `epoch`."""

    __slots__ = (
        "asked", "attempt", "attempts", "avoid", "believed", "callers", "client", "delivered", "epoch", "keys", "node",
        "received_at", "routed_at", "serial", "state", "stream", "timer", "version", "waiting_until",
    )  # fmt: skip

    def __init__(self, asked: Generate, caller: Caller, version: int, keys: tuple[int, ...], now: int) -> None:
        self.asked = asked
        self.client = caller.source
        self.callers = [caller]
        self.version = version
        self.keys = keys
        self.state = RECEIVED
        self.attempt = self.node = self.avoid = ""
        self.attempts = self.epoch = self.believed = self.serial = 0
        self.delivered = asked.have
        self.received_at = self.routed_at = now
        self.waiting_until: int | None = None
        self.stream = ""
        self.timer: Timer | None = None

    @property
    def position(self) -> int:
        """The next position that the client does not have."""
        return tokens.count(self.delivered)

    def is_same(self, asked: Generate) -> bool:
        """Whether somebody asks for the same under the same name."""
        own = self.asked
        return (own.origin, own.prompt, own.max_new) == (asked.origin, asked.prompt, asked.max_new)
