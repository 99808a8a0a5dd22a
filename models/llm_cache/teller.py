"""What an engine tells routers of its cache: every change, numbered without gaps from 1 in each epoch."""

from collections.abc import Callable, Sequence
from typing import Protocol

from models.llm_cache.events import Told
from models.llm_cache.messages import Inventory, Removed, Stored
from sim import Event, Message


class Speaker(Protocol):
    """What it needs of its engine."""

    epoch: int

    def emit(self, event: Event) -> None:
        """Tell the checks."""


class Teller:
    """Keys with a copy here. Only the first copy makes a key held, only the last one ends that."""

    def __init__(self, speaker: Speaker, tell: Callable[[Message], None], silent: bool) -> None:
        self._speaker = speaker
        self._tell = tell
        self._silent = silent
        self._copies: dict[int, int] = {}
        self.serial = 0
        self.mark = 0

    @property
    def held(self) -> int:
        """How many keys."""
        return len(self._copies)

    def stored(self, keys: Sequence[int], parent: int) -> None:
        """Blocks of these keys are complete."""
        copies = self._copies
        for key in keys:
            count = copies.get(key, 0)
            copies[key] = count + 1
            if not count:
                self.mark ^= key
        if keys:
            self.serial += 1
            self._say(Stored(self._speaker.epoch, self.serial, tuple(keys), parent))

    def removed(self, keys: Sequence[int]) -> None:
        """A block of each of these keys is gone."""
        gone = []
        for key in keys:
            if self.is_last(key):
                gone.append(key)
                self.mark ^= key
        if gone:
            self.serial += 1
            self._say(Removed(self._speaker.epoch, self.serial, tuple(gone)))

    def is_last(self, key: int) -> bool:
        """One copy less: whether that was the last one."""
        left = self._copies[key] - 1
        if left:
            self._copies[key] = left
            return False
        del self._copies[key]
        return True

    def inventory(self) -> Inventory:
        """All that is held."""
        return Inventory(self._speaker.epoch, self.serial, tuple(self._copies))

    def _say(self, word: Message) -> None:
        self._speaker.emit(Told(self._speaker.epoch, self.serial, self.held, self.mark))
        if not self._silent:
            self._tell(word)
