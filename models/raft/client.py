"""A client of the key-value group: sessions, retries, hints, and a history that says no more than it knows.

An operation is ok when a server said Done, fail only if every attempt was refused, and unknown otherwise. After an
unknown operation the client goes on in a new session: the old one's last serial may yet be applied.
"""

from collections.abc import Sequence

from models.raft.machine import Cas, Command, Get, Put, decode_reply, encode_command
from models.raft.messages import Call, ClientReply, Done, OpenSession, SessionExpired
from models.raft.orders import Orders
from models.raft.settings import Settings
from sim import MS, SECOND, Actor, Refused, Script, Step, Timeout

BACK_OFF = (5 * MS, 50 * MS)
ORDERS = {"add": 0, "learn": 0, "remove": 0, "transfer": 0}
ORDER_PATIENCE = 3 * SECOND


class RaftClient(Actor):
    """Does the steps of its script one after another, each with the same serial at every attempt."""

    def __init__(self, servers: Sequence[str], script: Script, settings: Settings) -> None:
        self._servers = tuple(servers)
        self._script = script
        self._settings = settings
        self._session: int | None = None
        self._serial = 0
        self._seen: dict[str, str | None] = {}

    def on_start(self) -> None:
        """Begin the script at a server of one's own choice."""
        self._retries = self.random.child("retries")
        self._target = self._retries.choice(self._servers)
        self._orders = Orders(self, self._servers, self._settings, self.random.child("orders"))
        self.spawn(self.story())

    async def story(self) -> None:
        """One operation at a time."""
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            if step.verb in ORDERS:
                await self._orders.do(step, self.elapsed() + ORDER_PATIENCE)
            else:
                await self._do(step)

    async def _do(self, step: Step) -> None:
        command, arg = self._command(step)
        deadline = self.elapsed() + self._script.timeout_ns
        with self.operation(step.verb, key=step.key, arg=arg) as operation:
            seen = decode_reply(await self._ask(command, deadline))
            self._remember(command, seen)
            operation.ok(seen)
        if operation.outcome == "unknown":
            self._session = None

    def _command(self, step: Step) -> tuple[Command, object]:
        """The command of a step, and the argument that the history shows. A swap expects what was last seen."""
        if step.verb == "get":
            return Get(step.key), None
        if step.verb == "put":
            return Put(step.key, str(step.arg)), str(step.arg)
        if isinstance(step.arg, tuple):
            old, new = (None if value is None else str(value) for value in step.arg)
        else:
            old, new = self._seen.get(step.key), str(step.arg)
        return Cas(step.key, old, str(new)), (old, new)

    def _remember(self, command: Command, seen: str | None) -> None:
        if isinstance(command, Put):
            self._seen[command.key] = command.value
        elif isinstance(command, Cas) and seen == command.old:
            self._seen[command.key] = command.new
        else:
            self._seen[command.key] = seen

    async def _ask(self, command: Command, deadline: int) -> bytes:
        """The reply to `command`. Refused: it was never done. Timeout: it may have been."""
        operation, read = encode_command(command), isinstance(command, Get)
        while True:
            session = await self._open_session(deadline)
            self._serial += 1
            reply = await self._persist(Call(session, self._serial, operation, read), deadline)
            if isinstance(reply, Done):
                return reply.value
            self._session = None  # expired, at the first attempt that reached the machine: nothing was done

    async def _open_session(self, deadline: int) -> int:
        """The session's id, opened if there is none. Failing that, no operation was tried at all: Refused."""
        if self._session is None:
            try:
                reply = await self._persist(OpenSession(), deadline)
            except Timeout:
                raise Refused("no session was opened in time") from None
            assert isinstance(reply, Done), "only operations meet an expired session"
            self._session, self._serial = reply.session, 0
        return self._session

    async def _persist(self, request: Call | OpenSession, deadline: int) -> Done | SessionExpired:
        """Try one server after another until one has an answer or the deadline is there."""
        perhaps_done = hinted = False
        while (left := deadline - self.elapsed()) > 0:
            hint = None
            try:
                reply: ClientReply = await self.call(
                    self._target, request, timeout=min(left, self._settings.attempt_timeout)
                )
            except Timeout:
                perhaps_done = True
            else:
                if isinstance(reply, Done):
                    return reply
                if isinstance(reply, SessionExpired):
                    if perhaps_done:
                        break
                    return reply
                hint = reply.hint
            hinted = await self._turn(hint, hinted)
        if perhaps_done:
            raise Timeout(self._target)
        raise Refused("every attempt was refused")

    async def _turn(self, hint: str | None, hinted: bool) -> bool:
        """Go to the server that a hint names, at once unless hints lead from one to the next; else to the next in line.

        Returns whether a hint was followed.
        """
        if hint is not None and hint != self._target and not hinted:
            self._target = hint
            return True
        self._target = self._servers[(self._servers.index(self._target) + 1) % len(self._servers)]
        await self.sleep(self._retries.between(*BACK_OFF))
        return False
