"""Small models of a test's own, which fail, crash or end their process by seed, and scenarios for them."""

from pathlib import Path

MODEL = '''"""A model that does what its seed says."""

import os

from sim import Actor, Check, Emitted, Event, Landmark, Model, RunRecord, System, Verdict


class Drawn(Event):
    """A number that the node drew."""

    number: int


class Drawer(Actor):
    def on_start(self) -> None:
        number = self.random.between(0, 99)
        self.emit(Drawn(number))
        if self.name == "n1":
            self.act(number)

    def act(self, number: int) -> None:
        ACT


class Low(Check):
    name = "low"
    watches = (Drawn,)

    def __init__(self) -> None:
        self.high = None

    def observe(self, emitted: Emitted) -> None:
        if self.high is None and emitted.event.number >= LIMIT:
            self.high = emitted

    def conclude(self, record: RunRecord) -> Verdict:
        if self.high is None:
            return Verdict(self.name, "pass", "all numbers were low")
        said = f"{self.high.node} drew {self.high.event.number}"
        return Verdict(self.name, "fail", said, at_ns=self.high.t_ns)


def build(system: System) -> None:
    for name in system.servers:
        system.server(name, Drawer)


MODEL = Model(
    "drawer",
    "draws numbers",
    build,
    checks={"low": lambda _: Low()},
    landmarks={"zero": Landmark("zero", (Drawn,), lambda: lambda emitted: emitted.event.number == 0)},
)
'''

SCENARIO = """\
version: 1
name: drawing
duration: 1s
systems: {main: {model: "MODULE:MODEL", nodes: 2}}
"""


def drawing(folder: Path, module: str, *, act: str = "pass", limit: int = 1000, more: str = "") -> Path:
    """A model in `folder` whose n1 does `act` with a number below 100, and fails at `limit`; returns its scenario."""
    (folder / f"{module}.py").write_text(MODEL.replace("ACT", act).replace("LIMIT", str(limit)))
    scenario = folder / f"{module}.yaml"
    scenario.write_text(SCENARIO.replace("MODULE", module) + more)
    return scenario
