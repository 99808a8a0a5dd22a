"""AgentFlow's store where the leader of a Raft group is: the same rules, with the group's log in the place of its disk.

A history is written by one store at a time, the present leader's, and read back by the next one as after a restart. So
nothing of the store is written anew: only what its journal writes to, and when what it says may leave.
"""

from collections.abc import Callable, Mapping

from models import agentflow
from models.stack.gate import Gate
from sim import Actor, Caller, Event, Message, Timer


class LogFiles:
    """What a journal needs of a disk, on the files of a group. They are whole: only committed frames are in them."""

    def __init__(self, gate: Gate, files: Mapping[str, bytes]) -> None:
        self._gate = gate
        self._files = files

    def append(self, name: str, data: bytes) -> int:
        """Write behind the end."""
        self._gate.write(name, data)
        return len(data)

    def read(self, name: str) -> bytes:
        """What was there at the take-over."""
        return self._files[name]

    def exists(self, name: str) -> bool:
        """Whether there was a file of this name."""
        return name in self._files

    def truncate(self, name: str, size: int) -> None:
        """There is nothing to cut."""
        raise AssertionError(f"{name} is cut to {size}: a log holds no torn tail")

    def fsync(self, name: str) -> None:
        """The gate sees to it."""

    def fsync_dir(self) -> None:
        """The gate sees to it."""


class HostedStore(agentflow.Store):
    """A store as long as its host leads. Whatever it says goes through the gate."""

    def __init__(
        self,
        host: Actor,
        gate: Gate,
        files: Mapping[str, bytes],
        settings: agentflow.EngineSettings,
        parts: agentflow.EngineParts,
    ) -> None:
        super().__init__(settings, parts)
        self._host = host
        self._gate = gate
        self._log = LogFiles(gate, files)

    @property
    def files(self) -> LogFiles:
        """The group's."""
        return self._log

    def now(self) -> int:
        """The host's wall clock, in ns."""
        return self._host.now()

    def elapsed(self) -> int:
        """The host's monotonic clock, in ns."""
        return self._host.elapsed()

    def timer(self, callback: Callable[[], None]) -> Timer:
        """A timer that rings only while the host leads."""
        return self._host.timer(lambda: callback() if self._gate.is_open else None)

    def reply(self, caller: Caller, message: Message | None) -> None:
        """Answer, once what the answer rests on is committed."""
        self._gate.after(lambda: self._host.reply(caller, message))

    def refuse(self, caller: Caller, reason: str) -> None:
        """Say no, once it is sure that nobody else has said yes."""
        self._gate.after(lambda: self._host.refuse(caller, reason))

    def emit(self, event: Event, *, at_once: bool = False) -> None:  # noqa: ARG002 - nothing is true before its commit
        """Tell the checks, once it is committed."""
        self._gate.after(lambda: self._host.emit(event))
