"""Many short runs: every protocol under every behaviour and scheduler, with at most f corrupt; no alarm is expected."""

import sys
import time
from collections import Counter

from sim.running import run
from sim.scenario.loader import load_text

TEXT = """
version: 1
name: campaign
seed: 1
duration: 4s
settle: 3s
systems:
  abc: {{model: bft, nodes: {n}, parameters: {{{parameters}}}}}
network: {{latency: {{lognormal: {{median: 1ms, p99: 8ms}}}}}}
faults: [{faults}]
expect: pass
"""

PROTOCOLS = {
    "rbc": "protocol: rbc, instances: 4",
    "bca": "protocol: bca, inputs: split, instances: 2",
    "mmr14conf": "protocol: mmr14conf, inputs: split, instances: 2",
    "abba": "protocol: abba, inputs: split, instances: 2",
    "consistent": "protocol: consistent",
    "ckps": "protocol: ckps",
    "vaba": "protocol: vaba",
    "smvba": "protocol: smvba",
    "pmvba": "protocol: pmvba",
}
"""The protocols, each with inputs that leave something to agree on."""

BEHAVIOURS = {
    "none": "",
    "silent": "silent: {}",
    "withhold": "withhold: {}",
    "equivocate": "equivocate: {}",
    "mutate": "mutate: {chance: 30%, limit: 500}",
    "replay": "replay: {chance: 30%}",
    "mutate+replay": "mutate: {}, replay: {instance: other}",
    "twin": "twin: {}",
    "forged": "forged: {}",
    "duplicate-signers": "duplicate-signers: {}",
    "empty-certificate": "empty-certificate: {}",
    "delay": "delay: {}",
    "rush": "rush: {}",
    "flood": "flood: {}",
    "denies": "own: {name: bft/denies}",
    "double": "own: {name: bft/double}",
}

SCHEDULERS = {
    "calm": "",
    "random": "random: {}",
    "pareto": "pareto: {}",
    "priority": "priority: {}",
    "rushing": "rushing: {}",
    "quorum-blocking": "quorum-blocking: {}",
    "isolating": "isolating: {}",
    "uneven": "uneven: {}",
    "last-minute": "last-minute: {}",
}


def text(n: int, corrupt: int, parameters: str, behaviour: str, scheduler: str) -> str:
    """The scenario of one cell."""
    faults = []
    if BEHAVIOURS[behaviour]:
        faults.append(f"{{at: 0s, byzantine: {{nodes: random:{corrupt}, {BEHAVIOURS[behaviour]}}}}}")
    if SCHEDULERS[scheduler]:
        faults.append(f"{{at: 0s, schedule: {{{SCHEDULERS[scheduler]}}}}}")
    return TEXT.format(n=n, parameters=parameters, faults=", ".join(faults))


def main(words: list[str]) -> None:
    """campaign SEEDS [N] [protocol ...]: print a line for each protocol, and every alarm."""
    seeds, n = int(words[0]), int(words[1]) if len(words) > 1 else 4
    chosen = words[2:] or list(PROTOCOLS)
    for name in chosen:
        began, runs, found = time.perf_counter(), 0, Counter[str]()
        for behaviour in BEHAVIOURS:
            for scheduler in SCHEDULERS:
                for form in ("threshold", "multisig"):
                    parameters = f"{PROTOCOLS[name]}, certificates: {form}"
                    loaded = load_text(text(n, (n - 1) // 3, parameters, behaviour, scheduler))
                    for seed in range(1, seeds + 1):
                        result = run(loaded, seed)
                        runs += 1
                        found[result.verdict] += 1
                        if result.verdict != "pass":
                            bad = [(one.check, one.status, one.detail) for one in result.checks if one.status != "pass"]
                            print(f"  {name} {behaviour} {scheduler} {form} seed {seed}: {bad[:2]}")
        wall = time.perf_counter() - began
        print(f"{name:<12} n={n} {runs:>6} runs {dict(found)} {wall:6.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
