"""The transactional outbox: what is to be sent is written in the same record as the change that it tells of.

Writing to a database and sending a message are two steps, and a crash between them loses one. Here the change and its
letters are one record; a relay then delivers each letter until it is acknowledged, so at least once, and its id lets
the receiver know a repeat (Richardson, "Microservices Patterns", 2018, section 3.3.7).
"""

from collections.abc import Awaitable, Callable

from models.patterns.retries import RetryPolicy
from sim import Actor, Message, Refused, Timeout


class Letter(Message):
    """Something to be delivered to `to`; `id` is unique in this outbox for ever."""

    id: int
    to: str
    body: bytes


class Delivered(Message):
    """A letter was acknowledged and need not be sent again."""

    id: int


class Outbox:
    """Letters that are not delivered yet. `write` makes a Delivered durable; letters stand in the owner's records."""

    def __init__(self, write: Callable[[Delivered], object]) -> None:
        self._write = write
        self._pending: dict[int, Letter] = {}
        self._next = 1

    def letter(self, to: str, body: bytes) -> Letter:
        """A new letter, numbered: put it into the record of the change, write that, then `post` it."""
        letter = Letter(self._next, to, body)
        self._next += 1
        return letter

    def post(self, letter: Letter) -> None:
        """The record with this letter is written. Also for every letter that is read back after a restart."""
        self._pending[letter.id] = letter
        self._next = max(self._next, letter.id + 1)

    def restore(self, delivered: Delivered) -> None:
        """Take in what was written before; letters are given to `post`, in the order of the records."""
        self._pending.pop(delivered.id, None)

    @property
    def pending(self) -> tuple[Letter, ...]:
        """What is not acknowledged, oldest first."""
        return tuple(self._pending.values())

    def acknowledge(self, letter: Letter) -> None:
        """The receiver has it."""
        if letter.id in self._pending:
            self._write(Delivered(letter.id))
            del self._pending[letter.id]


async def relay(
    actor: Actor, outbox: Outbox, deliver: Callable[[Letter], Awaitable[object]], policy: RetryPolicy, idle: int
) -> None:
    """A story without end: deliver the oldest letter, try again by `policy` if that fails, look anew every `idle` ns.

    In order: a letter that cannot be delivered holds up those behind it. A receiver that refuses has it as little as
    one that does not answer.
    """
    failed = 0
    while True:
        if not outbox.pending:
            await actor.sleep(idle)
            continue
        letter = outbox.pending[0]
        try:
            await deliver(letter)
        except (Refused, Timeout):
            failed += 1
            await actor.sleep(policy.drawn(failed, actor.random))
        else:
            failed = 0
            outbox.acknowledge(letter)
