"""A case: one scenario as plain data, with its seed. Shrinking goes from case to smaller case."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

from sim.scenario.loader import Loaded, load_text
from sim.scenario.overrides import override
from sim.scenario.schema import WHEN_KEYS
from sim.scenario.swarm import drawn_parameters
from sim.scenario.yaml_text import parse
from sim.world.quantities import DURATION, show_exact_ns

Data = dict[str, Any]
"""A mapping of a scenario, as YAML gives it"""


@dataclass(frozen=True)
class Case:
    """A scenario as JSON, which is YAML too, and the seed to run it under. `path` is what errors call it.

    The order of keys is kept, for that of a `mix` decides which draw means which verb.
    """

    text: str
    seed: int
    path: str = "<case>"

    @cached_property
    def data(self) -> Data:
        """The scenario as data. Do not change it: `changed` gives a copy that may be."""
        found: Data = json.loads(self.text)
        return found

    @property
    def key(self) -> bytes:
        """Equal for equal cases."""
        return blake2b(f"{self.seed} {self.text}".encode(), digest_size=16).digest()

    def load(self) -> Loaded:
        """The scenario, checked. ScenarioErrors if this case makes no sense."""
        return load_text(self.text, self.path)

    def of(self, data: Mapping[str, Any]) -> "Case":
        """The case of another scenario under the same seed."""
        return replace(self, text=json.dumps(data))

    def changed(self, change: Callable[[Data], None]) -> "Case":
        """The case after a change of a copy of its data."""
        data: Data = json.loads(self.text)
        change(data)
        return self.of(data)

    @property
    def faults(self) -> list[Data]:
        """Its faults."""
        found: list[Data] = self.data.get("faults", [])
        return found

    @property
    def work(self) -> list[Data]:
        """The entries of its workload."""
        work = self.data.get("workload") or []
        return list(work) if isinstance(work, list) else [work]

    def with_faults(self, faults: list[Data]) -> "Case":
        """The case with these faults."""
        return self.of({**self.data, "faults": faults})

    def with_choices(self) -> "Case":
        """The case with what a swarm chooses of its parameters written out; the nemesis has no more to choose."""
        chosen = drawn_parameters(self.load().scenario, self.seed)

        def change(data: Data) -> None:
            if data.get("nemesis"):
                data["nemesis"].pop("parameters", None)
            for system, values in chosen.items():
                data["systems"][system]["parameters"] = {**(data["systems"][system].get("parameters") or {}), **values}

        return self.changed(change) if chosen else self

    @property
    def duration_ns(self) -> int:
        """How long it runs."""
        return DURATION.parse(self.data["duration"])

    @property
    def settle_ns(self) -> int:
        """The part of it at the end in which everything is healed."""
        return DURATION.parse(self.data.get("settle", "0s"))

    @property
    def nodes(self) -> int:
        """How many servers, in all systems."""
        return sum(int(system.get("nodes", 3)) for system in self.data["systems"].values())


def case_of(loaded: Loaded, seed: int) -> Case:
    """The case of a loaded scenario, with everything that was laid over it."""
    document = parse(loaded.text, loaded.path)
    for one in loaded.overrides:
        override(document, one)
    return Case(json.dumps(document.data), seed, loaded.path)


def verb_of(fault: Data) -> str:
    """The kind of a fault."""
    return next(key for key in fault if key not in WHEN_KEYS)


def ns_of(fault: Data, key: str) -> int | None:
    """A literal time of a fault; None if it has none there, or a range."""
    text = fault.get(key)
    return None if text is None or ".." in str(text) or isinstance(text, list) else DURATION.parse(text)


def with_ns(fault: Data, **times: int) -> Data:
    """The fault with other literal times; `for_` is its `for`."""
    return {**fault, **{name.rstrip("_"): show_exact_ns(ns) for name, ns in times.items()}}
