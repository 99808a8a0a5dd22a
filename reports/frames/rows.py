"""The rows of a sweep as a frame: one for each run."""

from typing import TYPE_CHECKING

from sim.explore.sweep import Sweep
from sim.world.units import SECOND

if TYPE_CHECKING:
    from pandas import DataFrame


def rows(sweep: Sweep) -> "DataFrame":
    """A row for each run, in order of point and seed.

    Columns: seed int64, one category column for each varied path (its values as the scenario writes them), outcome
    category (pass, violation, unknown, crashed, crashed-worker), kind category (the first check that failed, else
    missing), fingerprint string, events int64, messages int64, virtual_s float64, wall_s float64, fired int32 (faults),
    first_violation_s float64 (virtual time, missing without one).
    """
    import numpy as np
    import pandas as pd

    found = sweep.rows
    columns: dict[str, object] = {"seed": np.asarray([row.seed for row in found], dtype=np.int64)}
    for path, values in _varied(sweep).items():
        columns[path] = pd.Categorical(values, categories=list(dict.fromkeys(values)))
    outcomes = ["pass", "violation", "unknown", "crashed", "crashed-worker"]
    columns |= {
        "outcome": pd.Categorical([row.outcome for row in found], categories=outcomes),
        "kind": pd.Categorical([None if row.kind is None else row.kind.check for row in found]),
        "fingerprint": pd.array([row.fingerprint or None for row in found], dtype="string"),
        "events": np.asarray([row.events for row in found], dtype=np.int64),
        "messages": np.asarray([row.messages for row in found], dtype=np.int64),
        "virtual_s": np.asarray([row.virtual_ns / SECOND for row in found], dtype=np.float64),
        "wall_s": np.asarray([row.wall_s for row in found], dtype=np.float64),
        "fired": np.asarray([sum(count for _, count in row.fired) for row in found], dtype=np.int32),
        "first_violation_s": np.asarray(
            [np.nan if row.violation_ns is None else row.violation_ns / SECOND for row in found], dtype=np.float64
        ),
    }
    return pd.DataFrame(columns)


def _varied(sweep: Sweep) -> dict[str, list[str]]:
    """Path -> its value in each row; a path that no point names has no column."""
    paths = dict.fromkeys(one.partition("=")[0] for point in sweep.order.points for one in point)
    places = [dict(one.split("=", 1) for one in row.point) for row in sweep.rows]
    return {path: [place.get(path, "") for place in places] for path in paths}
