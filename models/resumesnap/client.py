"""Clients: the web page of each user, who submits, edits, and now and then wants to be forgotten."""

from models.agentflow import Port
from models.resumesnap.words import RUNNING, Delete, Edit, GetStatus, Submit
from sim import MS, Actor, Script, Step, Timeout

VERBS = {"submit": 0, "voice": 0, "double": 0, "edit": 0, "delete": 0}
"""`double`: extension and web submit the same request at once."""
JOBS = ("engineer", "designer", "writer")
USERS = 3
"""Fewer than clients: a user is at several places at once."""
LETTERS = "abcdefghijklmnopqrstuvwxyz/"


class ResumeClient(Actor):
    """One place where a user works. Requests are named by a serial; versions are those that the user knows of."""

    def __init__(self, gateway: str, script: Script, twin: str) -> None:
        self._gateway = gateway
        self._script = script
        self._twin = twin

    def on_start(self) -> None:
        """Begin."""
        self._port = Port(self, self._gateway)
        self._draws = self.random.child("draws")
        self._version = 1
        self._user = f"u{int(self.name.lstrip(LETTERS)) % USERS}"
        self.spawn(self.story())

    async def story(self) -> None:
        """One thing after another."""
        for serial, step in enumerate(self._script.steps(self.random.child("script")), 1):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            if step.verb == "edit":
                await self._edit()
            elif step.verb == "delete":
                await self._port.insist(Delete(self._user, self.elapsed()))
            else:
                await self._submit(step, serial)

    async def _edit(self) -> None:
        try:
            await self.call(self._gateway, Edit(self._user), timeout=500 * MS)
        except Timeout:
            return
        self._version += 1

    async def _submit(self, step: Step, serial: int) -> None:
        recording = f"{self._user}-{serial % 3}" if step.verb == "voice" else ""
        asked = Submit(self._user, f"{self.name}-{serial}", self._version, self._draws.choice(JOBS), recording)
        deadline = self.elapsed() + self._script.timeout_ns
        if step.verb == "double":
            self.send(self._twin, asked)
        with self.operation("request", key=asked.request, arg=step.verb) as operation:
            receipt = await self._port.ask(asked, deadline)
            while (status := await self._port.ask(GetStatus(receipt.id), deadline)).state == RUNNING:
                await self.sleep(100 * MS)
            operation.ok(status.state)
