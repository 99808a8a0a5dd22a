"""The faults of a run as a frame: those that fired and those that found no target."""

from typing import TYPE_CHECKING

from reports.frames.columns import objects
from sim.result import Run

if TYPE_CHECKING:
    from pandas import DataFrame


def faults(run: Run) -> "DataFrame":
    """Fired and skipped faults, in order of time.

    Columns: id category, kind category, inject_ns int64 (for a skipped fault when it was to begin), heal_ns Int64
    (missing if it never ended), targets object (a tuple of names), skipped bool, reason string (why it was skipped,
    else missing), effect object (what it did in words, empty for nothing more than its kind says).
    """
    import numpy as np
    import pandas as pd

    found: list[tuple[str, str, int, int | None, tuple[str, ...], bool, str | None, str]] = [
        (one.id, one.kind, one.inject_ns, one.heal_ns, one.targets, False, None, one.effect) for one in run.fired
    ]
    found += [(one.id, one.kind, one.at_ns, None, (), True, one.reason, "") for one in run.skipped]
    found.sort(key=lambda one: one[2])
    return pd.DataFrame(
        {
            "id": pd.Categorical([one[0] for one in found]),
            "kind": pd.Categorical([one[1] for one in found]),
            "inject_ns": np.asarray([one[2] for one in found], dtype=np.int64),
            "heal_ns": pd.array([one[3] for one in found], dtype="Int64"),
            "targets": objects([one[4] for one in found]),
            "skipped": np.asarray([one[5] for one in found], dtype=bool),
            "reason": pd.array([one[6] for one in found], dtype="string"),
            "effect": objects([one[7] for one in found]),
        }
    )
