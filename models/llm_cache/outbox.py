"""What an engine must not forget about attempts: which it has seen, and answers that are not noted yet."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from models.llm_cache.messages import Done
from models.llm_cache.settings import Settings
from sim import Message, Timer

REMEMBERED = 4096


class Sender(Protocol):
    """What it needs of its engine."""

    settings: Settings

    def send(self, to: str, message: Message) -> None:
        """Send and forget."""

    def elapsed(self) -> int:
        """The engine's clock, in ns."""

    def timer(self, callback: Callable[[], None]) -> Timer:
        """A timer of the engine."""


class Outbox:
    """Answers go out again until they are noted; the last few thousand attempts are known by name."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._seen: dict[str, None] = {}
        self._open: dict[str, tuple[str, Done]] = {}
        self._again: deque[tuple[int, str]] = deque()
        self._timer = sender.timer(self._repeat)

    def knows(self, attempt: str) -> bool:
        """Whether it was seen before."""
        return attempt in self._seen

    def remember(self, attempt: str) -> None:
        """It was seen."""
        self._seen[attempt] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def post(self, router: str, done: Done) -> None:
        """Send it, and again until it is noted."""
        self._open[done.attempt] = (router, done)
        self._sender.send(router, done)
        self._wait(done.attempt)

    def settle(self, attempt: str) -> None:
        """It need not be sent again; if none need be, there is nothing to wait for."""
        self._open.pop(attempt, None)
        if not self._open and self._again:
            self._again.clear()
            self._timer.cancel()

    def _wait(self, attempt: str) -> None:
        self._again.append((self._sender.elapsed() + self._sender.settings.resend, attempt))
        if not self._timer.active:
            self._timer.reset(self._sender.settings.resend)

    def _repeat(self) -> None:
        now = self._sender.elapsed()
        while self._again and (self._again[0][0] <= now or self._again[0][1] not in self._open):
            _, attempt = self._again.popleft()
            if attempt in self._open:
                router, done = self._open[attempt]
                self._sender.send(router, done)
                self._wait(attempt)
        if self._again:
            self._timer.reset(max(1, self._again[0][0] - now))
