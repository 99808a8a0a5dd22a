"""The ledger of a service: what the outside world has seen, by key, and what it will never see.

A deduping service does a key once and answers repeats with the stored result. What is undone before it was done leaves
a tombstone: the request that is late is refused for ever.
"""

from collections.abc import Callable

from models.agentflow.events import Effect, Refusal, Undone, Voided
from models.patterns import Entry, IdempotencyStore, Journal, digest
from sim import Event, Message

VOID = "void"


class Done(Message):
    """Effect number `serial` took place: a charge, a mail, a booking."""

    serial: int
    entry: Entry


class TakenBack(Message):
    """The effect of `key` was taken back under `undo_key`, as number `serial`; 0: there was none, and never will be."""

    key: str
    undo_key: str
    serial: int


class Ledger:
    """One service's ledger. Every change is durable before anybody hears of it."""

    def __init__(self, journal: "Journal[Done | TakenBack]", emit: Callable[[Event], None], *, dedupe: bool) -> None:
        self._journal = journal
        self._emit = emit
        self._dedupe = dedupe
        self._keys = IdempotencyStore(lambda _: None)
        self._undone: dict[str, TakenBack] = {}
        self._tombs: dict[str, None] = {}
        self._effects = 0
        self._undos = 0
        for record in journal.read():
            self._restore(record)
            self._tell(record)

    def begin(self, key: str, content: bytes) -> Entry | str | None:
        """None: do it, then `finish` or `drop`. An Entry: it is done. Otherwise why it is refused."""
        if key in self._tombs:
            self._emit(Refusal(key))
            return VOID
        return self._keys.begin(key, content) if self._dedupe else None

    def drop(self, key: str) -> None:
        """It came to nothing."""
        self._keys.drop(key)

    def finish(self, key: str, content: bytes, result: bytes) -> Entry | str:
        """The effect takes place now, unless it was undone while it was under way."""
        if key in self._tombs:
            self._keys.drop(key)
            self._emit(Refusal(key))
            return VOID
        done = Done(self._effects + 1, Entry(key, digest(content), result))
        self._journal.append(done)
        self._restore(done)
        self._tell(done)
        return done.entry

    def take_back(self, key: str, undo_key: str) -> None:
        """Undo: once for each `undo_key`; without an effect to undo, see to it that there never is one."""
        if undo_key in self._undone:
            return
        if self._keys.find(key) is None:
            self.void(key, undo_key)
            return
        self._keep(TakenBack(key, undo_key, self._undos + 1))

    def void(self, key: str, undo_key: str) -> None:
        """Leave a tombstone."""
        self._keep(TakenBack(key, undo_key, 0))

    def _keep(self, back: TakenBack) -> None:
        self._journal.append(back)
        self._restore(back)
        self._tell(back)

    def _restore(self, record: Done | TakenBack) -> None:
        if isinstance(record, Done):
            self._effects = max(self._effects, record.serial)
            self._keys.restore(record.entry)
            return
        self._undone[record.undo_key] = record
        self._undos = max(self._undos, record.serial)
        if not record.serial:
            self._tombs[record.key] = None

    def _tell(self, record: Done | TakenBack) -> None:
        """Say it; after a restart everything again, for what a killed process wrote may not have been said."""
        if isinstance(record, Done):
            self._emit(Effect(record.entry.key, record.serial))
        else:
            self._emit(Undone(record.key, record.serial) if record.serial else Voided(record.key))
