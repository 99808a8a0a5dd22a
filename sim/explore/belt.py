"""A belt for runs that never end: after so many seconds of wall time an exception reaches the thread that runs them.

The limit of events is what normally ends a run. A handler that loops for ever makes no events.
"""

import ctypes
import threading
from types import TracebackType


class OutOfTime(BaseException):
    """The run took too long. Not an Exception: a model that catches those must not swallow it."""


class Belt:
    """Raises OutOfTime in the thread that entered it, if that is still inside after `seconds`.

    Catch it around the `with` and not inside: it may arrive as late as on the way out.
    """

    def __init__(self, seconds: float) -> None:
        self._thread = threading.get_ident()
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._is_over = False
        self._struck = False

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._is_over = True
        self._timer.cancel()
        if self._struck and kind is not OutOfTime:
            _raise_in(self._thread, None)  # too late: take it back if it is still on its way

    def _strike(self) -> None:
        with self._lock:
            if not self._is_over:
                self._struck = True
                _raise_in(self._thread, OutOfTime)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Let `error` be raised in a thread at its next instruction; None takes back what was not raised yet."""
    raised = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
