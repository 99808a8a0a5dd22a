"""Mutants against chance: how many random adversaries it takes to find each, ``python -m benchmarks.agreement.swarm``.

Every seed draws one or two behaviours of the campaign, or one of the model's own, and a scheduler, the attacks among
them, for the protocol and the number of parties of the mutant's recipe. Nothing else of the recipe is used.
"""

import sys
import time
from collections.abc import Sequence

from benchmarks.agreement.campaign import BEHAVIOURS, SCHEDULERS, TEXT
from models.bft.mutants import MUTANTS
from models.bft.settings import Settings
from sim import Mutant
from sim.running import run
from sim.scenario.loader import load, load_text
from sim.world.streams import Stream

OWN = ("bad-value", "double", "false-decide", "early-coin", "stubborn", "denies", "amnesia")
ATTACKS = (
    "one-candidate",
    "late-proofs",
    "leader-isolating",
    "coin-aware-splitter",
    "foreseen-splitter",
    "abba-splitter",
)
CHOICES = ("protocol", "f", "inputs", "certificates", "stages", "shortcut", "recommend", "coin")
"""What of a recipe's parameters says which protocol is meant, in which form."""


def adversary(seed: int, n: int, f: int) -> str:
    """The faults of a seed: at most f corrupt."""
    draws = Stream(seed, "swarm")
    found = []
    if f and draws.below(10):
        found.append(f"{{at: 0s, byzantine: {{nodes: random:{f}, {_behaviours(draws)}}}}}")
    if draws.below(3) == 0:
        name = draws.choice(ATTACKS)
        options = ", with: {coin: public}" if name == "foreseen-splitter" else ""
        found.append(f"{{at: 0s, schedule: {{sees: all, own: {{name: bft/{name}{options}}}}}}}")
    for _ in range(draws.below(3)):
        scheduler = SCHEDULERS[draws.choice([name for name, text in SCHEDULERS.items() if text])]
        found.append(f"{{at: 0s, schedule: {{{scheduler}}}}}")
    if not draws.below(4):
        found.append(f"{{at: {draws.below(60)}ms, for: 100ms, crash: {{nodes: n{draws.below(n) + 1}, disk: torn}}}}")
    return ", ".join(found)


def _behaviours(draws: Stream) -> str:
    if not draws.below(3):
        return f"own: {{name: bft/{draws.choice(OWN)}}}"
    named = [text for text in BEHAVIOURS.values() if text and not text.startswith("own") and ", " not in text]
    return ", ".join(dict.fromkeys((draws.choice(named), draws.choice(named))))


def scenario(mutant: Mutant, seed: int) -> str:
    """One random adversary against a mutant."""
    (system,) = load(mutant.recipe).scenario.systems.values()
    settings = Settings.model_validate(system.parameters)
    f = (system.nodes - 1) // 3 if settings.f is None else settings.f
    text = adversary(seed, system.nodes, f)
    said = {name: getattr(settings, name) for name in CHOICES if name in system.parameters}
    said |= {"instances": 4, "durable": "crash" in text}
    parameters = ", ".join(f"{name}: {str(value).lower()}" for name, value in said.items())
    if "crash" in text:
        parameters += ", reliable: true"
    return TEXT.format(n=system.nodes, parameters=parameters, faults=text)


def hunt(mutant: Mutant, seeds: int) -> tuple[int | None, str]:
    """(the first seed that finds it, by which check); None if none of `seeds` does. The reference has to be silent."""
    for seed in range(1, seeds + 1):
        text = scenario(mutant, seed)
        failed = run(load_text(text.replace("model: bft", f"model: bft, mutant: {mutant.name}")), seed).failed
        if failed:
            alarms = [one.check for one in run(load_text(text), seed).failed]
            return seed, ", ".join(one.check for one in failed[:2]) + (
                f" BUT THE REFERENCE: {alarms}" if alarms else ""
            )
    return None, ""


def main(words: Sequence[str]) -> None:
    """swarm [SEEDS] [MUTANT ...]: a line for each mutant, and how many of them were found."""
    seeds = next((int(word) for word in words if word.isdecimal()), 200)
    chosen = [word for word in words if not word.isdecimal()] or list(MUTANTS)
    found = 0
    for name in chosen:
        began = time.process_time()
        seed, check = hunt(MUTANTS[name], seeds)
        found += seed is not None
        said = f"seed {seed:>4}  {check}" if seed is not None else f"not in {seeds}"
        print(f"{name:<27} {said:<60} {time.process_time() - began:6.1f} s", flush=True)
    print(f"{found} of {len(chosen)} found within {seeds} seeds")


if __name__ == "__main__":
    main(sys.argv[1:])
