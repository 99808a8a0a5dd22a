"""The history of a run as a frame: a row for each operation that a client called."""

from typing import TYPE_CHECKING

from reports.frames.columns import objects
from sim.checks.columns import OUTCOMES
from sim.result import Run
from sim.world.units import MS

if TYPE_CHECKING:
    from pandas import DataFrame


def operations(run: Run) -> "DataFrame":
    """All operations in order of call.

    Columns: op int32, client category, process int32, f category, key category (as text), arg object, result object,
    outcome category (ok, fail, unknown), call_ns int64, ret_ns Int64 and latency_ms float64 (both missing for an
    operation that never returned), epoch int32 (stretch between two changes of faults).
    """
    import numpy as np
    import pandas as pd

    history = run.history
    ops, columns = history.ops, history.columns
    call_ns = np.asarray(columns.call_ns, dtype=np.int64)
    ret_ns = np.asarray(columns.ret_ns, dtype=np.int64)
    is_open = ret_ns < 0
    return pd.DataFrame(
        {
            "op": np.asarray(columns.op, dtype=np.int32),
            "client": pd.Categorical([op.client for op in ops]),
            "process": np.asarray(columns.process, dtype=np.int32),
            "f": pd.Categorical([op.f for op in ops]),
            "key": pd.Categorical([None if op.key is None else str(op.key) for op in ops]),
            "arg": objects([op.arg for op in ops]),
            "result": objects([op.result for op in ops]),
            "outcome": pd.Categorical([op.outcome for op in ops], categories=list(OUTCOMES)),
            "call_ns": call_ns,
            "ret_ns": pd.array(np.where(is_open, 0, ret_ns), dtype="Int64"),
            "latency_ms": np.where(is_open, np.nan, (ret_ns - call_ns) / MS),
            "epoch": np.asarray(columns.epoch, dtype=np.int32),
        }
    ).assign(ret_ns=lambda frame: frame["ret_ns"].mask(is_open))
