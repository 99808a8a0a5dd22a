"""Seedstorm: a deterministic discrete-event simulator for fault injection.

Write a model: Actor, on, Timer, Message, Request, Event, Caller, Timeout, Refused, DiskError, Stream, Script, Step
Describe it:   Model, Parameters, System, Mutant, Check, RunRecord, Emitted, Verdict, Landmark
Say how long:  Duration, DurationRange, MS, SECOND, show_ns
Run it:        load, run, Run; and as the command does: sweep, shrink, explain, mutants

Names load when first used, so that `import sim` costs nothing.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.checks.check import Check, RunRecord
    from sim.checks.invariants import Landmark
    from sim.checks.verdict import Verdict
    from sim.lab import explain, mutants, shrink, sweep
    from sim.model import Model, Mutant, Parameters, System
    from sim.result import Run
    from sim.running import run
    from sim.scenario.loader import load
    from sim.world.actor import Actor, on
    from sim.world.disk import DiskError
    from sim.world.message import Caller, Emitted, Event, Message, Refused, Request, Timeout
    from sim.world.quantities import Duration, DurationRange
    from sim.world.script import Script, Step
    from sim.world.streams import Stream
    from sim.world.timer import Timer
    from sim.world.units import MS, SECOND, show_ns

_HOMES = {
    "sim.checks.check": ("Check", "RunRecord"),
    "sim.checks.invariants": ("Landmark",),
    "sim.checks.verdict": ("Verdict",),
    "sim.lab": ("explain", "mutants", "shrink", "sweep"),
    "sim.model": ("Model", "Mutant", "Parameters", "System"),
    "sim.result": ("Run",),
    "sim.running": ("run",),
    "sim.scenario.loader": ("load",),
    "sim.world.actor": ("Actor", "on"),
    "sim.world.disk": ("DiskError",),
    "sim.world.message": ("Caller", "Emitted", "Event", "Message", "Refused", "Request", "Timeout"),
    "sim.world.quantities": ("Duration", "DurationRange"),
    "sim.world.script": ("Script", "Step"),
    "sim.world.streams": ("Stream",),
    "sim.world.timer": ("Timer",),
    "sim.world.units": ("MS", "SECOND", "show_ns"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "MS",
    "SECOND",
    "Actor",
    "Caller",
    "Check",
    "DiskError",
    "Duration",
    "DurationRange",
    "Emitted",
    "Event",
    "Landmark",
    "Message",
    "Model",
    "Mutant",
    "Parameters",
    "Refused",
    "Request",
    "Run",
    "RunRecord",
    "Script",
    "Step",
    "Stream",
    "System",
    "Timeout",
    "Timer",
    "Verdict",
    "explain",
    "load",
    "mutants",
    "on",
    "run",
    "show_ns",
    "shrink",
    "sweep",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'sim' has no attribute {name!r}; public names: {', '.join(__all__)}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
