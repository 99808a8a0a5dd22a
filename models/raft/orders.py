"""An operator of the group: adds, removes and replaces servers one at a time, and moves leadership.

Orders name a server in literal operations; a mix of orders picks one by chance. They act once however often they are
repeated: a leader that is asked for what is so already says so.
"""

from collections.abc import Sequence

from models.raft.messages import (
    ChangeMembers,
    Done,
    Identify,
    Members,
    NotLeader,
    OperatorReply,
    TransferLeadership,
)
from models.raft.settings import Settings
from sim import MS, Actor, Refused, Step, Stream, Timeout

PAUSE = 50 * MS
VOTERS_MIN = 3


class Orders:
    """The orders of one client, given to whoever leads."""

    def __init__(self, client: Actor, servers: Sequence[str], settings: Settings, stream: Stream) -> None:
        self._client = client
        self._servers = tuple(servers)
        self._settings = settings
        self._stream = stream
        self._target = servers[0]

    async def do(self, step: Step, deadline: int) -> None:
        """Give one order, again and again until it is done, it proves void, or the deadline is there."""
        members = await self._ask(TransferLeadership(""), deadline)
        if not isinstance(members, Members):
            return
        server = step.key if step.key in self._servers else self._pick(step.verb, members)
        if server is None:
            return
        if step.verb == "transfer":
            await self._ask(TransferLeadership(server), deadline, once=True)
        elif step.verb == "remove":
            await self._ask(ChangeMembers("remove", server), deadline)
        else:
            await self._take_in(server, deadline, promote=step.verb == "add")

    def _pick(self, verb: str, members: Members) -> str | None:
        if verb in ("add", "learn"):
            free = [one for one in self._servers if one not in members.voters]
        elif verb == "transfer":
            free = [*members.voters]
        else:
            free = [*members.voters] if len(members.voters) > VOTERS_MIN else []
        return self._stream.choice(free) if free else None

    async def _take_in(self, server: str, deadline: int, *, promote: bool) -> None:
        """Make a server a learner with the disk that it has now, and a voter once it has caught up."""
        generation = await self._identify(server, deadline)
        if generation is None:
            return
        learned = await self._ask(ChangeMembers("learn", server, generation), deadline)
        if promote and isinstance(learned, Members):
            await self._ask(ChangeMembers("promote", server), deadline)

    async def _identify(self, server: str, deadline: int) -> int | None:
        while (left := deadline - self._client.elapsed()) > 0:
            try:
                timeout = min(left, self._settings.attempt_timeout)
                return (await self._client.call(server, Identify(), timeout=timeout)).generation
            except (Timeout, Refused):
                await self._client.sleep(PAUSE)
        return None

    async def _ask(
        self, order: ChangeMembers | TransferLeadership, deadline: int, *, once: bool = False
    ) -> OperatorReply | None:
        """The leader's answer, None if there is none in time. With `once`, its first answer, whatever that is."""
        while (left := deadline - self._client.elapsed()) > 0:
            try:
                timeout = min(left, self._settings.attempt_timeout)
                reply: OperatorReply = await self._client.call(self._target, order, timeout=timeout)
            except (Timeout, Refused):
                self._turn(None)
            else:
                if once or isinstance(reply, (Members, Done)):
                    return reply
                if isinstance(reply, NotLeader):
                    self._turn(reply.hint)
            await self._client.sleep(PAUSE)
        return None

    def _turn(self, hint: str | None) -> None:
        following = (self._servers.index(self._target) + 1) % len(self._servers)
        self._target = hint or self._servers[following]
