"""The cache: entries under keys, for a day; it may forget any of them, and is gone with a crash."""

from models.resumesnap.settings import Settings
from models.resumesnap.words import Entry, Fetch, Receipt, Store
from sim import SECOND, Actor, Caller, on

KEPT = 24 * 3600 * SECOND
MISS = "miss"


class Cache(Actor):
    """One incarnation of the cache."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def on_start(self) -> None:
        """Empty."""
        self._entries: dict[bytes, tuple[int, Entry]] = {}

    @on(Fetch)
    def fetch(self, caller: Caller, message: Fetch) -> Entry | None:
        """From a worker."""
        at, entry = self._entries.get(message.key, (0, None))
        forgets = self.random.chance(self._settings.forgets)
        if entry is None or self.elapsed() > at + KEPT or forgets:
            self.refuse(caller, MISS)
            return None
        return entry

    @on(Store)
    def keep(self, _: Caller, message: Store) -> Receipt:
        """From a worker."""
        self._entries[message.key] = self.elapsed(), message.entry
        return Receipt("")
