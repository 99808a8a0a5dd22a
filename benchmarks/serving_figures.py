"""Draws what the policies of LLM serving give: hits against latency, a point for each policy, a panel for each load."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.serving import Outcome


def draw(folder: str, found: Mapping[str, Mapping[str, Sequence[Outcome]]]) -> None:
    """One picture as PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    from models.llm_cache.figure import hits_against_latency

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    _, axes = plt.subplots(1, len(found), figsize=(4 * len(found), 3.6), squeeze=False)
    for ax, (name, by_policy) in zip(axes[0], found.items(), strict=True):
        points = {policy: [(one.hits, one.first_p95) for one in outcomes] for policy, outcomes in by_policy.items()}
        hits_against_latency(ax, points)
        ax.set_title(name, fontsize=9)
    plt.savefig(target / "serving-policies.png", dpi=110, bbox_inches="tight")
    plt.close()
