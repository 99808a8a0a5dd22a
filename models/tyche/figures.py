"""Pictures of a serverless cluster, as matplotlib axes; the library is imported when one is drawn, never before."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from models.tyche.measures import Outcome
from models.tyche.oracle import erlang, exponential, factors, hyperexponential, in_effect, load_time, shares, windowed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

RATE = 0.5 / 60
_PROCESSES = {
    "Erlang, CoV 0.5": erlang(120, 4),
    "exponential, 1": exponential(120),
    "hyperexponential, 2": hyperexponential(120, 2),
    "hyperexponential, 4": hyperexponential(120, 4),
    "hyperexponential, 6": hyperexponential(120, 6),
}


def hits_against_memory(ax: "Axes") -> "Axes":
    """Hit share over resident share in closed form: a curve for each burstiness as P_off goes from 5% to 99.9%.

    All of the curves load at 1%: for regular gaps that is too early, so what is dropped early lies below the diagonal.
    The diagonal is what any policy gets on a Poisson stream that does not look ahead.
    """
    ax.plot([0, 1], [0, 1], color="0.6", linewidth=4, alpha=0.5, label="Poisson: any policy")
    points = [0.05 + 0.01 * i for i in range(95)] + [0.995, 0.999]
    for (name, gaps), style in zip(_PROCESSES.items(), ("-", "--", "-.", ":", (0, (5, 1))), strict=True):
        found = [shares(gaps, load_time(0.01, RATE), load_time(p, RATE)) for p in points]
        (line,) = ax.plot([one.resident for one in found], [one.hit for one in found], linestyle=style, label=name)
        marks: Sequence[tuple[str, float, float]] = (
            ("o", load_time(0.06, RATE), load_time(0.94, RATE)), ("s", 0.0, 600.0), ("^", 60.0, 180.0),
        )  # fmt: skip
        for marker, begin, end in marks:
            one = shares(gaps, begin, end)
            ax.plot(one.resident, one.hit, marker, color=line.get_color(), markeredgecolor="black", markersize=6)
    for marker, name in (("o", "6% and 94%, rate known"), ("s", "keep-alive of 10 min"), ("^", "whole minutes")):
        ax.plot([], [], marker, color="white", markeredgecolor="black", label=name)
    ax.set(xlabel="resident share of time", ylabel="hit share of calls", xlim=(0, 1.01), ylim=(0, 1.02))
    ax.legend(fontsize=7, loc="lower right")
    return ax


def windows_in_effect(ax: "Axes", p_load: float = 0.06, p_off: float = 0.94) -> "Axes":
    """Which P_load and P_off are in effect, and what share hits, by the number of arrivals in the window."""
    sizes = list(range(3, 51))
    estimators: Sequence[tuple[Literal["count", "gaps", "calibrated"], str]] = (
        ("count", "-"), ("gaps", "--"), ("calibrated", ":"),
    )  # fmt: skip
    for estimator, style in estimators:
        off = [in_effect(factors(estimator, w, p_load, p_off)[1], w) for w in sizes]
        hits = [windowed(estimator, w, p_load, p_off).hit for w in sizes]
        ax.plot(sizes, off, linestyle=style, color="tab:blue", label=f"P_off in effect, {estimator}")
        ax.plot(sizes, hits, linestyle=style, color="tab:orange", label=f"hit share, {estimator}")
    ax.axvline(5, color="0.7", linewidth=1)
    ax.set(xlabel="arrivals in the window, W", ylabel="probability", ylim=(0.6, 1.0))
    ax.legend(fontsize=7, loc="lower right")
    return ax


def time_line(ax: "Axes", arrived: "DataFrame", states: "DataFrame", predicted: "DataFrame", function: str) -> "Axes":
    """One function: requests as ticks, planned times as marks, what was resident as bands. Times in s."""
    own = states[states["function"] == function]
    bands: list[tuple[float, float]] = []
    since: dict[tuple[str, int], float] = {}
    columns = (own[name].tolist() for name in ("container", "n", "target", "t_s"))
    for container, n, target, t_s in zip(*columns, strict=True):
        if target == "RESIDENT":
            since[container, n] = t_s
        elif (container, n) in since:
            bands.append((since[container, n], t_s - since.pop((container, n))))
    ax.broken_barh(bands, (0.1, 0.8), color="tab:green", alpha=0.45, label="resident")
    times = arrived[arrived["function"] == function]["t_s"]
    ax.vlines(times, 0, 1, color="black", linewidth=1.2, label="request")
    plans = predicted[predicted["function"] == function]
    ax.plot(plans["t_s"] + plans["load_after"] / 1e9, [1.06] * len(plans), "^", markersize=4, label="T_load")
    ax.plot(plans["t_s"] + plans["drop_after"] / 1e9, [1.14] * len(plans), "v", markersize=4, label="T_off")
    ax.set(xlabel="virtual time, s", ylim=(0, 1.2), yticks=[], ylabel=function)
    ax.legend(fontsize=7, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.25))
    return ax


def delays(ax: "Axes", by_policy: Mapping[str, Sequence[float]]) -> "Axes":
    """The distribution of warming and loading per call, in ms, one curve for each policy."""
    styles = ("-", "--", "-.", ":")
    for number, (policy, values) in enumerate(by_policy.items()):
        ordered = [max(value, 1.0) for value in sorted(values)]
        ax.step(
            ordered, [(i + 1) / len(ordered) for i in range(len(ordered))], where="post",
            linestyle=styles[number % 4], label=policy,
        )  # fmt: skip
    ax.set(xscale="log", xlabel="warming and loading, ms (1 and below as 1)", ylabel="share of calls", ylim=(0, 1.01))
    ax.legend(fontsize=7)
    return ax


def policies_compared(
    ax: "Axes", found: Mapping[str, Mapping[str, Outcome]], value: Callable[[Outcome], float], label: str
) -> "Axes":
    """One bar for each policy in each class of burstiness: memory-time, speed-up, or whatever `value` takes."""
    names = list(next(iter(found.values())))
    width = 0.8 / len(found)
    for number, (policy, outcomes) in enumerate(found.items()):
        places = [at + number * width for at in range(len(names))]
        hatch = ("", "//", "..", "xx")[number % 4]
        ax.bar(places, [value(outcomes[name]) for name in names], width, label=policy, hatch=hatch, edgecolor="white")
    ax.set(xticks=[at + 0.4 - width / 2 for at in range(len(names))], xticklabels=names, ylabel=label)
    ax.legend(fontsize=7, ncols=2)
    return ax


def speed_ups(ax: "Axes", found: Mapping[str, Mapping[str, Outcome]], base: str) -> "Axes":
    """How many times shorter than under the policy `base` warming and loading is on average, in each class."""
    for number, (policy, outcomes) in enumerate(found.items()):
        ratios = [found[base][name].delay_ms.mean / max(one.delay_ms.mean, 0.001) for name, one in outcomes.items()]
        ax.plot(range(len(ratios)), ratios, linestyle="", marker="osv^D<>P"[number % 8], markersize=7, label=policy)
    names = list(found[base])
    ax.axhline(1, color="0.7", linewidth=1)
    ax.set(xticks=range(len(names)), xticklabels=names, yscale="log", ylabel=f"speed-up over {base}")
    ax.margins(x=0.2)
    ax.legend(fontsize=7, ncols=2)
    return ax


def knapsack_ratios(ax: "Axes", ratios: Mapping[int, Sequence[float]]) -> "Axes":
    """What share of the exact value the greedy knapsack has, sorted, for each number of containers."""
    for (bins, values), style in zip(ratios.items(), ("-", "--", ":", "-."), strict=False):
        ordered = sorted(values)
        label = f"{bins} container{'s' if bins > 1 else ''}"
        ax.plot([(i + 1) / len(ordered) for i in range(len(ordered))], ordered, linestyle=style, label=label)
    ax.axhline(0.5, color="0.7", linewidth=1)
    ax.set(xlabel="share of instances", ylabel="greedy / optimum", ylim=(0.45, 1.01))
    ax.legend(fontsize=7)
    return ax
