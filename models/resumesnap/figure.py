"""One picture of a slow tail: how many requests took longer than so long, with second calls and without.

matplotlib is imported when the function is called, and not before.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLES = ("-", "--", ":", "-.")


def tails(latencies_ms: Mapping[str, Sequence[float]], ax: "Axes") -> "Axes":
    """Share of requests that took longer than x, on logarithmic axes; `latencies_ms`: label -> latencies."""
    for style, (label, values) in zip(STYLES, latencies_ms.items(), strict=False):
        ordered = sorted(values)
        left = [100 * (1 - place / len(ordered)) for place in range(len(ordered))]
        ax.step(ordered, left, style, where="post", label=label)
    ax.axhline(1, color="grey", linewidth=0.8, alpha=0.6)
    ax.set(xlabel="a request took longer than (ms)", ylabel="requests (%)", xscale="log", yscale="log")
    ax.grid(visible=True, which="both", alpha=0.25)
    ax.legend(fontsize=8)
    return ax
