"""The guard: during a run, model code cannot reach the wall clock, global chance, threads or sockets.

A run is a pure function of code, scenario and seed, so each of these would be a hole in it. While the guard stands, the
functions below raise when model code calls them, and the message names what to use instead. Names that a model took
with `from time import time` are found in the model's own modules and replaced for the time of the run. Calls from
other threads of the process (a test runner's, a progress bar's) and from the engine itself go through.
"""

import importlib
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType, ModuleType
from typing import Any

_CLOCK = "self.now() or self.elapsed()"
_CHANCE = "self.random, the actor's own stream"
_THREADS = "self.spawn(story), which runs on simulated time"

FORBIDDEN: dict[str, tuple[str, ...]] = {
    _CLOCK: (
        "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter",
        "time.perf_counter_ns", "time.process_time", "time.localtime", "time.gmtime", "datetime.datetime",
    ),
    "await self.sleep(ns)": ("time.sleep",),
    _CHANCE: (
        "random.random", "random.randint", "random.randrange", "random.choice", "random.choices", "random.shuffle",
        "random.sample", "random.uniform", "random.gauss", "random.expovariate", "random.getrandbits",
        "random.randbytes", "random.seed", "random.SystemRandom", "os.urandom", "uuid.uuid1", "uuid.uuid4",
        "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe", "secrets.randbelow", "secrets.choice",
        "secrets.randbits",
    ),
    _THREADS: ("threading.Thread.start", "_thread.start_new_thread", "os.fork"),
    "self.send or self.call, over the simulated network": ("socket.socket", "socket.create_connection"),
}  # fmt: skip

_PASSING = frozenset({"logging", "importlib", "warnings", "traceback", "linecache"})


class Forbidden(Exception):
    """Model code reached out of the simulated world."""


@contextmanager
def guarded(packages: Iterable[str]) -> Iterator[None]:
    """Stand guard; `packages` are the top-level packages or modules of the models, whose own names are searched."""
    global _watched
    undo: list[tuple[object, str, object]] = []
    taken = _taken_names(tuple(packages), len(sys.modules))
    before, _watched = _watched, threading.get_ident()
    try:
        for instead, names in FORBIDDEN.items():
            for name in names:
                _forbid(name, instead, undo)
        for module, name, value in taken:
            if vars(module).get(name) is value and id(value) in _stubs:
                undo.append((module, name, value))
                setattr(module, name, _stubs[id(value)][1])
        yield
    finally:
        _watched = before
        for owner, name, original in reversed(undo):
            setattr(owner, name, original)


_watched: int | None = None
"""The thread that runs models now."""
_stubs: dict[int, tuple[object, object]] = {}
"""id of a function -> the function, and what stands in for it; made once, for a run of some milliseconds feels it."""


def _forbid(name: str, instead: str, undo: list[tuple[object, str, object]]) -> None:
    found = _owner_of(name)
    if found is None:
        return  # this Python has no such function
    owner, last = found
    original = getattr(owner, last)
    if id(original) not in _stubs:
        make = _class_stub if name == "datetime.datetime" else _stub
        _stubs[id(original)] = (original, make(name, instead, original))
    undo.append((owner, last, original))
    setattr(owner, last, _stubs[id(original)][1])


def _owner_of(name: str) -> tuple[object, str] | None:
    """What holds a forbidden function, and its name there; None where the module has no such name."""
    module, _, path = name.partition(".")
    owner: object = importlib.import_module(module)  # a model may import it as late as in a handler
    *outer, last = path.split(".")
    for step in outer:
        owner = getattr(owner, step, None)
    return (owner, last) if owner is not None and hasattr(owner, last) else None


def _stub(name: str, instead: str, original: Any) -> object:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() == _watched and _called_by_model(sys._getframe(1)):
            raise Forbidden(f"{name}() in model code would make the run depend on more than its seed; use {instead}")
        return original(*args, **kwargs)

    return refuse


def _class_stub(name: str, instead: str, original: Any) -> object:
    def now(*args: Any) -> Any:
        if threading.get_ident() == _watched and _called_by_model(sys._getframe(1)):
            raise Forbidden(
                f"{name}.now() in model code would make the run depend on more than its seed; use {instead}"
            )
        return original.now(*args)

    return type("datetime", (original,), dict.fromkeys(("now", "utcnow", "today"), staticmethod(now)))


def _called_by_model(frame: FrameType | None) -> bool:
    """Whether the first frame out of the standard library belongs to anything but the engine."""
    while frame is not None:
        top = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if top in _PASSING or top == "sim":
            return False
        if top not in sys.stdlib_module_names:
            return True
        frame = frame.f_back
    return False


@cache
def _taken_names(packages: tuple[str, ...], loaded: int) -> list[tuple[ModuleType, str, object]]:  # noqa: ARG001
    """The names in the modules of these packages that are forbidden functions, taken with `from time import time`.

    Searched anew whenever the number of `loaded` modules has changed.
    """
    owners = [found for names in FORBIDDEN.values() for found in map(_owner_of, names) if found is not None]
    known = {id(getattr(owner, last)) for owner, last in owners}
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in packages]
    return [
        (module, name, value)
        for module in modules
        if isinstance(module, ModuleType)
        for name, value in list(vars(module).items())
        if id(value) in known
    ]
