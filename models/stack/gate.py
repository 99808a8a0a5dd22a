"""The gate of a hosted service: what it says leaves when the group has committed what it had written before.

It is what an actor's disk does for an actor, with a replicated log in the place of the disk. Writes are collected while
the log is busy and go in together; what is said without a write waits until the group confirms that this leader still
holds the files, or a leader that was deposed and does not know it would answer from the past.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from models.stack import replicated_files as rf
from sim import SECOND, Refused, Timeout

if TYPE_CHECKING:
    from models import raft
    from sim import Actor

PATIENCE = 1 * SECOND
Act = Callable[[], None]


class Gate:
    """Of one leadership: `open` takes the files over, and `close` ends it for good."""

    def __init__(self, host: "Actor", contact: "raft.Contact", term: int) -> None:
        self._host = host
        self._contact = contact
        self._term = term
        self._sizes: dict[str, int] = {}
        self._written: list[tuple[str, bytes]] = []
        self._waiting: list[Act] = []
        self._busy = False
        self._next_at = 0
        self.pace = 0
        """Rounds begin so many ns apart, or further: what is said meanwhile goes in together. The first is at once."""

        self.is_open = False

    async def open(self) -> bool:
        """Take the files over; False if somebody of a later term has them, or this leadership has ended meanwhile."""
        self.is_open = True
        return await self._insist(rf.encode(rf.TakeOver(self._term)), read=False)

    def begin(self, files: Mapping[str, bytes]) -> None:
        """The files are as long as this; from now on they grow by what is written here."""
        self._sizes = {name: len(data) for name, data in files.items()}

    def close(self) -> None:
        """The leadership is over: nothing more leaves."""
        self.is_open = False
        self._waiting.clear()

    def write(self, name: str, data: bytes) -> None:
        """Append to a file. What is said from now on waits for it."""
        self._written.append((name, data))
        self._kick()

    def after(self, act: Act) -> None:
        """Do this once everything that was written so far is committed."""
        self._waiting.append(act)
        self._kick()

    def _kick(self) -> None:
        if self.is_open and not self._busy:
            self._busy = True
            self._host.spawn(self._work_off())

    async def _work_off(self) -> None:
        """Round after round, until there is nothing to say."""
        while self.is_open and (self._written or self._waiting):
            early = self._next_at - self._host.elapsed()
            if early > 0:
                await self._host.sleep(early)
            self._next_at = self._host.elapsed() + self.pace
            written, self._written = self._written, []
            waiting, self._waiting = self._waiting, []
            if not await self._commit(written):
                self.close()
            for act in waiting if self.is_open else ():
                act()
        self._busy = False

    async def _commit(self, written: list[tuple[str, bytes]]) -> bool:
        """Whether all this is in the files, and they are still held."""
        files: dict[str, list[bytes]] = {}
        for name, data in written:
            files.setdefault(name, []).append(data)
        if not files:
            return await self._insist(rf.encode(rf.WhoHolds()), read=True)
        for name, parts in files.items():
            data, offset = b"".join(parts), self._sizes.get(name, 0)
            if not await self._insist(rf.encode(rf.Append(self._term, name, offset, data)), read=False):
                return False
            self._sizes[name] = offset + len(data)
        return True

    async def _insist(self, said: bytes, *, read: bool) -> bool:
        """Say it until it is answered; whether the files are held then. All that is said here may be said twice."""
        while self.is_open:
            try:
                answer = await self._contact.ask(said, self._host.elapsed() + PATIENCE, read=read)
            except (Refused, Timeout):
                continue
            return self.is_open and rf.decode_held(answer).term == self._term
        return False
