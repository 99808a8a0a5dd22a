"""Compression of synthetic experts at one budget of bytes, and what a crash costs with each rung of the ladder.

python -m benchmarks.experts tables          allocations against uniform, over seeds, small and large layers
python -m benchmarks.experts residual        what a fixed projection saves, beside more ranks
python -m benchmarks.experts crash           tokens a second, degraded answers and errors after a crash
python -m benchmarks.experts figures DIR
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from models.rfid_moe.experiments import NAMES, Budget, against_uniform, outputs_against_uniform
from models.rfid_moe.experts import Synthetic
from models.rfid_moe.figure import (
    LARGE,
    SMALL,
    after_crash,
    answers_over_time,
    draw_curves,
    draw_saved,
    draw_spectra,
    draw_table,
    errors_by_bytes,
    loads_over_time,
    saved_by_kind,
    xi_sweep,
)
from reports import frames
from sim.running import run
from sim.scenario.loader import load

P = "systems.moe.parameters."
HOWS: tuple[Literal["share", "max", "minmax"], ...] = ("share", "max", "minmax")
VARIANTS = {
    "replicas": (P + "replicas=8", P + "shadows=false"),
    "host copies": (P + "replicas=0", P + "shadows=false", P + "images=2"),
    "shadows": (P + "replicas=0", P + "images=1"),
    "next best": (P + "replicas=0", P + "images=1", P + "shadows=false"),
}
"""What there is beside the primary copy."""


def say(layer: Synthetic, seeds: range) -> str:
    return f"{layer.count} experts of {layer.rows} x {layer.columns}, a = {layer.common:g}, {len(seeds)} seeds"


def tables() -> None:
    """Errors relative to uniform at 40% of the bytes."""
    for layer, seeds in ((SMALL, range(1, 101)), (replace(SMALL, common=0.5), range(1, 101)), (LARGE, range(1, 11))):
        for how in HOWS:
            print(f"synthetic: {say(layer, seeds)}, normalisation {how}, weights")
            for use, by in against_uniform(layer, seeds, NAMES, Budget(), how).items():
                for name in NAMES:
                    print(f"    {use:14} {name:10} {by[name]}")
    seeds = range(1, 21)
    print(f"synthetic: {say(SMALL, seeds)}, outputs on random tokens")
    for use, by in outputs_against_uniform(SMALL, seeds, ("frequency", "rank", "fused")).items():
        for name, one in by.items():
            print(f"    {use:14} {name:10} {one}")


def residual() -> None:
    """3% of the numbers, as eta or as ranks."""
    for kind, by in saved_by_kind(range(1, 41)).items():
        for how, one in by.items():
            share = f"{one.mean:.4f} +- {one.half:.4f} of the squared error"
            print(f"synthetic, {kind:10} {how:11} {share}, {one.count} seeds")


def crash(seeds: int = 3) -> None:
    """Before a crash, just after it and until the node is back, for what there is beside the primary copy."""
    for name, overrides in VARIANTS.items():
        rows = []
        for seed in range(1, seeds + 1):
            result = run(load("scenarios/rfid_moe/no-replicas.yaml", ("checks=[]", *overrides)), seed)
            assert not result.failed, result.failed
            combined, answered = frames.events(result, "Combined"), frames.events(result, "Answered")
            rows.append([after_crash(combined, answered, *window) for window in ((3.0, 4.0), (4.0, 5.5), (5.5, 8.0))])
        for at, window in enumerate(("before", "first 1.5 s", "until it is back")):
            means = {key: sum(row[at][key] for row in rows) / seeds for key in rows[0][at]}
            shown = ", ".join(f"{key} {value:.3f}" for key, value in means.items())
            print(f"    {name:12} {window:17} {shown}")


def figures(folder: str) -> None:
    """Seven pictures as PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)

    def keep(name: str) -> None:
        plt.savefig(target / f"{name}.png", dpi=110, bbox_inches="tight")
        plt.close()

    keeps = (0.2, 0.3, 0.4, 0.5, 0.6)
    curves = errors_by_bytes(SMALL, range(1, 21), keeps)
    draw_curves(plt.subplots(figsize=(6, 4))[1], curves, "share of bytes kept", "relative error of weights, synthetic")
    keep("error-against-bytes")
    sweep = xi_sweep(SMALL, range(1, 41))
    draw_curves(plt.subplots(figsize=(6, 4))[1], sweep, "xi (0: frequency, 1: rank)", "error / uniform, synthetic")
    keep("xi")
    draw_table(plt.subplots(figsize=(7, 4))[1], against_uniform(SMALL, range(1, 41)))
    keep("allocations")
    draw_saved(plt.subplots(figsize=(5, 4))[1], saved_by_kind(range(1, 21)))
    keep("residual")
    draw_spectra(plt.subplots(figsize=(6, 4))[1])
    keep("spectra")
    runs = {
        name: frames.events(run(load("scenarios/rfid_moe/no-replicas.yaml", ("checks=[]", *overrides)), 1), "Answered")
        for name, overrides in VARIANTS.items()
    }
    answers_over_time(plt.subplots(figsize=(7, 3.5))[1], runs)
    keep("after-crash")
    drift = run(load("scenarios/rfid_moe/drift.yaml"), 1)
    loads_over_time(plt.subplots(figsize=(7, 3))[1], frames.events(drift, "Computing"))
    keep("imbalance")


def main(words: list[str]) -> int:
    """Run what is named; 4 for a word there is not."""
    if words[:1] == ["figures"] and len(words) == 2:
        figures(words[1])
        return 0
    known: dict[str, Callable[[], None]] = {"tables": tables, "residual": residual, "crash": crash}
    wrong = [word for word in words if word not in known]
    if wrong:
        print(f"no part {wrong[0]!r}; there are {', '.join(known)}, and figures DIR", file=sys.stderr)
        return 4
    for word in words or known:
        print(f"== experts {word}")
        known[word]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
