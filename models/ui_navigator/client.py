"""Users: they give tasks, some of them twice, and wait to be told how it went."""

from models.agentflow import Port, Start
from models.ui_navigator.platform import IMPOSSIBLE
from models.ui_navigator.program import TASK
from models.ui_navigator.words import Task, pack
from sim import Actor, Script, Step

VERBS = {"project": 0, "invitation": 0, "payment": 0, "impossible": 0, "twice": 0}
"""What a workload may ask; `twice` gives a project's task twice, `impossible` one that no platform can do."""

TITLES = ("Plan", "Budget", "Notes")
"""Few, so that users often want things of the same name."""


class User(Actor):
    """One task after another; a task is named by user and serial."""

    def __init__(self, store: str, script: Script) -> None:
        self._store = store
        self._script = script

    def on_start(self) -> None:
        """Begin."""
        self._port = Port(self, self._store)
        self._titles = self.random.child("titles")
        self.spawn(self.story())

    async def story(self) -> None:
        """One task at a time."""
        for serial, step in enumerate(self._script.steps(self.random.child("script")), 1):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            await self._do(step, f"{self.name}.{serial}")

    async def _do(self, step: Step, name: str) -> None:
        kind = {"twice": "project", "impossible": IMPOSSIBLE}.get(step.verb, step.verb)
        order = pack(Task(name, self.name, kind, self._titles.choice(TITLES)))
        deadline = self.elapsed() + self._script.timeout_ns
        with self.operation("task", key=name, arg=kind) as operation:
            for _ in range(1 + (step.verb == "twice")):
                await self._port.ask(Start(name, TASK, order), deadline)
            operation.ok((await self._port.end_of(name, deadline)).result.decode())
