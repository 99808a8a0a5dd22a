# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of what clients see: replies, reads and sessions. Each class overrides one rule of a part."""

from models.raft.acceptance import Acceptance
from models.raft.events import ReadBegan
from models.raft.machine import encode_reply, is_put
from models.raft.messages import AppendReply, Call, Done, Entry, NotLeader
from models.raft.proposals import Proposals
from models.raft.reads import Reads, Waiting
from models.raft.sessions import Sessions
from sim import Caller


class OkOnAppend(Proposals):
    """Answers a put as soon as the leader has it in its log."""

    def note(self, entry: Entry, caller: Caller) -> None:
        if is_put(entry.payload):
            self._node.reply(caller, Done(encode_reply(None)))
        else:
            super().note(entry, caller)


class AnswerByIndex(Proposals):
    """Answers whoever waits at an index, whatever came to stand there."""

    def claim(self, index: int, term: int) -> Caller | None:  # noqa: ARG002
        _, caller = self._waiting.pop(index, (0, None))
        return caller


class RefusesAfterAppend(Proposals):
    """Tells those who wait at the end of a leadership that nothing happened."""

    def abandon(self) -> None:
        for _, caller in self._waiting.values():
            self._node.reply(caller, NotLeader(None))
        super().abandon()


class LocalRead(Reads):
    """Answers reads from the leader's own state, without asking whether it still leads."""

    def take(self, caller: Caller, call: Call) -> None:
        self._taken += 1
        self._node.emit(ReadBegan(self._ballot.term, self._taken, self._mode), at_once=True)
        self.serve(Waiting(self._taken, caller, call.operation, 0, self._commitment.commit))


class EarlyReadIndex(Reads):
    """Trusts its commit index before an entry of its own term is committed."""

    def may_begin(self) -> bool:
        return True


class ReusedRound(Reads):
    """Sends every round under the number of the first."""

    def next_round(self) -> int:
        return 1


class EchoesOldRound(Acceptance):
    """Answers messages of old terms with their read round, as if it confirmed the present leadership."""

    def answer_old_term(self, source: str, prev_index: int, round_: int) -> None:
        self._node.send(source, AppendReply(self._ballot.term, False, 0, prev_index, 0, 0, round_))


class NoSessions(Sessions):
    """Does every entry, also one that repeats an operation."""

    def is_repeat(self, serial: int, last_serial: int) -> bool:  # noqa: ARG002
        return False
