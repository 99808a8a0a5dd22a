"""Run the experiments on agreement: ``python -m benchmarks.agreement [NAME ...] [SEEDS]``, or draw them.

``python -m benchmarks.agreement figure -o agreement.svg 20`` measures and draws the figure.
"""

import sys
from pathlib import Path

from benchmarks.agreement import complexity, experiments, figure, paper, schedules, tightness

ALL = {
    "counts": experiments.counts,
    "cost": experiments.cost,
    "candidate": experiments.candidate,
    "splitter": experiments.splitter,
    "abba": experiments.abba,
    "tightness": tightness.tightness,
    "quality": experiments.quality,
    "order": experiments.order,
    "coin": experiments.coin,
    "bits": complexity.bits,
    "slope": complexity.slope,
    "delays": schedules.delays,
    "ranking": schedules.ranking,
    "paper": paper.paper,
}
SEEDS = 20


def main(words: list[str]) -> int:
    """Run the named experiments, all without names; 4 for what cannot be done. A number is how many seeds to take."""
    seeds = next((int(word) for word in words if word.isdecimal()), SEEDS)
    names = [word for word in words if not word.isdecimal()]
    if seeds < 1:
        return _refuse("at least one seed is needed, found 0")
    if names[:1] == ["figure"]:
        return _figure(names[1:], seeds)
    unknown = [name for name in names if name not in ALL]
    if unknown:
        return _refuse(f"no experiment named {unknown[0]!r}; there are {', '.join(ALL)}, figure")
    for name in names or ALL:
        print(f"== {name}: {ALL[name].__doc__}", flush=True)
        ALL[name](seeds)
    return 0


def _figure(words: list[str], seeds: int) -> int:
    if len(words) != 2 or words[0] != "-o" or Path(words[1]).suffix not in figure.FORMATS:
        return _refuse(f"write: figure -o FILE [SEEDS], where FILE ends in one of {', '.join(figure.FORMATS)}")
    path = Path(words[1])
    if not path.absolute().parent.is_dir():
        return _refuse(f"{path}: there is no folder {path.parent}")
    figure.figure(seeds, path)
    return 0


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
