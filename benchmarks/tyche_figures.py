"""Draws every picture of the preloader into a folder, from runs of its own."""

from pathlib import Path

from benchmarks.tyche import EXECUTION, outcomes_of, ratios, run_policy
from models.tyche import figures, measures
from reports import frames
from sim.running import run
from sim.scenario.loader import load

SHOWN = ("none", "always", "fixed", "histogram", "greedy-dual", "minute", "tyche", "calibrated")


def draw_all(folder: str, hours: int) -> None:
    """Eight pictures as PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)

    def keep(name: str) -> None:
        plt.savefig(target / f"{name}.png", dpi=110, bbox_inches="tight")
        plt.close()

    figures.hits_against_memory(plt.subplots(figsize=(6, 5))[1])
    keep("hits-against-memory")
    figures.windows_in_effect(plt.subplots(figsize=(6, 4))[1])
    keep("windows-in-effect")
    result = run(load("scenarios/tyche/mutants/calm.yaml", ("systems.serverless.mutant=", "expect=pass")), 1)
    arrived, states, predicted = (frames.events(result, kind) for kind in ("Arrived", "LoadState", "Predicted"))
    ax = figures.time_line(plt.subplots(figsize=(9, 2.2))[1], arrived, states, predicted, "tags")
    ax.set_xlim(0, 250)
    keep("time-line")
    runs = {policy: run_policy(policy, hours) for policy in SHOWN}
    waits = {name: measures.delays_ms(frames.events(one, "Served"), "poisson", EXECUTION) for name, one in runs.items()}
    figures.delays(plt.subplots(figsize=(6, 4))[1], waits)
    keep("delays")
    found = {policy: outcomes_of(policy, one) for policy, one in runs.items()}
    figures.policies_compared(plt.subplots(figsize=(7, 4))[1], found, lambda one: one.gb_hours, "GB h per 1,000 calls")
    keep("memory-time")
    figures.policies_compared(plt.subplots(figsize=(7, 4))[1], found, lambda one: one.delay_ms.mean, "delay, ms")
    keep("delay-means")
    figures.speed_ups(plt.subplots(figsize=(7, 4))[1], found, "fixed")
    keep("speed-up")
    figures.knapsack_ratios(plt.subplots(figsize=(6, 4))[1], {bins: ratios(bins, 100) for bins in (1, 2, 3)})
    keep("knapsack")
