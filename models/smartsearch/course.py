"""What became of documents over a run: from frames of its events to the numbers behind the picture."""

from typing import TYPE_CHECKING

from models.smartsearch.figure import Course
from sim import SECOND

if TYPE_CHECKING:
    from pandas import DataFrame


def course(moved: "DataFrame", marks: "DataFrame", commits: "DataFrame", faults: "DataFrame", end_s: float) -> Course:
    """From the events `Moved`, `HighWatermark` and `OffsetCommitted` and the faults of one run that lasted `end_s`."""
    first = moved[moved["job"] == 0]
    moves = list(zip(first["t_s"].tolist(), first["doc"].tolist(), first["now"].astype(str).tolist(), strict=True))
    return Course(moves, _lags(marks, commits), _spans(faults, end_s), end_s)


def _lags(marks: "DataFrame", commits: "DataFrame") -> list[tuple[float, int, int]]:
    """(time, partition, records that are committed in the log and not yet by the group), whenever either changed."""
    changes = [(t, p, 0, at) for t, p, at in _rows(marks)] + [(t, p, 1, at) for t, p, at in _rows(commits)]
    consumed = {partition for _, partition, which, _ in changes if which}
    there: dict[int, int] = {}
    done: dict[int, int] = {}
    lags = []
    for t_s, partition, which, at in sorted(changes):
        if partition in consumed:
            side = done if which else there
            side[partition] = max(at, side.get(partition, 0)) if not which else at
            lags.append((t_s, partition, max(0, there.get(partition, 0) - done.get(partition, 0))))
    return lags


def _rows(frame: "DataFrame") -> list[tuple[float, int, int]]:
    return list(zip(frame["t_s"].tolist(), frame["partition"].tolist(), frame["offset"].tolist(), strict=True))


def _spans(faults: "DataFrame", end_s: float) -> list[tuple[float, float, str]]:
    """Faults that fired; one that never healed lasts to the end."""
    fired = faults[~faults["skipped"]]
    begins = (fired["inject_ns"] / SECOND).tolist()
    ends = (fired["heal_ns"].astype("Float64") / SECOND).fillna(end_s).tolist()
    return list(zip(begins, ends, fired["kind"].astype(str).tolist(), strict=True))
