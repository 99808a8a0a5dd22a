"""A belt for runs that never end: after so many seconds of wall time an exception reaches the thread that runs them.

The limit of events is what normally ends a run. A handler that loops for ever makes no events. One thread watches for
all belts of a process, for to start a thread takes as long as a small run.
"""

import ctypes
import os
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType

_NEVER = float("inf")


class OutOfTime(BaseException):
    """The run took too long. Not an Exception: a model that catches those must not swallow it."""


class Belt:
    """Raises OutOfTime in the thread that entered it, if that is still inside after `seconds`.

    Catch it around the `with` and not inside: it may arrive as late as on the way out.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._struck = False
        self._thread = 0
        self.end = 0.0

    def __enter__(self) -> None:
        self._thread = threading.get_ident()
        self.end = time.monotonic() + self._seconds
        _watch.put_on(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _watch.take_off(self)
        if self._struck and kind is not OutOfTime:
            _raise_in(self._thread, None)  # too late: take it back if it is still on its way

    def strike(self) -> None:
        """Its time is over."""
        self._struck = True
        _raise_in(self._thread, OutOfTime)


class _Watch:
    """The belts that are on, and the thread that strikes those whose time is over.

    A strike may reach a thread between any two calls, in here too. So it holds only a lock that is entered in one step,
    and rings by a queue that is not written in Python: neither can be left half done.
    """

    def __init__(self) -> None:
        self._on: dict[int, Belt] = {}
        self._lock = threading.Lock()
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._wakes = _NEVER
        self._watcher: threading.Thread | None = None

    def put_on(self, belt: Belt) -> None:
        """Watch this belt too; the watcher is woken only if it would sleep longer than that."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._strike_in_time, daemon=True)
            self._watcher.start()
        with self._lock:
            self._on[id(belt)] = belt
            if belt.end < self._wakes:
                self._bell.put(None)

    def take_off(self, belt: Belt) -> None:
        """From now on it does not strike."""
        with self._lock:
            self._on.pop(id(belt), None)

    def _strike_in_time(self) -> None:
        while True:
            with self._lock:
                now = time.monotonic()
                for belt in [one for one in self._on.values() if one.end <= now]:
                    del self._on[id(belt)]
                    belt.strike()
                self._wakes = min((one.end for one in self._on.values()), default=_NEVER)
                patience = None if self._wakes == _NEVER else self._wakes - now
            with suppress(Empty):
                self._bell.get(timeout=patience)


_watch = _Watch()


def _watch_anew() -> None:
    """A child has the memory of its parent and none of its threads."""
    global _watch
    _watch = _Watch()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_watch_anew)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Let `error` be raised in a thread at its next instruction; None takes back what was not raised yet."""
    raised = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
