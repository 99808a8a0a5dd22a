"""Run a kept run again and compare: identical, or where the two part.

Both runs hash every record onto the hash before it, and keep the hash every so many records: equal checkpoints mean
equal runs up to there, so the first that differ bound the difference.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.result import Run
from sim.running import run
from sim.scenario.loader import load_text

Checkpoints = Sequence[Sequence[Any]]
"""(records, digest) in order"""


@dataclass(frozen=True)
class Replay:
    """A second run beside the record of the first. `diverged_after` counts the records known to be equal; None: all."""

    run: Run
    identical: bool
    diverged_after: int | None


def replay(record: dict[str, Any]) -> Replay:
    """Run again what a run.json records."""
    loaded = load_text(record["text"], record["path"], tuple(record["overrides"]))
    again = run(loaded, record["seed"])
    if again.fingerprint == record["fingerprint"]:
        return Replay(again, True, None)
    return Replay(again, False, common_records(record["checkpoints"], again.checkpoints))


def common_records(left: Checkpoints, right: Checkpoints) -> int:
    """How many records two runs have in common at least, from their checkpoints."""
    digests = {tuple(one) for one in left}
    shared = [tuple(one) in digests for one in right]
    equal = bisect_left(shared, True, key=lambda one: not one)  # equal ones come first: each hash holds those before
    return int(right[equal - 1][0]) if equal else 0
