"""Tyche against its closed form, and against its baselines on the same requests: where it wins and where it does not.

python -m benchmarks.tyche oracle      the oracle scenarios with 20,000 gaps each
python -m benchmarks.tyche policies    every policy on three classes of burstiness, paired
python -m benchmarks.tyche knapsack    the greedy knapsack against the exact one
python -m benchmarks.tyche figures DIR [HOURS]
"""

import sys
import time

from models.tyche import FUNCTIONS_OF_CLASSES, measures
from models.tyche.function import ARTIFACT
from models.tyche.knapsack import Item, optimum, pack
from reports import frames
from sim import Run, Stream
from sim.running import run
from sim.scenario.loader import load

P = "systems.serverless.parameters."
ORACLES = {
    "oracle-known-rate": "667h",
    "oracle-window-5": "667h",
    "oracle-calibrated": "667h",
    "oracle-bert": "667h",
    "oracle-minute": "667h",
    "oracle-cov": "667h",
    "drift": "667h",
}
POLICIES = ["none", "always", "fixed", "histogram", "greedy-dual", "minute", "tyche", "calibrated", "clairvoyant"]
MODELS = {"regular": "resnet152", "poisson": "bert", "bursty": "vgg"}
EXECUTION = 300_000_000


def oracle() -> None:
    """Each figure with its three standard errors beside the closed form."""
    for name, duration in ORACLES.items():
        hours = "222h" if name == "oracle-cov" else duration  # three functions side by side
        began = time.process_time()
        result = run(load(f"scenarios/tyche/{name}.yaml", (f"duration={hours}",)), 1)
        (found,) = (one for one in result.checks if one.check == "oracle-met")
        print(
            f"{name}, {result.counts.ok:,} requests, {time.process_time() - began:.1f} s of processor: {found.status}"
        )
        for line in found.because:
            print(f"    {line}")
    print(found.detail.partition("(")[2].rstrip(")"))


def run_policy(policy: str, hours: int, seed: int = 1) -> Run:
    """One policy on the requests of this seed: three functions of three users, two minutes between requests."""
    overrides = [
        f"duration={hours}h",
        "settle=5m",
        P + "inventory_every=60s",
        P + "lost_after=180s",
        P + "delay_max=60s",
    ]
    overrides += [
        P + f"functions={FUNCTIONS_OF_CLASSES}",
        P + f"policy={'tyche' if policy == 'calibrated' else policy}",
    ]
    overrides += [P + "estimator=calibrated"] if policy == "calibrated" else []
    result = run(load("scenarios/tyche/policies.yaml", tuple(overrides)), seed)
    assert not result.failed, result.failed
    return result


def outcomes_of(policy: str, result: Run) -> dict[str, measures.Outcome]:
    """What it gave to each function."""
    served = frames.events(result, "Served")
    states = None if policy == "none" else frames.events(result, "LoadState")
    sizes = {name: ARTIFACT[model][1] for name, model in MODELS.items()}
    return measures.outcomes(served, states, dict.fromkeys(MODELS, EXECUTION), sizes, result.virtual_ns)


def policies(hours: int = 100) -> None:
    """The table, and what it says."""
    found = {policy: outcomes_of(policy, run_policy(policy, hours)) for policy in POLICIES}
    for name in MODELS:
        calls = found["fixed"][name].calls
        print(f"{name}: {MODELS[name]}, {calls:,} calls in {hours} h")
        print("    policy        hit share      resident   GB h per 1,000   delay ms        95%      over fixed")
        base = found["fixed"][name].delay_ms.mean
        for policy in POLICIES:
            one = found[policy][name]
            print(
                f"    {policy:12}  {one.hit.mean:.3f} +- {one.hit.half:.3f}  {one.resident:8.3f}   {one.gb_hours:8.2f}"
                f"        {one.delay_ms.mean:7.0f} +- {one.delay_ms.half:4.0f}  {one.slow_ms:6.0f}"
                f"   {base / max(one.delay_ms.mean, 0.001):6.2f}"
            )
        print(f"    {verdict(found, name)}")


def verdict(found: dict[str, dict[str, measures.Outcome]], name: str) -> str:
    """Who hits more often than Tyche, and whether that costs more memory. The clairvoyant is no policy one can have."""
    own = found["tyche"][name]
    words = []
    for policy in POLICIES:
        one = found[policy][name]
        if policy in ("tyche", "clairvoyant") or one.hit.mean - one.hit.half <= own.hit.mean + own.hit.half:
            continue
        memory = one.gb_hours / max(own.gb_hours, 1e-9)
        words.append(f"{policy} (x {memory:.2f} memory)")
    return f"hits more than tyche as published: {', '.join(words)}" if words else "nobody hits more than tyche"


def ratios(bins: int, rounds: int = 300) -> list[float]:
    """Greedy over exact: random rates, ten models of the artifact, so many containers."""
    stream, models = Stream(bins, "knapsack"), sorted(ARTIFACT)
    found = []
    for _ in range(rounds):
        names = [stream.choice(models) for _ in range(10)]
        items = [
            Item(f"{n}-{name}", ARTIFACT[name][1], ARTIFACT[name][0] * stream.between(1, 1000))
            for n, name in enumerate(names)
        ]
        found.append(pack(items, [1948] * bins).value / optimum(items, [1948] * bins))
    return found


def knapsack() -> None:
    """How good the greedy knapsack is."""
    for bins in (1, 2, 3):
        found = ratios(bins)
        mean = sum(found) / len(found)
        print(f"{bins} containers: mean {mean:.3f} of the optimum, least {min(found):.3f}, of {len(found)} instances")


def main(words: list[str]) -> int:
    """Run what is named; 4 for a word there is not."""
    if words[:1] == ["figures"] and len(words) in (2, 3):
        from benchmarks.tyche_figures import draw_all

        draw_all(words[1], int(words[2]) if len(words) == 3 else 24)
        return 0
    known = {"oracle": oracle, "policies": policies, "knapsack": knapsack}
    wrong = [word for word in words if word not in known]
    if wrong:
        print(f"no part {wrong[0]!r}; there are {', '.join(known)}, and figures DIR", file=sys.stderr)
        return 4
    for word in words or known:
        print(f"== tyche {word}")
        known[word]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
