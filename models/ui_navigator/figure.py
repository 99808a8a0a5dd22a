"""One picture of many tasks: how they ended, against how flaky the platform was.

matplotlib is imported when the function is called, and not before.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.ui_navigator.agent import BUDGET, STUCK, SUCCESS, UNCERTAIN, UNREACHABLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WORDS = (SUCCESS, BUDGET, STUCK, UNREACHABLE, UNCERTAIN)
COLOURS = {SUCCESS: "#55a868", BUDGET: "#dd8452", STUCK: "#c44e52", UNREACHABLE: "#8172b3", UNCERTAIN: "#c9c9c9"}
HATCHES = {SUCCESS: "", BUDGET: "//", STUCK: "xx", UNREACHABLE: "..", UNCERTAIN: "--"}


def shares(counts: Mapping[str, Mapping[str, int]], ax: "Axes") -> "Axes":
    """Stacked shares of last words; `counts`: flakiness as written -> word -> how many tasks ended so."""
    labels = list(counts)
    totals = [max(1, sum(counts[label].values())) for label in labels]
    below = [0.0] * len(labels)
    for word in WORDS:
        heights = [100 * counts[label].get(word, 0) / total for label, total in zip(labels, totals, strict=True)]
        if any(heights):
            ax.bar(
                labels, heights, bottom=below, color=COLOURS[word], hatch=HATCHES[word], edgecolor="white", label=word
            )
        below = [one + more for one, more in zip(below, heights, strict=True)]
    for place, total in enumerate(totals):
        ax.text(place, 101, f"{total} tasks", ha="center", fontsize=8)
    ax.set(xlabel="chance of each trouble, at every act and page", ylabel="tasks (%)", ylim=(0, 108))
    ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0)
    return ax
