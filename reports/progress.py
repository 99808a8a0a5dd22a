"""Progress on standard error: a line written over where somebody looks, else a line every ten seconds."""

import sys
import time

_EVERY_S = {"terminal": 0.1, "notebook": 0.5, "log": 10.0}
_QUIET_S = 1.0
"""What is over sooner says nothing."""


class ProgressLine:
    """One line that says how far something is. With `quiet` it says nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._where = "terminal" if sys.stderr.isatty() else "notebook" if _in_notebook() else "log"
        self._began = self._said = time.monotonic()
        self._width = 0

    def show(self, line: str) -> None:
        """Say how far it is, unless that was said just now."""
        now = time.monotonic()
        due = now - self._said >= _EVERY_S[self._where] and now - self._began >= _QUIET_S
        if self._quiet or not due or not line:
            return
        self._said = now
        if self._where == "log":
            sys.stderr.write(line + "\n")
        else:
            sys.stderr.write("\r" + line.ljust(self._width))
            self._width = len(line)
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


def _in_notebook() -> bool:
    """Whether this process is the kernel of a notebook, where a carriage return goes back to the line's beginning."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None
