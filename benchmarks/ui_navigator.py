"""How many of an agent's tasks are done, against how flaky the page is, with 95% intervals (Wilson).

python -m benchmarks.ui_navigator [TASKS [CHANCE...]]: so many tasks (default 250) at each chance, by seeds from 1 on.
"""

import sys
from collections import Counter

import sim
from sim.explore.statistics import wilson

SCENARIO = "scenarios/ui_navigator/calm.yaml"
CHANCES = ("0%", "5%", "10%", "20%", "40%")
OVER = ("duration=45s", "settle=10s", "workload.0.clients=6", "systems.agent.parameters.done_share=0%")


def words_of(chance: str, seed: int) -> Counter[str]:
    """How the tasks of one run ended that can be done, and whose user was told."""
    result = sim.run(sim.load(SCENARIO, (*OVER, f"systems.agent.parameters.flakiness={chance}")), seed)
    if result.failed:
        raise AssertionError(f"seed {seed} at {chance}: {result.failed}")
    return Counter(str(op.result) for op in result.history if op.outcome == "ok" and op.arg != "impossible")


def main(tasks: int, chances: tuple[str, ...]) -> None:
    """One line a chance."""
    for chance in chances:
        words: Counter[str] = Counter()
        seed = 0
        while words.total() < tasks:
            seed += 1
            words += words_of(chance, seed)
        share = wilson(words["DONE"], words.total())
        others = ", ".join(f"{count} {word}" for word, count in sorted(words.items()) if word != "DONE")
        done = f"{words['DONE']} of {words.total()} done, {share.low:.1%} to {share.high:.1%}"
        print(f"{chance:>4}  {seed} seeds  {done}  {others}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 250, tuple(sys.argv[2:]) or CHANCES)
