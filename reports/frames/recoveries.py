"""Recoveries of several runs as a frame: a row for each fault that healed while clients were still calling."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reports.recoveries import recoveries as recoveries_of
from sim.result import Run
from sim.world.units import MS

if TYPE_CHECKING:
    from pandas import DataFrame


def recoveries(runs: Iterable[Run]) -> "DataFrame":
    """Columns: scenario category, seed int64, fault category, kind category, after_ms float64.

    `after_ms` is the time from the end of the fault to the first success of an operation that was called after it;
    missing if none came before the run ended.
    """
    import numpy as np
    import pandas as pd

    found = [one for run in runs for one in recoveries_of(run)]
    return pd.DataFrame(
        {
            "scenario": pd.Categorical([one.scenario for one in found]),
            "seed": np.asarray([one.seed for one in found], dtype=np.int64),
            "fault": pd.Categorical([one.fault for one in found]),
            "kind": pd.Categorical([one.kind for one in found]),
            "after_ms": np.asarray(
                [np.nan if one.after_ns is None else one.after_ns / MS for one in found], dtype=np.float64
            ),
        }
    )
