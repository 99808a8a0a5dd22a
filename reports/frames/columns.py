"""Columns that pandas would guess wrongly."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import Series


def objects(values: Sequence[object]) -> "Series":
    """A column of objects as they are: a tuple stays a tuple, text stays text, None stays None."""
    import numpy as np
    import pandas as pd

    column = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        column[place] = value
    return pd.Series(column, dtype=object)
