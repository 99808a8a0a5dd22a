"""A client of the key-value group: sessions, retries, hints, and a history that says no more than it knows.

An operation is ok when a server said Done, fail only if every attempt was refused, and unknown otherwise. After an
unknown operation the client goes on in a new session: the old one's last serial may yet be applied.
"""

from collections.abc import Sequence

from models.raft.contact import Contact
from models.raft.machine import Cas, Command, Get, Put, decode_reply, encode_command
from models.raft.orders import Orders
from models.raft.settings import Settings
from sim import SECOND, Actor, Script, Step

ORDERS = {"add": 0, "learn": 0, "remove": 0, "transfer": 0}
ORDER_PATIENCE = 3 * SECOND


class RaftClient(Actor):
    """Does the steps of its script one after another, each with the same serial at every attempt."""

    def __init__(self, servers: Sequence[str], script: Script, settings: Settings) -> None:
        self._servers = tuple(servers)
        self._script = script
        self._settings = settings
        self._seen: dict[str, str | None] = {}

    def on_start(self) -> None:
        """Begin the script at a server of one's own choice."""
        self._contact = Contact(self, self._servers, self._settings, self.random.child("retries"))
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
            asked = self._contact.ask(encode_command(command), deadline, read=isinstance(command, Get))
            seen = decode_reply(await asked)
            self._remember(command, seen)
            operation.ok(seen)

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
