"""How much work a verdict may cost."""

import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

_wall = time.perf_counter
_STATM = Path("/proc/self/statm")
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass
class Budget:
    """Configurations that may be examined, shared by all parts of a history: a verdict depends on nothing else.

    `seconds` and `megabytes` (of growth of the process) are an outer belt: if one of them strikes, the verdict is
    unknown and says that it is not reproducible.
    """

    configurations: int = 500_000
    seconds: float | None = None
    megabytes: int | None = None
    spent: int = 0
    _began: float = field(default_factory=_wall)
    _memory: int = field(default_factory=lambda: _used())

    @property
    def left(self) -> int:
        """Configurations that are left."""
        return max(0, self.configurations - self.spent)

    def struck(self) -> str:
        """Which part of the outer belt has struck: ``clock``, ``memory``, or neither."""
        if self.seconds is not None and _wall() - self._began > self.seconds:
            return "clock"
        if self.megabytes is not None and _used() - self._memory > self.megabytes * 1024 * 1024:
            return "memory"
        return ""


def _used() -> int:
    """The memory that this process uses, in bytes; where that cannot be read, the most that it ever used."""
    try:
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
