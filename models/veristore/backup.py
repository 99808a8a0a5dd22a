"""Backup: a store sends a snapshot to an empty one, and then what it commits after that.

    source                         standby
      Install(seq, 0..n, chunks) ->  collects; with the last one restores and recovers
      Suffix(first, batches)     ->  appends what follows its own last batch

Both are calls. What a standby has it keeps: a snapshot is refused by a store that is not empty.
"""

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.veristore.engine import batch
from models.veristore.engine.damage import BadSnapshot, NoRoom, NotEmpty
from models.veristore.engine.recovery import EMPTY
from models.veristore.machine.view import Change
from models.veristore.messages import Install, Installed, Suffix
from sim import MS, Caller, Refused, Timeout

if TYPE_CHECKING:
    from models.veristore.node import StoreNode

ATTEMPT = 250 * MS
BUSY = "Busy"
BATCHES = 32
"""How many batches go into one message."""


class Source:
    """The sending side of one incarnation: a snapshot first, then every batch behind it."""

    def __init__(self, node: "StoreNode", standby: str) -> None:
        self._node = node
        self._standby = standby
        self._behind: list[tuple[int, bytes]] = []
        self._following = False

    def applied(self, seq: int, changes: Sequence[Change]) -> None:
        """A batch is durable."""
        if self._following:
            self._behind.append((seq, batch.pack(changes)))

    async def copy(self) -> None:
        """Send snapshots until one has arrived; then send what comes after it, for ever."""
        node = self._node
        while True:
            await node.sleep(node.settings.snapshot_every)
            if not node.engine.ready:
                return
            try:
                await self._send_snapshot()
                break
            except Refused as refusal:
                if refusal.reason == NotEmpty.__name__:
                    return
            except Timeout:
                continue
        while node.engine.ready:
            await self._send_suffix()

    async def _send_snapshot(self) -> None:
        node = self._node
        self._behind, self._following = [], True
        chunks, seq = node.engine.snapshot(), node.engine.applied
        for number, chunk in enumerate(chunks):
            await node.call(self._standby, Install(seq, number, len(chunks), chunk), timeout=ATTEMPT)

    async def _send_suffix(self) -> None:
        """Send the oldest batches that the standby lacks; after silence send them again."""
        node, batches = self._node, self._behind[:BATCHES]
        if not batches:
            await node.sleep(node.settings.snapshot_every)
            return
        try:
            done = await node.call(
                self._standby, Suffix(batches[0][0], tuple(one for _, one in batches)), timeout=ATTEMPT
            )
        except (Refused, Timeout):
            await node.sleep(node.settings.snapshot_every)
        else:
            self._behind = [one for one in self._behind if one[0] > done.seq]


class Standby:
    """The receiving side of one incarnation, of a store that serves nobody else."""

    def __init__(self, node: "StoreNode") -> None:
        self._node = node
        self._seq = 0
        self._chunks: list[bytes] = []
        self._restoring = False
        self._waiting: deque[tuple[Caller, Suffix]] = deque()

    @property
    def has_work(self) -> bool:
        """Whether batches wait."""
        return bool(self._waiting)

    def install(self, caller: Caller, part: Install) -> None:
        """A chunk of a snapshot has come; chunks come in order, and a new snapshot begins with its first."""
        node = self._node
        if node.engine.state != EMPTY or self._restoring:
            node.refuse(caller, BUSY if self._restoring else NotEmpty.__name__)
            return
        if part.number == 0:
            self._seq, self._chunks = part.seq, []
        if part.seq != self._seq or part.number != len(self._chunks):
            node.refuse(caller, "out of order")
            return
        self._chunks.append(part.chunk)
        if len(self._chunks) < part.chunks:
            node.reply(caller, Installed(part.seq))
        else:
            node.spawn(self._restore(caller))

    async def _restore(self, caller: Caller) -> None:
        node = self._node
        chunks, self._chunks, self._restoring = self._chunks, [], True
        try:
            await node.engine.restore(caller.source, chunks)
        except (BadSnapshot, NoRoom, NotEmpty) as error:
            node.refuse(caller, type(error).__name__)
        else:
            await node.reopen()
            node.reply(caller, Installed(self._seq))
        self._restoring = False

    def follow(self, caller: Caller, suffix: Suffix) -> None:
        """Batches have come."""
        if not self._node.engine.ready:
            self._node.refuse(caller, BUSY)
            return
        self._waiting.append((caller, suffix))
        self._node.work()

    async def commit_suffix(self) -> None:
        """Append the batches that follow the last one here, as many as the segment takes, and make them durable."""
        node, engine = self._node, self._node.engine
        caller, suffix = self._waiting.popleft()
        try:
            if not engine.room:
                await engine.rotate()
            for seq, payload in enumerate(suffix.batches, suffix.first):
                if seq == engine.appended + 1 and engine.room:
                    engine.append(batch.unpack(payload))
        except NoRoom:
            node.space.run_out()
        await engine.commit()
        node.upkeep.committed()
        node.reply(caller, Installed(engine.applied))
