"""Group commit: commands that come at about the same time become durable together, with one sync for all.

A command is worked out against what is durable and what its own group has before it. Its reply leaves when the group is
durable, also if it changed nothing: it may have seen what was not durable then.
"""

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from models.veristore.engine.damage import Damage, NoRoom, TooLarge
from models.veristore.events import Acked, ReadServed
from models.veristore.messages import FAULTY, NO_SPACE, TOO_LARGE, Answered
from models.veristore.witness import Witness
from sim import Caller

if TYPE_CHECKING:
    from models.veristore.node import StoreNode


class Done(NamedTuple):
    """A command that was worked out: its reply, the newest seq that it made or saw, and what it saw if it made none."""

    caller: Caller
    reply: bytes
    seq: int
    shown: bytes | None


class Committer:
    """The commands that wait, and the group that is under way."""

    def __init__(self, node: "StoreNode") -> None:
        self._node = node
        self._settings = node.settings
        self._waiting: deque[tuple[Caller, bytes]] = deque()

    @property
    def has_work(self) -> bool:
        """Whether a command waits."""
        return bool(self._waiting)

    def take(self, caller: Caller, body: bytes) -> None:
        """A command has come."""
        self._waiting.append((caller, body))

    async def commit_group(self) -> None:
        """Do what waits, and what comes within the window; make it durable; answer."""
        node, engine = self._node, self._node.engine
        if not engine.room and not await self._rotate():
            return
        group: list[Done] = []
        self._work_out(group)
        if len(group) < self._settings.group_max:
            await node.sleep(self._settings.group_window)
            self._work_out(group)
        await engine.commit()
        node.upkeep.committed()
        for done in group:
            self.answer(done)

    def answer(self, done: Done) -> None:
        """Tell the client."""
        node = self._node
        if done.shown is None:
            node.emit(Acked(done.seq, done.caller.source, done.caller.id))
        else:
            node.emit(ReadServed(done.seq, done.shown))
        node.reply(done.caller, Answered(done.reply, done.seq))

    def refuse_all(self, reason: str) -> None:
        """Nothing that waits was done."""
        while self._waiting:
            caller, _ = self._waiting.popleft()
            self._node.refuse(caller, reason)

    def _work_out(self, group: list[Done]) -> None:
        """Work out what waits, as far as group and segment reach."""
        engine = self._node.engine
        while self._waiting and len(group) < self._settings.group_max and engine.room:
            caller, body = self._waiting.popleft()
            try:
                done = self._do(caller, body)
            except Damage:
                self._node.refuse(caller, FAULTY)
                raise
            if done is not None:
                group.append(done)

    def _do(self, caller: Caller, body: bytes) -> Done | None:
        """Work one command out and append its changes; None if it was refused."""
        node, engine = self._node, self._node.engine
        view = Witness(engine.pending_view())
        outcome = node.machine.execute(view, engine.appended + 1, body)
        if not outcome.changes:
            return Done(caller, outcome.reply, engine.appended, view.shown)
        if not node.space.takes(outcome.changes):
            node.refuse(caller, NO_SPACE)
            return None
        try:
            seq = engine.append(outcome.changes)
        except TooLarge:
            node.refuse(caller, TOO_LARGE)
        except NoRoom:
            node.space.run_out()
            node.refuse(caller, NO_SPACE)
        else:
            return Done(caller, outcome.reply, seq, None)
        return None

    async def _rotate(self) -> bool:
        """Begin a new segment; without room for it, even with the reserve, everything that waits is refused."""
        try:
            await self._node.engine.rotate()
        except NoRoom:
            had_reserve = self._node.space.release()
            self._node.space.run_out()
            if not had_reserve:
                self.refuse_all(NO_SPACE)
            return False
        return True
