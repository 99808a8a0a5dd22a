"""A stage for Raft servers: no network and no chance, every message waits until a test delivers it.

stage = Stage("n1", "n2", "n3")
stage.elect("n1")
stage.put("n1", "x", "1")
stage.deliver("n1", "n2")
"""

from collections.abc import Callable
from typing import TypeVar, cast

from models.raft.election import LEADER
from models.raft.events import Applied
from models.raft.machine import Put, encode_command
from models.raft.membership import bootstrap
from models.raft.messages import Call, Entry
from models.raft.node import RaftNode
from models.raft.parts import Parts
from models.raft.settings import Settings
from sim import MS, Caller, Event, Message, Stream
from sim.world.disk import Disk
from sim.world.timer import Timer

E = TypeVar("E", bound=Event)
M = TypeVar("M", bound=Message)
CLIENT = Caller("client", 1, 1)


class Bell:
    """A timer that rings when the stage says so."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.due: int | None = None

    def reset(self, ns: int) -> None:
        self.due = ns

    def cancel(self) -> None:
        self.due = None


class Files:
    """A disk on which everything is durable at once, or when the stage says so."""

    def __init__(self) -> None:
        self.records: dict[type, Message] = {}
        self.files: dict[str, bytes] = {}
        self.syncs = 0
        self.replacements = 0
        self.name = "n"

    def save(self, record: Message) -> None:
        self.records[type(record)] = record

    def load(self, kind: type[M]) -> M | None:
        return cast("M | None", self.records.get(kind))

    def exists(self, name: str) -> bool:
        return name in self.files

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        return self.files[name][offset : None if size is None else offset + size]

    def size(self, name: str) -> int:
        return len(self.files[name])

    def write(self, name: str, offset: int, data: bytes) -> None:
        before = self.files.get(name, b"").ljust(offset, b"\0")
        self.files[name] = before[:offset] + data + before[offset + len(data) :]

    def unlink(self, name: str) -> None:
        del self.files[name]

    def append(self, name: str, data: bytes) -> None:
        self.files[name] = self.files.get(name, b"") + data

    def truncate(self, name: str, size: int) -> None:
        self.files[name] = self.files[name][:size]

    def rename(self, old: str, new: str) -> None:
        self.files[new] = self.files.pop(old)

    def fsync(self, name: str) -> None:
        assert name in self.files
        self.syncs += 1

    def fsync_dir(self) -> None:
        self.syncs += 1


class StagedNode(RaftNode):
    """A server whose surroundings are the stage."""

    def __init__(self, stage: "Stage", name: str, settings: Settings, voters: tuple[str, ...], parts: Parts) -> None:
        super().__init__(settings, bootstrap(voters, settings.voters, settings.learners), parts)
        self.name = name
        self.random = Stream(1, name)
        self.stage = stage
        self.bells: list[Bell] = []
        self.events: list[Event] = []
        self.answers: list[tuple[Caller, Message | None]] = []

    @property
    def disk(self) -> Disk:
        return cast("Disk", self.stage.disks[self.name])

    def elapsed(self) -> int:
        return self.stage.now

    def send(self, to: str, message: Message) -> None:
        self.stage.wire.append((self.name, to, message))

    def reply(self, caller: Caller, message: Message | None) -> None:
        self.answers.append((caller, message))

    def emit(self, event: Event, *, at_once: bool = False) -> None:
        self.events.append(event)

    def timer(self, callback: Callable[[], None]) -> Timer:
        bell = Bell(callback)
        self.bells.append(bell)
        return cast("Timer", bell)

    def when_durable(self, callback: Callable[[], None]) -> None:
        if self.stage.slow_disks:
            self.stage.held.append(callback)
        else:
            callback()

    def said(self, kind: type[E]) -> list[E]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def ring(self, callback: Callable[[], None]) -> None:
        """Ring the timer that calls `callback`, which must be running."""
        bell = next(bell for bell in self.bells if bell.callback == callback)
        assert bell.due is not None, f"{callback} is not running"
        bell.due = None
        callback()

    def due(self, callback: Callable[[], None]) -> int | None:
        """What the timer that calls `callback` was last set to, in ns; None if it is not running."""
        return next(bell for bell in self.bells if bell.callback == callback).due


class Stage:
    """Servers `names` with the same settings. `wire` holds what was sent and not delivered."""

    def __init__(self, *names: str, parts: Parts | None = None, **settings: object) -> None:
        self.names = names
        self.now = 0
        self.slow_disks = False
        self.held: list[Callable[[], None]] = []
        self.wire: list[tuple[str, str, Message]] = []
        self.disks = {name: Files() for name in names}
        self._settings = Settings.model_validate(settings)
        self._parts = parts or Parts()
        self.nodes = {name: self._boot(name) for name in names}

    def __getitem__(self, name: str) -> StagedNode:
        return self.nodes[name]

    def restart(self, name: str) -> None:
        """A new incarnation on the same disk; what the old one sent is still on its way."""
        self.nodes[name] = self._boot(name)

    def _boot(self, name: str) -> StagedNode:
        node = StagedNode(self, name, self._settings, self.names, self._parts)
        node.on_start()
        return node

    def take(
        self, source: str = "*", target: str = "*", kind: type[Message] = Message
    ) -> list[tuple[str, str, Message]]:
        """Take matching messages off the wire."""
        matching = [
            one for one in self.wire if source in ("*", one[0]) and target in ("*", one[1]) and isinstance(one[2], kind)
        ]
        self.wire = [one for one in self.wire if one not in matching]
        return matching

    def hand(self, source: str, target: str, message: Message) -> None:
        """Put a message into a server's hands."""
        node = self.nodes[target]
        node._handlers[type(message)](node, source, message)

    def deliver(self, source: str = "*", target: str = "*", kind: type[Message] = Message) -> int:
        """Deliver matching messages that wait now; returns how many."""
        taken = self.take(source, target, kind)
        for one in taken:
            self.hand(*one)
        return len(taken)

    def settle(self, *among: str) -> None:
        """Deliver everything between these servers (default: all) until nothing waits; drop the rest."""
        names = among or self.names
        for _ in range(200):
            waiting, self.wire = self.wire, []
            kept = [one for one in waiting if one[0] in names and one[1] in names]
            if not kept:
                return
            for one in kept:
                self.hand(*one)
        raise AssertionError("the servers never stop talking")

    def wait(self, ns: int = 200 * MS) -> None:
        """Let time pass; no timer rings by itself."""
        self.now += ns

    def stand(self, name: str) -> None:
        """Let a server's election timer ring, later than any leader's last word."""
        self.wait()
        self.nodes[name].ring(self.nodes[name].election.stand)

    def elect(self, name: str, *among: str) -> None:
        """Let a server stand and be elected by those among whom messages flow."""
        self.stand(name)
        self.settle(*among)
        assert self.nodes[name].election.role == LEADER, f"{name} was not elected"
        self.beat(name, *among)

    def beat(self, name: str, *among: str) -> None:
        """Let a leader's heartbeat go round."""
        self.nodes[name].ring(self.nodes[name].replication.beat)
        self.settle(*among)

    def put(self, name: str, key: str, value: str) -> None:
        """A client's put, outside of any session: an entry like another."""
        node = self.nodes[name]
        node.call_operation(CLIENT, Call(0, 0, encode_command(Put(key, value)), False))

    def log(self, name: str) -> list[tuple[int, int]]:
        """(index, term) of every entry of a server's log."""
        log = self.nodes[name].log
        return [(index, log.entry(index).term) for index in range(log.base + 1, log.last + 1)]

    def plant(self, name: str, *terms: int) -> None:
        """Give a server a log with entries of these terms, and the last one as its term; it restarts."""
        node = self.nodes[name]
        node.log.append([Entry(index, term, "no-op") for index, term in enumerate(terms, node.log.last + 1)])
        node.ballot.reach(max(terms))
        self.restart(name)

    def applied(self, name: str) -> list[int]:
        """The indices that a server has applied."""
        return [event.index for event in self.nodes[name].said(Applied)]
