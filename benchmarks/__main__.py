"""Run every benchmark, or those named: ``python -m benchmarks messages storage``."""

import sys

from benchmarks import checkers, memory, messages, raft, scale, startup, storage, sweeps
from benchmarks.agreement import speed

ALL = {
    "messages": messages.main,
    "scale": scale.main,
    "raft": raft.main,
    "memory": memory.main,
    "startup": startup.main,
    "checkers": checkers.main,
    "storage": storage.main,
    "sweeps": sweeps.main,
    "agreement": speed.main,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, all without names; 4 for a name there is not."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no benchmark named {unknown[0]!r}; there are {', '.join(ALL)}", file=sys.stderr)
        return 4
    for name in names or ALL:
        print(f"== {name}")
        ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
