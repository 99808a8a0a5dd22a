"""The events of one kind that a run's actors emitted, as a frame with a column for each field."""

import types
import typing
from typing import TYPE_CHECKING

from reports.frames.columns import objects
from reports.recording import recording_of
from sim.result import Run
from sim.world.message import Emitted, Event
from sim.world.units import SECOND

if TYPE_CHECKING:
    from pandas import DataFrame, Series

BASE = ("t_ns", "t_s", "node", "incarnation", "kind")


class NoEvents(LookupError):
    """No event of this kind was emitted; the message names those that were."""


def events(run: Run, kind: str | None = None) -> "DataFrame":
    """Events of a kind such as `BecameLeader`, or of all kinds; the seed runs again once.

    Columns: t_ns int64, t_s float64, node category, incarnation int16, kind category, then the event's fields: int64,
    or Int64 where there may be none, bool, category for text, object for the rest. A field whose name is taken gets an
    underscore behind it. Of all kinds there are the first five columns only. NoEvents for a kind that did not occur.
    """
    import numpy as np
    import pandas as pd

    found = [one for one in recording_of(run).emitted if kind is None or type(one.event).__name__ == kind]
    if kind is not None and not found:
        raise NoEvents(_none(run, kind))
    t_ns = np.asarray([one.t_ns for one in found], dtype=np.int64)
    frame = pd.DataFrame(
        {
            "t_ns": t_ns,
            "t_s": t_ns / SECOND,
            "node": pd.Categorical([one.node for one in found], categories=[*run.servers, *run.clients]),
            "incarnation": np.asarray([one.incarnation for one in found], dtype=np.int16),
            "kind": pd.Categorical([type(one.event).__name__ for one in found]),
        }
    )
    if kind is not None:
        for name, column in _fields(found).items():
            frame[name] = column
    return frame


def _none(run: Run, kind: str) -> str:
    from difflib import get_close_matches

    names = sorted({type(one.event).__name__ for one in recording_of(run).emitted})
    close = get_close_matches(kind, names, 1)
    hint = f", did you mean {close[0]!r}?" if close else f"; there were {', '.join(names) or 'none at all'}"
    return f"no event {kind!r} in {run.scenario} seed {run.seed}{hint}"


def _fields(found: list[Emitted]) -> "dict[str, Series]":
    kinds: dict[type[Event], None] = {type(one.event): None for one in found}
    hints: dict[str, object] = {}
    for event in kinds:
        hints |= {name: hint for name, hint in typing.get_type_hints(event).items() if name in event.__struct_fields__}
    return {
        f"{name}_" if name in BASE else name: _column([getattr(one.event, name, None) for one in found], hint)
        for name, hint in hints.items()
    }


def _column(values: list[object], hint: object) -> "Series":
    import numpy as np
    import pandas as pd

    optional = isinstance(hint, types.UnionType) and type(None) in typing.get_args(hint)
    plain = [one for one in typing.get_args(hint) if one is not type(None)] if optional else [hint]
    kind = plain[0] if len(plain) == 1 else object
    if kind is int and all(value is None or (isinstance(value, int) and abs(value) < 2**63) for value in values):
        return pd.Series(values, dtype="Int64" if optional else "int64")
    if kind is bool and not optional:
        return pd.Series(np.asarray(values, dtype=bool))
    if kind is str:
        return pd.Series(pd.Categorical(values))
    return objects(values)
