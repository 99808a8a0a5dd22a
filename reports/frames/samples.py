"""Values over time, by node, as a frame: what an event reports of a number, or how many messages are on their way."""

from typing import TYPE_CHECKING

from reports.frames.events import events
from reports.frames.messages import messages
from sim.result import Run
from sim.world.units import SECOND

if TYPE_CHECKING:
    from pandas import DataFrame

ON_THE_WAY = "queue_depth"
"""Messages sent to a node and neither delivered nor lost yet."""


class NotASample(LookupError):
    """No number of this name; the message says what there is."""


def samples(run: Run, name: str) -> "DataFrame":
    """A number over time; the seed runs again once.

    `name` is `Event.field`, such as `Committed.index`: a row whenever such an event is emitted; or `queue_depth`:
    messages on their way to each node, a row whenever it changes. Columns: t_ns int64, t_s float64, node category,
    value float64. Raises NotASample, or NoEvents for an event that did not occur.
    """
    import numpy as np
    import pandas as pd

    if name == ON_THE_WAY:
        return _on_the_way(run)
    kind, dot, field = name.partition(".")
    if not dot:
        raise NotASample(f"no samples named {name!r}: expected {ON_THE_WAY}, or Event.field such as Committed.index")
    found = events(run, kind)
    field = field if field in found.columns[5:] else f"{field}_"
    if field not in found.columns[5:] or not pd.api.types.is_numeric_dtype(found[field].dtype):
        numbers = [one for one in found.columns[5:] if pd.api.types.is_numeric_dtype(found[one].dtype)]
        raise NotASample(f"{kind} has no number {name.partition('.')[2]!r}; it has {', '.join(numbers) or 'none'}")
    frame = found[["t_ns", "t_s", "node"]].copy()
    frame["value"] = found[field].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return frame


def _on_the_way(run: Run) -> "DataFrame":
    import numpy as np
    import pandas as pd

    sent = messages(run)
    begun = pd.DataFrame({"t_ns": sent["sent_ns"], "node": sent["target"], "by": 1})
    over = sent[sent["fate"] != "in flight"]
    end_ns = over["delivered_ns"].fillna(over["sent_ns"]).astype("int64")
    ended = pd.DataFrame({"t_ns": end_ns, "node": over["target"], "by": -1})
    both = pd.concat([begun, ended[over["delivered_ns"].notna()]])
    lost = over["delivered_ns"].isna()
    both = pd.concat([both, ended[lost]]).sort_values("t_ns", kind="stable").reset_index(drop=True)
    both["value"] = both.groupby("node", observed=True)["by"].cumsum()
    last = both.groupby(["t_ns", "node"], observed=True, sort=False)["value"].last().reset_index()
    t_ns = last["t_ns"].to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {"t_ns": t_ns, "t_s": t_ns / SECOND, "node": last["node"], "value": last["value"].astype("float64")}
    )
