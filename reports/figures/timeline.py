"""What clients called and how it ended, over time: a lane for each client, a bar for each operation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.figures.canvas import COLOURS, INK, Time, axes, caption, lanes, time_axis, window
from reports.figures.shading import beside, shade
from sim.checks.history import Op
from sim.checks.timeline import words
from sim.result import Run
from sim.world.units import MS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

HATCHES = ("", "////", "....", "xxxx", "----", "++++")
_WORDS_MAX = 24
_RED = "#B00020"


def timeline(
    run: Run,
    keys: Sequence[str] = (),
    start: Time = None,
    end: Time = None,
    *,
    ops: Sequence[int] = (),
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw operations as bars from call to return, virtual time in s.

    Of `keys` only (default: all), and of the operations numbered `ops` only. An operation that never returned ends in
    an arrow, one that failed in a cross; what a failed check names is drawn in red with a thick edge. With a few dozen
    operations each bar says what it was.
    """
    named = {op for one in run.failed for op in one.involved}
    chosen = [op for op in run.history if (not keys or str(op.key) in keys) and (not ops or op.op in ops)]
    begin_ns, end_ns = _window(run, chosen, start, end, zoom=bool(ops))
    chosen = [op for op in chosen if op.call_ns < end_ns and (op.ret_ns is None or op.ret_ns > begin_ns)]
    names = tuple(name for name in run.clients if any(op.client == name for op in chosen)) or run.clients[:1]
    verbs = {verb: place for place, verb in enumerate(dict.fromkeys(sorted(op.f for op in chosen)))}
    with axes(ax, 1.5 + 0.42 * len(names)) as ax:
        unit = time_axis(ax, begin_ns, end_ns)
        place = lanes(ax, names)
        handles = shade(ax, run, begin_ns, end_ns, unit)
        turns = dict.fromkeys(names, 0)
        for op in chosen:
            until_ns = _until(op, run)
            turns[op.client] += 1
            _bar(ax, op, place[op.client], until_ns / unit, unit, verbs[op.f], named=op.op in named)
            if len(chosen) <= _WORDS_MAX:
                middle = (op.call_ns + min(until_ns, end_ns)) / 2 / unit
                ax.annotate(
                    words(op), (middle, place[op.client] + (-0.31 if turns[op.client] % 2 else 0.31)), ha="center",
                    va="bottom" if turns[op.client] % 2 else "top", fontsize=7,
                    color=_RED if op.op in named else INK,
                )  # fmt: skip
        beside(ax, [*_legend(verbs), *handles])
        _say(ax, run, chosen, named)
    return ax


def _window(run: Run, chosen: Sequence[Op], start: Time, end: Time, *, zoom: bool) -> tuple[int, int]:
    """The stretch that was asked for; that of chosen operations, with a margin, if none was."""
    if not zoom or not chosen or start is not None or end is not None:
        return window(run, start, end)
    first, last = min(op.call_ns for op in chosen), max(op.ret_ns or op.call_ns for op in chosen)
    margin = max((last - first) // 12, 20 * MS)
    return max(0, first - margin), last + margin


def _until(op: Op, run: Run) -> int:
    """Where its bar ends: its return, else the next call of its client, else the end of the run."""
    if op.ret_ns is not None:
        return op.ret_ns
    later = [one.call_ns for one in run.history if one.client == op.client and one.op > op.op]
    return min(later, default=run.virtual_ns)


def _bar(ax: "Axes", op: Op, lane: int, until: float, unit: float, look: int, *, named: bool) -> None:
    left, colour = op.call_ns / unit, COLOURS[look % len(COLOURS)]
    edge, wide = (_RED, 2.0) if named else (colour, 0.6)
    ax.barh(
        lane, until - left, left=left, height=0.5, facecolor=f"{colour}55", edgecolor=edge, linewidth=wide,
        hatch=HATCHES[look % len(HATCHES)], linestyle="-" if op.outcome == "ok" else "--", zorder=3 if named else 2,
    )  # fmt: skip
    if op.outcome != "ok":
        ax.plot(
            until, lane, marker="x" if op.outcome == "fail" else ">", color=INK, markersize=5, zorder=4, clip_on=True
        )


def _legend(verbs: dict[str, int]) -> list["Patch"]:
    from matplotlib.patches import Patch

    return [
        Patch(
            facecolor=f"{COLOURS[n % 7]}55", edgecolor=COLOURS[n % 7], hatch=HATCHES[n % 6], linewidth=0.6, label=verb
        )
        for verb, n in verbs.items()
    ]


def _say(ax: "Axes", run: Run, chosen: Sequence[Op], named: set[int]) -> None:
    counts = {outcome: sum(op.outcome == outcome for op in chosen) for outcome in ("ok", "fail", "unknown")}
    said = f"{run.scenario}, seed {run.seed}: {len(chosen):,} operations: {counts['ok']:,} ok"
    said += f", {counts['fail']:,} failed (\u00d7)" if counts["fail"] else ""
    said += f", {counts['unknown']:,} unknown (\u25b6)" if counts["unknown"] else ""
    red = any(op.op in named for op in chosen)
    caption(ax, said + ("; thick red: the violation rests on these" if red else ""))
