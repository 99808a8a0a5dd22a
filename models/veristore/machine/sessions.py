"""Client sessions: every command acts once, however often it is sent (Ongaro's dissertation, section 6.3).

The table is part of the map, so it is flushed, recovered, replicated and expired like all else. At most `session_max`
sessions are kept; the one that acted longest ago goes first, and its client will learn so.
"""

from collections.abc import Callable

import msgspec

from models.veristore.machine import keys
from models.veristore.machine.commands import Command, Envelope
from models.veristore.machine.limits import Limits
from models.veristore.machine.replies import Reply, SessionExpired, SessionOpened, Superseded, encode_reply
from models.veristore.machine.view import Draft
from sim import Message


class Session(Message):
    """The last serial that acted, and what it was answered."""

    serial: int
    reply: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Session).decode


class Sessions:
    """Stands before the machine and lets each serial of a session through once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def open(self, draft: Draft) -> Reply:
        """Open a session, and close the one that acted longest ago if there are too many."""
        known = draft.scan(keys.SESSIONS, b"", self._limits.session_max)
        if len(known) >= self._limits.session_max:
            oldest, _, _ = min(known, key=lambda item: item[2])
            draft.delete(oldest)
        draft.put(keys.session_key(draft.seq), _encode(Session(0, b"")))
        return SessionOpened(draft.seq)

    def run(self, draft: Draft, envelope: Envelope, do: Callable[[Draft, Command], Reply]) -> bytes:
        """The encoded reply to a command: of doing it now, or of when it was done."""
        if not envelope.session:
            return encode_reply(do(draft, envelope.command))
        key = keys.session_key(envelope.session)
        found = draft.get(key)
        if found is None:
            return encode_reply(SessionExpired())
        known = _decode(found[0])
        if self.is_repeat(envelope.serial, known.serial):
            return known.reply if envelope.serial == known.serial else encode_reply(Superseded())
        reply = encode_reply(do(draft, envelope.command))
        draft.put(key, _encode(Session(envelope.serial, reply)))
        return reply

    def is_repeat(self, serial: int, last_serial: int) -> bool:
        """Whether the session has done this serial, or a later one."""
        return serial <= last_serial
