"""Run a kept run again and compare: identical, or where the two part.

The record of the first run holds checkpoints, which bound the difference. If its trace was kept too, or if this code
does not even agree with itself, the first record that differs is found and told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.explore.divergence import Divergence, Keep, Recorded, first_divergence, first_of, part, recorded, window
from sim.explore.telling import speak_of
from sim.result import Run
from sim.running import run
from sim.scenario.loader import load_text
from sim.world.trace import decode_records


@dataclass(frozen=True)
class Replay:
    """A second run beside the record of the first.

    `equal` counts the records known to be equal, `differs_by` is where the runs surely differ (None: not known).
    `divergence` tells the first difference, if it could be found: to the kept trace, or with `unstable` between two
    runs of the code as it is now.
    """

    run: Run
    identical: bool
    equal: int
    differs_by: int | None = None
    divergence: Divergence | None = None
    unstable: bool = False


def replay(record: dict[str, Any], folder: Path | None = None) -> Replay:
    """Run again what a run.json records; `folder` is where its trace may lie."""
    loaded = load_text(record["text"], record["path"], tuple(record["overrides"]))
    seed = int(record["seed"])
    again = run(loaded, seed)
    if again.fingerprint == record["fingerprint"]:
        return Replay(again, True, again.counts.events)
    equal, by = window(record["checkpoints"], again.checkpoints)
    then = _kept_trace(folder)
    speak_of(loaded.scenario)

    def now(keep: Keep) -> Recorded:
        return recorded(run(loaded, seed, keep_trace=keep))

    if then is not None:
        wanted = range(equal, len(then) + again.counts.events if by is None else by)
        before = first_of(wanted)
        found = first_divergence(then[before : wanted.stop], now(wanted).records, equal, before)
        return Replay(again, False, equal if found is None else found.equal, by, found)
    differing = part(now, now)
    if differing is not None:
        return Replay(again, False, differing.equal, by, differing, unstable=True)
    return Replay(again, False, equal, by)


def _kept_trace(folder: Path | None) -> Sequence[Sequence[Any]] | None:
    """The trace beside the record; None if it was not kept, or cannot be read any more."""
    file = None if folder is None else folder / "trace.msgpack"
    if file is None or not file.is_file():
        return None
    try:
        return list(decode_records(file.read_bytes()))
    except Exception:  # a damaged trace is no trace
        return None
