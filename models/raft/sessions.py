"""Client sessions: every operation acts once, however often it is retried (section 8, dissertation 6.3).

The sessions are part of the replicated state: they are opened, used and expired by entries of the log alone, so they
are the same on every server at the same index.
"""

from hashlib import blake2b
from typing import Protocol

import msgspec

from models.raft.messages import Entry

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[int, tuple[int, bytes]]]).decode


class Machine(Protocol):
    """The state machine that the log drives. `apply` depends on nothing but state and command: no clock, no chance."""

    def apply(self, index: int, command: bytes) -> bytes:
        """Do one command, the one at `index`; returns its reply."""
        ...

    def query(self, question: bytes) -> bytes:
        """Answer a read, changing nothing."""
        ...

    def snapshot(self) -> bytes:
        """The whole state; equal states give equal bytes."""
        ...

    def restore(self, data: bytes) -> None:
        """Be in the state that `snapshot` gave."""
        ...

    def digest(self) -> bytes:
        """Equal on all servers that applied the same commands."""
        ...


class Sessions:
    """The machine, and in front of it each session's last serial and reply. At most `session_max` sessions are kept."""

    def __init__(self, machine: Machine, session_max: int) -> None:
        self.machine = machine
        self._session_max = session_max
        self._last: dict[int, tuple[int, bytes]] = {}  # least recently used first, in the order of the log

    def open(self, session: int) -> None:
        """Open a session, and close the one that was used least recently if there are too many."""
        self._last[session] = (0, b"")
        if len(self._last) > self._session_max:
            del self._last[next(iter(self._last))]

    def apply(self, entry: Entry) -> tuple[bool, bytes | None]:
        """Do an operation unless it was done before; returns whether it acted now, and the reply.

        The reply is None when there is none to give: the session has expired, or a later operation is done.
        """
        known = self._last.pop(entry.session, None)
        if known is None:
            return False, None
        if self.is_repeat(entry.serial, known[0]):
            self._last[entry.session] = known
            return False, known[1] if entry.serial == known[0] else None
        reply = self.machine.apply(entry.index, entry.payload)
        self._last[entry.session] = (entry.serial, reply)
        return True, reply

    def is_repeat(self, serial: int, last_serial: int) -> bool:
        """Whether the session has done this serial, or a later one."""
        return serial <= last_serial

    def is_open(self, session: int) -> bool:
        """Whether the session is known."""
        return session in self._last

    def snapshot(self) -> bytes:
        """All sessions, in their order of use."""
        return _encode(list(self._last.items()))

    def restore(self, sessions: bytes, machine: bytes) -> None:
        """Be in the state of a snapshot."""
        self._last = dict(_decode(sessions))
        self.machine.restore(machine)

    def digest(self) -> bytes:
        """Digest of the machine and of all sessions, in their order of use."""
        return blake2b(self.machine.digest() + self.snapshot(), digest_size=8).digest()
