"""A server of a Raft group of the stack: it keeps objects, and while it leads it hosts AgentFlow's store.

Requests to the store come to every server of the group. One that does not host it refuses them and names the leader.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from models import agentflow, raft
from models.stack.gate import Gate
from models.stack.group_machine import GroupMachine
from models.stack.hosted_store import HostedStore
from models.stack.parts import StoreParts
from models.stack.replica import StoreReplica
from models.stack.replicated_files import ReplicatedFiles
from models.stack.settings import StoreSettings
from sim import Actor, Caller, Message, on

ELSEWHERE = "elsewhere:"
"""What a refusal begins with that is no answer of the store: it is hosted by the server named behind, if one is."""

NewStore = Callable[[Actor, Gate, Mapping[str, bytes]], HostedStore]
Handler = Callable[["GroupReplica", Caller, Message], None]


def _hand_on(kind: type[Message], name: str) -> Handler:
    """The handler of a request that is the hosted store's."""

    @on(kind)
    def hand_on(self: "GroupReplica", caller: Caller, message: Message) -> None:
        self.serve(name, caller, message)

    return hand_on


class GroupReplica(StoreReplica):
    """One incarnation. `hosts` makes the store that it hosts while it leads; None: it hosts nothing."""

    def __init__(
        self, settings: StoreSettings, servers: Sequence[str], parts: StoreParts, hosts: NewStore | None
    ) -> None:
        super().__init__(settings, servers, parts)
        self._hosts = hosts
        self.hosts = hosts is not None
        self._gate: Gate | None = None
        self.hosted: HostedStore | None = None

    def make_machine(self) -> GroupMachine:  # type: ignore[override]
        """An empty store of objects, and no files."""
        return GroupMachine(super().make_machine(), ReplicatedFiles())

    def start_leading(self) -> None:
        """Host the store, once everything of earlier leaders is applied here."""
        super().start_leading()
        if self._hosts is not None:
            self.spawn(self._take_over(self.ballot.term))

    def stop_leading(self) -> None:
        """The store that was hosted here says nothing more."""
        if self._gate is not None:
            self._gate.close()
        self._gate = self.hosted = None
        super().stop_leading()

    async def _take_over(self, term: int) -> None:
        contact = raft.Contact(self, (self.name,), self.settings, self.random.child("hosting", str(term)))
        self._gate = gate = Gate(self, contact, term)
        if not await gate.open():
            return
        files = cast("GroupMachine", self.sessions.machine).files.files()
        gate.begin(files)
        assert self._hosts is not None, "only who hosts takes over"
        self.hosted = self._hosts(self, gate, files)
        self.hosted.on_start()

    take_start = _hand_on(agentflow.Start, "start")
    take_signal = _hand_on(agentflow.Signal, "signal")
    take_cancel = _hand_on(agentflow.Cancel, "cancel")
    take_get_result = _hand_on(agentflow.GetResult, "get_result")
    take_get_history = _hand_on(agentflow.GetHistory, "get_history")
    take_poll_decision = _hand_on(agentflow.PollDecision, "poll_decision")
    take_decided = _hand_on(agentflow.Decided, "decided")
    take_poll_step = _hand_on(agentflow.PollStep, "poll_step")
    take_heartbeat = _hand_on(agentflow.Heartbeat, "heartbeat")
    take_step_done = _hand_on(agentflow.StepDone, "step_done")
    take_step_error = _hand_on(agentflow.StepError, "step_error")

    def serve(self, name: str, caller: Caller, message: Message) -> None:
        """Have the store that is hosted here do what was asked, by the name of its handler."""
        if self.hosted is None:
            self.refuse(caller, ELSEWHERE + (self.election.leader or ""))
            return
        handler: Callable[[Caller, Message], Message | None] = getattr(self.hosted, name)
        answer = handler(caller, message)
        if answer is not None:
            self.hosted.reply(caller, answer)
