"""How steps use the cache: under keys that name everything the answer hangs on, and only for answers that are whole."""

from models.resumesnap.words import Answer, Entry, Fetch, Order, Store, digest
from sim import MS, Actor, Refused, Timeout

PROMPT = 1
"""The version of the prompts."""


class Shelf:
    """A cache that does not answer is a cache that has nothing."""

    def __init__(self, worker: Actor, cache: str) -> None:
        self._worker = worker
        self._cache = cache

    def key(self, order: Order, provider: str, content: bytes, version: int) -> bytes:
        """User and epoch, what was asked, and whose answer it is."""
        return digest(order.user, order.epoch, provider, content, version, PROMPT)

    def filed_under(self, answer: Answer) -> str:
        """Whose answer this is: a fallback's never stands for the primary's."""
        return answer.provider

    def may_keep(self, answer: Answer, version: int) -> bool:
        """Whether an answer is good enough to be given again."""
        return answer.version == version and bool(answer.body)

    async def find(self, order: Order, provider: str, content: bytes, version: int) -> Entry | None:
        """The entry, if there is one."""
        key = self.key(order, provider, content, version)
        try:
            entry = await self._worker.call(self._cache, Fetch(key), timeout=100 * MS)
        except (Refused, Timeout):
            return None
        return entry if entry.key == key else None

    async def keep(self, order: Order, content: bytes, version: int, answer: Answer) -> None:
        """Put an answer on the shelf."""
        if not self.may_keep(answer, version):
            return
        provider = self.filed_under(answer)
        key = self.key(order, provider, content, version)
        entry = Entry(key, order.user, order.epoch, provider, content, provider, answer.version, answer.body)
        try:
            await self._worker.call(self._cache, Store(key, entry), timeout=100 * MS)
        except (Refused, Timeout):
            return
