"""Without a feed: what was sent to an engine is believed to be held there for a while."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from models.llm_cache.index import Index
from models.llm_cache.settings import Settings
from models.llm_cache.view import View


class Guesser(Protocol):
    """What it needs of its router."""

    settings: Settings
    index: Index

    def elapsed(self) -> int:
        """The router's clock, in ns."""


class Assumed:
    """Entries that end `feed_ttl` after they were last used."""

    def __init__(self, guesser: Guesser) -> None:
        self._guesser = guesser
        self._until: dict[tuple[str, int], int] = {}
        self._line: deque[tuple[int, View, int]] = deque()

    def note(self, view: View, keys: Sequence[int]) -> None:
        """These keys go there; older guesses may have ended."""
        now = self._guesser.elapsed()
        self._expire(now)
        view.book.enter(len(keys), self._guesser.index.enter(view.name, view.epoch, keys))
        until = now + self._guesser.settings.feed_ttl
        for key in keys:
            self._until[view.name, key] = until
            self._line.append((until, view, key))

    def _expire(self, now: int) -> None:
        while self._line and self._line[0][0] <= now:
            until, view, key = self._line.popleft()
            if self._until.get((view.name, key)) == until:
                del self._until[view.name, key]
                view.book.strike(self._guesser.index.strike(view.name, [key]))
