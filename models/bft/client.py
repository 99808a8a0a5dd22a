"""A client of the replicated log: tells every party, and believes what f + 1 of them say."""

from collections.abc import Sequence

from models.bft.quorums import Quorums
from models.bft.requests import Command, Reply, Submit, submit_tag
from models.bft.settings import Settings
from sim import MS, Actor, Script, Step, Timeout, on
from sim.agreement import Value

AGAIN = 200 * MS


class LogClient(Actor):
    """Does the steps of its script one after another. A command that nobody answered in time may yet be applied."""

    def __init__(self, servers: Sequence[str], script: Script, settings: Settings) -> None:
        self._quorums = Quorums.of(servers, settings.f)
        self._script = script
        self._serial = 0
        self._said: dict[tuple[int, str | None], dict[str, None]] = {}
        self._seen: dict[str, str | None] = {}

    def on_start(self) -> None:
        """Begin the script."""
        self._answers = self.store()
        self.spawn(self.story())

    async def story(self) -> None:
        """One operation at a time."""
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            command, arg = self._command(step)
            with self.operation(step.verb, key=step.key, arg=arg) as operation:
                seen = await self._ask(command)
                self._remember(command, seen)
                operation.ok(None if step.verb == "put" else seen)

    def _command(self, step: Step) -> tuple[Command, Value]:
        self._serial += 1
        if step.verb == "get":
            return Command(self.name, self._serial, "get", step.key), None
        if step.verb == "put":
            return Command(self.name, self._serial, "put", step.key, None, str(step.arg)), str(step.arg)
        if isinstance(step.arg, tuple):
            old, new = (None if value is None else str(value) for value in step.arg)
        else:
            old, new = self._seen.get(step.key), str(step.arg)
        return Command(self.name, self._serial, "cas", step.key, old, new), (old, new)

    def _remember(self, command: Command, seen: str | None) -> None:
        writes = command.verb == "put" or (command.verb == "cas" and seen == command.old)
        self._seen[command.key] = command.new if writes else seen

    async def _ask(self, command: Command) -> str | None:
        """Tell all, again and again; Timeout says that it may or may not be in the log."""
        submit = Submit(command, self.signer.share(submit_tag(command), command))
        deadline = self.elapsed() + self._script.timeout_ns
        while (left := deadline - self.elapsed()) > 0:
            for name in self._quorums.members:
                self.send(name, submit)
            try:
                first = await self.first_of(self._answer(command.serial), timeout=min(left, AGAIN))
            except Timeout:
                continue
            return first.value
        raise Timeout("the parties")

    async def _answer(self, serial: int) -> str | None:
        while True:
            found, value = await self.wait(self._answers.get())
            if found == serial:
                return value  # type: ignore[no-any-return] # what `reply` put there

    @on(Reply)
    def reply_arrived(self, source: str, reply: Reply) -> None:
        """F + 1 equal answers hold an honest one."""
        if source not in self._quorums or reply.serial != self._serial:
            return
        names = self._said.setdefault((reply.serial, reply.value), {})
        if source not in names:
            names[source] = None
            if len(names) == self._quorums.honest_one:
                self._answers.put((reply.serial, reply.value))
