"""The guard: during a run, model code cannot reach the wall clock, global chance, threads or sockets.

A run is a pure function of code, scenario and seed, so each of these would be a hole in it. While the guard stands, the
functions below raise when model code calls them, and the message names what to use instead. Names that a model took
with `from time import time` are found in the model's own modules and replaced for the time of the run. Calls from
other threads of the process (a test runner's, a progress bar's) and from the engine itself go through.
"""

import importlib
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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
    undo: list[tuple[object, str, object]] = []
    stubs: dict[int, tuple[object, object]] = {}
    me = threading.get_ident()
    try:
        for instead, names in FORBIDDEN.items():
            for name in names:
                _forbid(name, instead, me, undo, stubs)
        for module in _modules_of(packages):
            _replace_taken_names(module, undo, stubs)
        yield
    finally:
        for owner, name, original in reversed(undo):
            setattr(owner, name, original)


def _forbid(
    name: str,
    instead: str,
    thread: int,
    undo: list[tuple[object, str, object]],
    stubs: dict[int, tuple[object, object]],
) -> None:
    module, _, path = name.partition(".")
    owner: object = sys.modules.get(module)
    if owner is None:
        if module not in ("uuid", "secrets", "socket"):
            owner = importlib.import_module(module)
        else:
            return  # not loaded, so not called yet; a model that imports it inside a handler is found by `sim doctor`
    *outer, last = path.split(".")
    for step in outer:
        owner = getattr(owner, step)
    original = getattr(owner, last, None)
    if original is None:
        return
    stub = _class_stub(name, instead, thread) if name == "datetime.datetime" else _stub(name, instead, thread, original)
    undo.append((owner, last, original))
    stubs[id(original)] = (original, stub)
    setattr(owner, last, stub)


def _stub(name: str, instead: str, thread: int, original: Callable[..., Any]) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() == thread and _called_by_model(sys._getframe(1)):
            raise Forbidden(f"{name}() in model code would make the run depend on more than its seed; use {instead}")
        return original(*args, **kwargs)

    return refuse


def _class_stub(name: str, instead: str, thread: int) -> type:
    import datetime

    def now(*args: Any) -> Any:
        if threading.get_ident() == thread and _called_by_model(sys._getframe(1)):
            raise Forbidden(
                f"{name}.now() in model code would make the run depend on more than its seed; use {instead}"
            )
        return datetime.datetime.__mro__[1].now(*args)  # type: ignore[attr-defined] # the real class under the stub

    return type(
        "datetime",
        (datetime.datetime,),
        {"now": staticmethod(now), "utcnow": staticmethod(now), "today": staticmethod(now)},
    )


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


def _modules_of(packages: Iterable[str]) -> list[ModuleType]:
    tops = tuple(packages)
    return [
        module
        for name, module in list(sys.modules.items())
        if any(name == top or name.startswith(top + ".") for top in tops) and isinstance(module, ModuleType)
    ]


def _replace_taken_names(
    module: ModuleType, undo: list[tuple[object, str, object]], stubs: dict[int, tuple[object, object]]
) -> None:
    for name, value in list(vars(module).items()):
        found = stubs.get(id(value))
        if found is not None and found[0] is value:
            undo.append((module, name, value))
            setattr(module, name, found[1])
