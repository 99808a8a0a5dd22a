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


STARTS = '''"""A model that fails once n1 and n2 have both come back from a crash."""

from sim import Actor, Check, Emitted, Event, Model, RunRecord, System, Verdict


class Came(Event):
    """A node started."""

    again: bool


class Starter(Actor):
    def on_start(self) -> None:
        known = self.disk.exists("known")
        if not known:
            self.disk.append("known", b"x")
            self.disk.fsync("known")
            self.disk.fsync_dir()
        self.emit(Came(known))


class NeverBoth(Check):
    name = "never-both"
    watches = (Came,)

    def __init__(self) -> None:
        self.back: dict[str, int] = {}

    @property
    def violated(self) -> bool:
        return {"n1", "n2"} <= set(self.back)

    def observe(self, emitted: Emitted) -> None:
        if emitted.event.again:
            self.back.setdefault(emitted.node, emitted.t_ns)

    def conclude(self, record: RunRecord) -> Verdict:
        if not self.violated:
            return Verdict(self.name, "pass", "never both")
        return Verdict(self.name, "fail", "n1 and n2 both came back", at_ns=max(self.back["n1"], self.back["n2"]))


def build(system: System) -> None:
    for name in system.servers:
        system.server(name, Starter)


MODEL = Model("starter", "starts", build, checks={"never-both": lambda _: NeverBoth()})
'''


def two_of_twenty(folder: Path, module: str) -> Path:
    """A scenario of twenty faults of which the third and the twelfth, together, break what the model promises."""
    (folder / f"{module}.py").write_text(STARTS)
    faults = []
    for number in range(20):
        node = 1 if number == 2 else 2 if number == 11 else 3 + number % 3
        kind = f"crash: {{nodes: n{node}, disk: keep}}"
        if number % 4 == 3 and number != 11:
            kind = f"pause: {{nodes: n{1 + number % 5}}}"
        faults.append(f"  - {{id: f{number + 1}, at: {500 + 450 * number}ms, for: 300ms, {kind}}}")
    scenario = folder / f"{module}.yaml"
    head = "version: 1\nname: twenty\nduration: 12s\nsettle: 1s\n"
    head += f'systems: {{main: {{model: "{module}:MODEL", nodes: 5}}}}\n'
    scenario.write_text(head + "faults:\n" + "\n".join(faults) + "\n")
    return scenario


RACE = '''"""A model that fails if what n1 said is overtaken by what n2 said when it had heard of it."""

from sim import Actor, Check, Emitted, Event, Message, Model, RunRecord, System, Verdict, on


class First(Message):
    pass


class Go(Message):
    pass


class Second(Message):
    pass


class Heard(Event):
    """What n3 heard."""

    what: str


class Racer(Actor):
    def on_start(self) -> None:
        if self.name == "n1":
            self.timer(self.begin).reset(1_000_000)

    def begin(self) -> None:
        self.send("n3", First())
        self.send("n2", Go())

    @on(Go)
    def go(self, source: str, message: Go) -> None:
        self.send("n3", Second())

    @on(First)
    def first(self, source: str, message: First) -> None:
        self.emit(Heard("first"))

    @on(Second)
    def second(self, source: str, message: Second) -> None:
        self.emit(Heard("second"))


class InOrder(Check):
    name = "in-order"
    watches = (Heard,)

    def __init__(self) -> None:
        self.heard: list[Emitted] = []

    @property
    def violated(self) -> bool:
        return bool(self.heard) and self.heard[0].event.what == "second"

    def observe(self, emitted: Emitted) -> None:
        self.heard.append(emitted)

    def conclude(self, record: RunRecord) -> Verdict:
        if not self.violated:
            return Verdict(self.name, "pass", "in order")
        return Verdict(self.name, "fail", "the answer came before the news", at_ns=self.heard[0].t_ns)


def build(system: System) -> None:
    for name in system.servers:
        system.server(name, Racer)


MODEL = Model("racer", "races", build, checks={"in-order": lambda _: InOrder()})
'''


def race(folder: Path, module: str, latency: str = "{uniform: [1ms, 20ms]}") -> Path:
    """A scenario of three messages that fails if one of them, and no other, is late."""
    (folder / f"{module}.py").write_text(RACE)
    scenario = folder / f"{module}.yaml"
    scenario.write_text(
        f'version: 1\nname: race\nduration: 1s\nsystems: {{main: {{model: "{module}:MODEL", nodes: 3}}}}\n'
        f"network: {{latency: {latency}}}\n"
    )
    return scenario
