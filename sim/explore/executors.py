"""Who computes: this process, a pool of processes, a Dask cluster, or anything that is a concurrent.futures.Executor.

* `serial`: in this process, one after another, for debuggers
* `process`, `process:4`: a pool of processes, started by forkserver where there is one, else by spawn
* `dask:tcp://host:8786`: the workers of a Dask scheduler
* `pkg.mod:factory`: whatever Executor `factory()` returns: mpi4py.futures, ipyparallel, loky, one of your own
"""

import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from difflib import get_close_matches
from multiprocessing.context import BaseContext
from typing import Protocol, TypeVar, cast

from sim.identity import Identity, identity

T = TypeVar("T")
R = TypeVar("R")

IN_FLIGHT = 3
"""Tasks per worker that wait or run at a time."""
DASK_S = 10
"""How long to wait for a scheduler, in seconds."""
_WORDS = ("serial", "process", "dask:", "pkg.mod:factory")


class CrewError(Exception):
    """Nobody can compute: the message says why, in one line."""


class Crew:
    """Workers behind an Executor. A seed that breaks its worker alone is to blame after so many `strikes`."""

    strikes = 2

    def __init__(self, name: str, workers: int, make: Callable[[], Executor]) -> None:
        self.name = name
        self.workers = workers
        self._make = make
        self._executor = make()

    @property
    def room(self) -> int:
        """How many tasks to hand out at a time."""
        return 1 if self.workers == 0 else self.workers * IN_FLIGHT

    def submit(self, function: Callable[[T], R], argument: T) -> "Future[R]":
        """Hand out one call. A pool that broke before it was noticed says so through the future."""
        try:
            return self._executor.submit(function, argument)
        except BrokenExecutor as error:
            future: Future[R] = Future()
            future.set_exception(error)
            return future

    def settle(self, future: "Future[R]", function: Callable[[T], R], argument: T) -> R | None:
        """The result of a call; one that lost its worker is made again alone, and is None if it loses that one too."""
        for _ in range(self.strikes):
            wait([future])
            if future.exception() is None:
                return future.result()
            self.renew()
            future = self.submit(function, argument)
        wait([future])
        return None if future.exception() is not None else future.result()

    def renew(self) -> None:
        """Begin again with new workers."""
        self.close(wait=False)
        self._executor = self._make()

    def identities(self) -> list[Identity]:
        """Who the workers are, as far as that can be asked beforehand; each task asks again."""
        return []

    def close(self, *, wait: bool = True) -> None:
        """Let the workers go; without `wait` what they are doing is lost."""
        try:
            self._executor.shutdown(wait=wait, cancel_futures=True)
        except TypeError:  # not every Executor knows how to cancel
            self._executor.shutdown(wait=wait)


class _Serial(Executor):
    """Calls at once, in this thread."""

    def submit(self, fn: Callable[..., R], /, *args: object, **kwargs: object) -> "Future[R]":
        """The call's result, or what it raised; an interrupt is not its result."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Processes(Crew):
    """A pool of processes. They leave interrupts to the parent, and end when it does."""

    def __init__(self, name: str, workers: int) -> None:
        self._context = _context()
        super().__init__(name, workers, self._pool)

    def _pool(self) -> Executor:
        self._others = {child.pid for child in multiprocessing.active_children()}
        return ProcessPoolExecutor(self.workers, mp_context=self._context, initializer=_start_worker)

    def close(self, *, wait: bool = True) -> None:
        """End the pool; without `wait` its processes too, for a run may be long."""
        own = [child for child in multiprocessing.active_children() if child.pid not in self._others]
        super().close(wait=wait)
        if not wait:
            for child in own:
                child.terminate()


def _context() -> BaseContext:
    """Never fork: a child would begin with the parent's threads and locks as they happened to be."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sim.explore.worker", "sim.faults"])
    return context


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker is somebody's child"

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


class _Client(Protocol):
    """What we use of `distributed.Client`."""

    def get_executor(self, *, pure: bool) -> Executor: ...
    def ncores(self) -> dict[str, int]: ...
    def run(self, function: Callable[..., Identity], *args: object) -> dict[str, Identity]: ...
    def close(self) -> None: ...


class _Dask(Crew):
    """The workers of a Dask scheduler. Calls are not pure: Dask would answer equal ones with one result."""

    strikes = 1  # the scheduler has tried a task on four workers before it says that they died of it

    def __init__(self, name: str, address: str, modules: tuple[str, ...]) -> None:
        self._client = _connect(address)
        self._modules = modules
        workers = sum(self._client.ncores().values())
        if not workers:
            self._client.close()
            raise CrewError(f"the Dask scheduler at {address} has no workers")
        super().__init__(name, workers, lambda: self._client.get_executor(pure=False))

    def identities(self) -> list[Identity]:
        """Ask every worker."""
        try:
            return list(self._client.run(identity, self._modules).values())
        except Exception as error:
            raise CrewError(f"the workers of {self.name} cannot load sim: {type(error).__name__}: {error}") from None

    def close(self, *, wait: bool = True) -> None:
        """Leave the cluster; it goes on without us."""
        super().close(wait=wait)
        self._client.close()

    def renew(self) -> None:
        """Nothing to do: a scheduler starts workers again by itself."""


def _connect(address: str) -> _Client:
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise CrewError("Dask is not installed here: pip install 'seedstorm[dask]'") from None
    try:
        return cast("_Client", distributed.Client(address, timeout=DASK_S, set_as_default=False))
    except (OSError, ValueError, TypeError) as error:
        said = str(error).partition("\n")[0]
        raise CrewError(f"no Dask scheduler answers at {address}: {said or type(error).__name__}") from None


def hire(spec: str, modules: tuple[str, ...] = ()) -> Crew:
    """The crew that `spec` names (see the top of this file). CrewError says why there is none."""
    kind, _, rest = spec.partition(":")
    if spec == "serial":
        return Crew(spec, 0, _Serial)
    if kind == "process":
        return _Processes(spec, _count(rest, spec) if rest else cores())
    if kind == "dask":
        if not rest:
            raise CrewError("executor dask: expected the scheduler's address, such as dask:tcp://host:8786")
        return _Dask(spec, rest, modules)
    if not rest:
        near = get_close_matches(spec, ("serial", "process"), 1)
        hint = f", did you mean {near[0]!r}?" if near else f"; there are {', '.join(_WORDS)}"
        raise CrewError(f"no executor named {spec!r}{hint}")
    return _made_by(spec, kind, rest)


def _count(text: str, spec: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise CrewError(f"executor {spec!r}: expected a number of processes from 1, such as process:4")
    return int(text)


def _made_by(spec: str, module: str, name: str) -> Crew:
    """A crew behind whatever the user's function returns."""
    try:
        factory = getattr(importlib.import_module(module), name, None)
    except ImportError as error:
        raise CrewError(f"executor {spec!r}: {error}") from None
    if not callable(factory):
        raise CrewError(f"executor {spec!r}: {module} has no function {name!r}")

    def make() -> Executor:
        try:
            found = factory()
        except Exception as error:
            raise CrewError(f"executor {spec!r}: {type(error).__name__}: {error}") from None
        if not all(callable(getattr(found, one, None)) for one in ("submit", "shutdown")):
            raise CrewError(f"executor {spec!r} returned {type(found).__name__}, which has no submit and shutdown")
        return cast("Executor", found)

    return Crew(spec, cores(), make)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
