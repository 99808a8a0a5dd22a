"""What agreement costs in messages and bits as n and l grow, under friends and foes, beside what the papers claim."""

from collections.abc import Sequence

from benchmarks.agreement.counts import CLAIMED
from benchmarks.agreement.intervals import Interval, exponent
from benchmarks.agreement.measure import Measured
from benchmarks.agreement.settings import HOSTILE, MULTIVALUED, SETTINGS, play
from models.bft.sizes import LAMBDA

SIZES = (4, 7, 10, 13)
GOOD = {
    "ckps": "16λn² + 5ln² + 2n³",
    "vaba": "16λn² + 7ln²",
    "smvba": "7λn² + 4ln²",
    "pmvba": "(15n² + 3κn)λ + (4n² + 2κn)l",
}
"""Bits of the good case with threshold signatures, beside 64 for each message's header; κ = f + 1."""


def bits(seeds: int) -> None:
    """Messages and bits against n and l, four protocols under four adversaries; exponents of n with 99% intervals."""
    for name in MULTIVALUED:
        print(f"{name}: claimed {CLAIMED[name]}; derived {GOOD[name]}")
        for setting in ("fair", "f silent", "f equivocating", "hostile"):
            faults = HOSTILE[name] if setting == "hostile" else SETTINGS[setting]
            for form in ("threshold", "multisig") if setting == "fair" else ("threshold",):
                runs = {
                    n: [play(name, faults, n, seed, certificates=form) for seed in range(1, seeds + 1)] for n in SIZES
                }
                _table(f"{setting}, {form}", runs)


def _table(title: str, runs: dict[int, list[Measured]]) -> None:
    grows = exponent({n: [float(one.messages) for one in found] for n, found in runs.items()})
    print(f"  {title:<26} messages ~ n^{grows}", end="")
    for word, length in (("λ", 0), ("nλ", 1), ("n²λ", 2)):
        costs = {n: [float(one.size.bits(LAMBDA * n**length)) for one in found] for n, found in runs.items()}
        print(f"   bits at l = {word} ~ n^{exponent(costs)}", end="")
    print()
    for n, found in runs.items():
        _row(n, found)


def _row(n: int, found: Sequence[Measured]) -> None:
    square = n * n
    messages = Interval.of([one.messages / square for one in found])
    tokens = Interval.of([one.size.tokens / square for one in found])
    values = Interval.of([one.size.values / square for one in found])
    print(f"    n={n:<3} over n²: messages {messages}   λ {tokens}   l {values}", flush=True)


def slope(seeds: int) -> None:
    """The exponent of n in the messages of Prioritized-MVBA, n = 4 to 31: fair, and hostile by both ways to know."""
    cells = {
        "fair": (SETTINGS["fair"], "at-once"),
        "one candidate, at-once": (HOSTILE["pmvba"], "at-once"),
        "one candidate, on-receipt": (HOSTILE["pmvba"], "on-receipt"),
    }
    for title, (faults, own) in cells.items():
        for sizes in ((4, 7, 10, 13, 19), (4, 7, 10, 13, 19, 31)):
            costs = {
                n: [float(play("pmvba", faults, n, seed, own_proof=own).messages) for seed in range(1, seeds + 1)]
                for n in sizes
            }
            print(f"{title:<26} n up to {sizes[-1]:<3} messages ~ n^{exponent(costs)}", flush=True)
