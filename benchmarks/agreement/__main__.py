"""Run the experiments on agreement, or those named: ``python -m benchmarks.agreement [counts cost candidate ...]``."""

import sys

from benchmarks.agreement import complexity, experiments, schedules

ALL = {
    "counts": experiments.counts,
    "cost": experiments.cost,
    "candidate": experiments.candidate,
    "splitter": experiments.splitter,
    "abba": experiments.abba,
    "tightness": experiments.tightness,
    "quality": experiments.quality,
    "order": experiments.order,
    "coin": experiments.coin,
    "bits": complexity.bits,
    "slope": complexity.slope,
    "delays": schedules.delays,
    "ranking": schedules.ranking,
}


def main(names: list[str]) -> int:
    """Run the named experiments, all without names; 4 for a name there is not. A number is how many seeds to take."""
    seeds = next((int(name) for name in names if name.isdecimal()), 20)
    names = [name for name in names if not name.isdecimal()]
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no experiment named {unknown[0]!r}; there are {', '.join(ALL)}", file=sys.stderr)
        return 4
    for name in names or ALL:
        print(f"== {name}: {ALL[name].__doc__}", flush=True)
        ALL[name](seeds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
