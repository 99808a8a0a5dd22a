"""Clients' operations that wait for their entry to be committed, on the leader that took them."""

from typing import TYPE_CHECKING

from models.raft.messages import COMMAND, CONFIG, SESSION, Call, Done, Entry, NotLeader, SessionExpired
from sim import Caller

if TYPE_CHECKING:
    from models.raft.node import RaftNode


_NOBODY: tuple[int, Caller | None] = (-1, None)


class Proposals:
    """Who waits at which (index, term) of the log.

    Whoever waits when the leader steps down hears nothing more: the next leader may commit the entry, so a refusal
    would be a lie. The places are not forgotten but guarded: another entry may come to stand at the same index.
    While the disk is busy with entries, those that come gather, and go into the log together (group commit): only they,
    which are in no log yet, are refused when leadership ends.
    """

    def __init__(self, node: "RaftNode") -> None:
        self._node = node
        self._waiting: dict[int, tuple[int, Caller]] = {}  # by index: the entry's term, and who
        self._leading = 0  # the term that is led; 0 is none
        self._gathered: list[tuple[Caller, str, int, int, bytes]] = []

    def take(self, caller: Caller, call: Call) -> None:
        """Log a client's operation; it is answered when it has been applied."""
        self._propose(caller, COMMAND, call.session, call.serial, call.operation)

    def take_session(self, caller: Caller) -> None:
        """Log the opening of a session; its id is the index of the entry."""
        self._propose(caller, SESSION, 0, 0, b"")

    def take_configuration(self, caller: Caller, configuration: bytes) -> None:
        """Log an operator's change, behind whatever has gathered: nothing else may change the group meanwhile."""
        self.flush()
        self._append([(caller, CONFIG, 0, 0, configuration)])

    def answer(self, entry: Entry, value: bytes | None) -> None:
        """The machine has done `entry`, with this reply (None: it had none to give)."""
        caller = self.claim(entry.index, entry.term)
        if caller is None:
            return
        if value is not None:
            self._node.reply(caller, Done(value))
        elif not self._node.sessions.is_open(entry.session):
            self._node.reply(caller, SessionExpired())

    def session_opened(self, entry: Entry) -> None:
        """The session that `entry` opens is there."""
        caller = self.claim(entry.index, entry.term)
        if caller is not None:
            self._node.reply(caller, Done(b"", entry.index))

    def claim(self, index: int, term: int) -> Caller | None:
        """Whoever waits for exactly this entry, if it was taken under the leadership that lasts."""
        taken, caller = self._waiting.pop(index, _NOBODY)
        return caller if taken == term == self._leading else None

    def abandon(self) -> None:
        """Leadership is over: whoever waits hears nothing more, and what was not logged did not happen."""
        self._leading = 0
        for caller, *_ in self._gathered:
            self._node.reply(caller, NotLeader(None))
        self._gathered = []

    def note(self, entry: Entry, caller: Caller) -> None:
        """Remember who waits for `entry`."""
        self._leading = entry.term
        self._waiting[entry.index] = (entry.term, caller)

    def flush(self) -> None:
        """Log what has gathered."""
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._append(gathered)

    def _propose(self, caller: Caller, kind: str, session: int, serial: int, payload: bytes) -> None:
        self._gathered.append((caller, kind, session, serial, payload))
        if not (self._node.settings.group_commit and self._node.replication.is_writing()):
            self.flush()

    def _append(self, proposals: list[tuple[Caller, str, int, int, bytes]]) -> None:
        node, term = self._node, self._node.ballot.term
        entries = []
        for index, (caller, kind, session, serial, payload) in enumerate(proposals, node.log.last + 1):
            entry = Entry(index, term, kind, session, serial, payload)
            self.note(entry, caller)
            entries.append(entry)
        node.replication.append(*entries)
