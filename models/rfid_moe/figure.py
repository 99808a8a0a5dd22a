"""Pictures of compression and serving, as matplotlib axes; libraries are imported when one is drawn, never before.

All experts are synthetic. What is computed here is returned beside the picture, so that a reader can check it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from models.rfid_moe.experiments import (
    NAMES,
    USES,
    Budget,
    Interval,
    against_uniform,
    allocation,
    interval,
    residual_against_ranks,
    spectra_of,
    weight_error,
)
from models.rfid_moe.experts import Synthetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

SMALL = Synthetic()
LARGE = Synthetic(rows=192, columns=256, count=64)
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
MARKS = "osD^vP"
Curve = list[tuple[float, Interval]]

__all__ = [
    "LARGE", "SMALL", "after_crash", "allocations", "answers_over_time", "draw_curves", "draw_saved", "draw_spectra",
    "draw_table", "errors_by_bytes", "loads_over_time", "saved_by_kind", "xi_sweep",
]  # fmt: skip


def allocations(layer: Synthetic = SMALL, seeds: Sequence[int] = range(1, 21)) -> dict[str, dict[str, Interval]]:
    """Errors relative to `uniform` at 40% of the bytes, by use and allocation."""
    return against_uniform(layer, seeds)


def errors_by_bytes(layer: Synthetic, seeds: Sequence[int], keeps: Sequence[float]) -> dict[str, Curve]:
    """Weight errors under the frequencies of calibration against the share of bytes kept, by allocation."""
    found: dict[str, dict[float, list[float]]] = {name: {keep: [] for keep in keeps} for name in NAMES}
    for seed in seeds:
        drawn = replace(layer, seed=seed)
        spectra, use = spectra_of(drawn), drawn.frequencies()
        for keep in keeps:
            for name in NAMES:
                ranks = allocation(spectra, name, Budget(keep).ranks(drawn))
                found[name][keep].append(weight_error(spectra, ranks, use, weighted=name == "optimum"))
    return {name: [(keep, interval(values)) for keep, values in by.items()] for name, by in found.items()}


def xi_sweep(layer: Synthetic, seeds: Sequence[int], points: int = 11) -> dict[str, Curve]:
    """Errors relative to `uniform` as xi goes from frequency to effective rank, with and without drift."""
    xis = [n / (points - 1) for n in range(points)]
    found: dict[str, dict[float, list[float]]] = {use: {xi: [] for xi in xis} for use in USES}
    for seed in seeds:
        drawn = replace(layer, seed=seed)
        spectra, total = spectra_of(drawn), Budget().ranks(drawn)
        for use, frequencies in USES.items():
            shares = frequencies(drawn)
            base = weight_error(spectra, allocation(spectra, "uniform", total), shares)
            for xi in xis:
                found[use][xi].append(weight_error(spectra, allocation(spectra, str(xi), total), shares) / base)
    return {use: [(xi, interval(values)) for xi, values in by.items()] for use, by in found.items()}


def saved_by_kind(seeds: Sequence[int]) -> dict[str, dict[str, Interval]]:
    """Shares of the squared error that 3% of the numbers save, as eta or as more ranks: 96 x 256, 24 ranks kept."""
    import numpy as np

    found: dict[str, dict[str, list[float]]] = {}
    for seed in seeds:
        steep = Synthetic(rows=96, columns=256, count=1, exponents=(0.6, 0.6), seed=seed).weights()[0]
        gauss = np.random.default_rng(seed).standard_normal((96, 256))
        for kind, matrix in (("Gaussian", gauss), ("power law", steep)):
            saved = residual_against_ranks(matrix, 24, 0.03, seed)
            by = found.setdefault(kind, {"eta": [], "more ranks": []})
            by["eta"].append(saved.eta)
            by["more ranks"].append(saved.ranks)
    return {kind: {how: interval(values) for how, values in by.items()} for kind, by in found.items()}


def draw_curves(ax: "Axes", curves: Mapping[str, Curve], xlabel: str, ylabel: str) -> "Axes":
    """Means with 95% intervals over seeds, a style and a mark for each."""
    for (name, curve), style, mark in zip(curves.items(), STYLES, MARKS, strict=False):
        xs, ys = [x for x, _ in curve], [one.mean for _, one in curve]
        (line,) = ax.plot(xs, ys, linestyle=style, marker=mark, markersize=4, label=name)
        low, high = [one.mean - one.half for _, one in curve], [one.mean + one.half for _, one in curve]
        ax.fill_between(xs, low, high, color=line.get_color(), alpha=0.15)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(fontsize=7)
    return ax


def draw_table(ax: "Axes", found: Mapping[str, Mapping[str, Interval]]) -> "Axes":
    """Errors relative to uniform: a bar for each use and allocation, with its interval."""
    for number, (use, by) in enumerate(found.items()):
        places = [at + 0.4 * number for at in range(len(by))]
        heights, halves = [one.mean for one in by.values()], [one.half for one in by.values()]
        hatch = ("", "//")[number % 2]
        ax.bar(places, heights, 0.38, yerr=halves, label=use, hatch=hatch, edgecolor="white", capsize=2)
    ax.axhline(1, color="0.5", linewidth=1)
    ax.set(xticks=[at + 0.2 for at in range(len(by))], ylabel="error / uniform")
    ax.set_xticklabels(list(by), rotation=20)
    ax.legend(fontsize=7)
    return ax


def draw_saved(ax: "Axes", found: Mapping[str, Mapping[str, Interval]]) -> "Axes":
    """What eta saves beside what more ranks save; the line is what the theorem says of eta."""
    draw_table(ax, {how: {kind: found[kind][how] for kind in found} for how in ("eta", "more ranks")})
    ax.get_lines()[0].set_ydata([0.03, 0.03])
    ax.set(ylabel="share of the squared error")
    return ax


def draw_spectra(ax: "Axes", layer: Synthetic = SMALL) -> "Axes":
    """Weighted spectra of the groups, and where each is cut by `fused` at 40% of the bytes."""
    spectra = spectra_of(layer)
    ranks = allocation(spectra, "fused", Budget().ranks(layer))
    for number, (gains, kept) in enumerate(zip(spectra.gains.tolist(), ranks, strict=True)):
        (line,) = ax.plot(range(1, len(gains) + 1), gains, linestyle=STYLES[number % 6], linewidth=1)
        label = f"group {number}: {kept} ranks"
        ax.plot([kept], [gains[kept - 1]], MARKS[number % 6], color=line.get_color(), label=label)
    ax.set(yscale="log", xlabel="rank", ylabel="squared singular value, by frequency", ylim=(1e-6, None))
    ax.legend(fontsize=7)
    return ax


def after_crash(combined: "DataFrame", answered: "DataFrame", since: float, until: float) -> dict[str, float]:
    """Tokens a second, share of answers that are degraded, and their mean error, between two times in s."""
    tokens = combined[(combined["layer"] == 0) & combined["t_s"].between(since, until)]
    answers = answered[answered["t_s"].between(since, until)]
    return {
        "tokens a second": len(tokens) / (until - since),
        "share degraded": float(answers["degraded"].mean()),
        "mean error": float(answers["error"].mean() / 1e6),
    }


def answers_over_time(ax: "Axes", runs: "Mapping[str, DataFrame]", width: float = 1.0) -> "Axes":
    """The share of answers that are degraded, by second, one line for each run's frame of `Answered`."""
    for (name, answered), style in zip(runs.items(), STYLES, strict=False):
        shares = answered.groupby((answered["t_s"] // width) * width)["degraded"].mean()
        ax.plot(shares.index, shares.to_numpy(), linestyle=style, label=name, drawstyle="steps-post")
    ax.set(xlabel="virtual time, s", ylabel="share of answers degraded", ylim=(-0.02, 1.02))
    ax.legend(fontsize=7)
    return ax


def loads_over_time(ax: "Axes", computing: "DataFrame", width: float = 2.0) -> "Axes":
    """The node that computes most over the mean of all, by time, from a frame of `Computing`."""
    counts = computing.assign(pairs=computing["shards"].map(len), at=(computing["t_s"] // width) * width)
    table = counts.pivot_table(index="at", columns="node", values="pairs", aggfunc="sum", fill_value=0, observed=True)
    ratio = table.max(axis=1) / table.mean(axis=1)
    ax.plot(ratio.index, ratio.to_numpy(), drawstyle="steps-post")
    ax.axhline(1.2, color="0.6", linewidth=1)
    ax.set(xlabel="virtual time, s", ylabel="pairs of the busiest node / mean")
    return ax
