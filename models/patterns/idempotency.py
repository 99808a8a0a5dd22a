"""An idempotency store: each key is done once, a repeat gets the first answer, and other content under it is refused.

As payment services have it: the key comes from the client, the digest of the request goes with it, the stored answer is
that of the first request (Stripe, "Idempotent requests"). Write the answer down *with* the effect, in one record, or a
crash between the two does it twice: `entry` makes the record for owners that put it into one of their own.
"""

from collections.abc import Callable
from hashlib import blake2b

from sim import Message

CONFLICT = "conflict"
"""The key is known for another request."""

IN_PROGRESS = "in-progress"
"""The first request of this key is being worked on, by this incarnation."""


class Entry(Message):
    """A key that is done: the digest of its request and the answer that every repeat gets."""

    key: str
    digest: bytes
    answer: bytes


def digest(content: bytes) -> bytes:
    """Eight bytes that tell requests apart."""
    return blake2b(content, digest_size=8).digest()


class IdempotencyStore:
    """Keys that are done, and keys that are being worked on. The latter are forgotten by a crash, as is their work."""

    def __init__(self, write: Callable[[Entry], object]) -> None:
        self._write = write
        self._done: dict[str, Entry] = {}
        self._open: dict[str, bytes] = {}

    def restore(self, entry: Entry) -> None:
        """Take in an entry that was written before, or as part of a record of the owner's."""
        self._open.pop(entry.key, None)
        self._done[entry.key] = entry

    def begin(self, key: str, content: bytes) -> Entry | str | None:
        """None: do it, then `finish` or `drop`. An Entry: it is done, answer so. CONFLICT or IN_PROGRESS: refuse."""
        asked = digest(content)
        done = self._done.get(key)
        known = self._open.get(key) if done is None else done.digest
        if known is None:
            self._open[key] = asked
            return None
        if known != asked:
            return CONFLICT
        return IN_PROGRESS if done is None else done

    def entry(self, key: str, answer: bytes) -> Entry:
        """The record that says so, for an owner who writes it down itself and then calls `restore`."""
        return Entry(key, self._open[key], answer)

    def finish(self, key: str, answer: bytes) -> Entry:
        """The work is done: write the answer down. Only for work that changes nothing else that is durable."""
        entry = self.entry(key, answer)
        self._write(entry)
        self.restore(entry)
        return entry

    def drop(self, key: str) -> None:
        """The work failed without any effect: the key is free again."""
        self._open.pop(key, None)

    def forget(self, key: str) -> None:
        """The key is old: it may be used for something else. The owner sees to it that it is not restored."""
        self._done.pop(key, None)

    def find(self, key: str) -> Entry | None:
        """What is known of a key that is done."""
        return self._done.get(key)
