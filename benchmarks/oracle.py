"""A long campaign of the checkers against brute force: ``python -m benchmarks.oracle [--cases N] [--first SEED]``.

`cases` random histories of every kind of object, from seeds that the tests do not use. Every way to decide must agree
with trying all orders, every witness must replay, every certificate must verify.
"""

import argparse
import sys
import time

from sim.checks.split import split
from tests.checks.histories import brute_force
from tests.checks.test_oracle import found_by, prove
from tests.checks.worlds import WORLDS, random_history


def campaign(name: str, first: int, cases: int) -> tuple[int, list[str]]:
    """How many histories were legal, and what was wrong."""
    legal, wrong = 0, []
    for seed in range(first, first + cases):
        spec = WORLDS[name][1]
        history, whole = spec.fitted(random_history(name, seed, 2 + seed % 7))
        right_everywhere = True
        for part in split(history, whole):
            ready = whole.prepared(part)
            right = brute_force(part, ready)
            right_everywhere = right_everywhere and right
            for member, found in found_by(part, ready).items():
                if found.status != ("pass" if right else "fail"):
                    wrong.append(f"{name}, seed {seed}: {member} says {found.status}")
                elif problem := prove(part, ready, found):
                    wrong.append(f"{name}, seed {seed}: {member} proves nothing: {problem}")
        legal += right_everywhere
    return legal, wrong


def main() -> int:
    """Run it for every kind of object; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=100_000)
    arguments = parser.parse_args()
    failures = 0
    for name in WORLDS:
        began = time.perf_counter()
        legal, wrong = campaign(name, arguments.first, arguments.cases)
        failures += len(wrong)
        took = time.perf_counter() - began
        share = 100 * legal // arguments.cases
        print(f"{name:<16} {arguments.cases:,} histories, {share}% legal, {len(wrong)} wrong, {took:.0f} s", flush=True)
        for line in wrong[:5]:
            print(f"    {line}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
