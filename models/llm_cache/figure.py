"""Pictures of LLM serving, as matplotlib axes; the library is imported when one is drawn, never before."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[float, float]
"""Share of prompt tokens reused, and a latency in s."""


def hits_against_latency(ax: "Axes", points: Mapping[str, Sequence[Point]]) -> "Axes":
    """One mark for each policy at its mean over seeds, with the range of both."""
    for (policy, pairs), marker in zip(points.items(), "osv^D*P", strict=False):
        hits, times = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        x, y = sum(hits) / len(hits), sum(times) / len(times)
        spread_x, spread_y = [[x - min(hits)], [max(hits) - x]], [[y - min(times)], [max(times) - y]]
        ax.errorbar(x, y, xerr=spread_x, yerr=spread_y, marker=marker, linestyle="", capsize=2, label=policy)
    ax.set(xlabel="prompt tokens reused, share", ylabel="time to first token, s", yscale="log")
    ax.legend(fontsize=7)
    return ax


def hit_ratio_over_time(ax: "Axes", times: Sequence[float], shares: Sequence[float], width: float) -> "Axes":
    """Mean share of reused tokens in each span of `width` s."""
    sums: dict[int, list[float]] = {}
    for at, share in zip(times, shares, strict=True):
        sums.setdefault(int(at // width), []).append(share)
    bins = sorted(sums)
    ax.step([one * width for one in bins], [sum(sums[one]) / len(sums[one]) for one in bins], where="post")
    ax.set(xlabel="virtual time, s", ylabel="prompt tokens reused, share", ylim=(0, 1))
    return ax


def hits_against_memory(ax: "Axes", sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> "Axes":
    """Share of blocks found over blocks of memory, a line for each rule of what goes first."""
    for (name, shares), style in zip(lines.items(), ("-", "--", ":", "-."), strict=False):
        ax.plot(sizes, shares, style, label=name)
    ax.set(xlabel="memory, blocks", ylabel="blocks found, share", ylim=(0, None))
    ax.legend(fontsize=8)
    return ax
