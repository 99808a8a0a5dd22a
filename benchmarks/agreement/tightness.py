"""Beyond the fault model: with f + 1 corrupt parties every protocol breaks, or the adversary would be a weak one."""

from collections import Counter

from benchmarks.agreement.campaign import PROTOCOLS, TEXT
from sim.running import run
from sim.scenario.loader import load, load_text

_APART = (
    "{at: 0s, schedule: {slow-types: {from: %s, to: %s, late: 900ms}}}, "
    "{at: 0s, schedule: {slow-types: {from: %s, to: %s, late: 900ms}}}"
)


def worlds(corrupt: str, first: str, second: str) -> str:
    """Two corrupt parties run twice and keep two honest ones in two worlds of three."""
    return f"{{at: 0s, byzantine: {{nodes: [{corrupt}], twin: {{with: [{second}]}}}}}}, " + _APART % (
        first, second, second, first,
    )  # fmt: skip


_PAIR = worlds("n1, n2", "n3", "n4")
_DOUBLE = (
    "{at: 0s, byzantine: {nodes: n1, own: {name: bft/double}}}, "
    "{at: 0s, byzantine: {nodes: n2, own: {name: bft/accomplice}}}"
)
BEYOND = {
    "rbc": ("agreement", "", "{at: 0s, byzantine: {nodes: [n1, n2], equivocate: {field: value, second: n4}}}"),
    "bca": ("agreement", "", _PAIR),
    "mmr14conf": ("agreement", "", _PAIR),
    "abba": ("agreement", ", inputs: lone", worlds("n2, n3", "n1", "n4")),
    "consistent": (
        "one-certificate", "",
        _DOUBLE,
    ),
    "ckps": ("agreement", "", _PAIR),
    "vaba": ("agreement", "", _PAIR),
    "smvba": ("agreement", "", _PAIR),
    "pmvba": ("agreement", "", _PAIR),
}  # fmt: skip
"""Protocol -> (the promise that breaks, further parameters, faults), all with two corrupt of four."""


def beyond(protocol: str) -> str:
    """The scenario in which it breaks."""
    _, extra, faults = BEYOND[protocol]
    parameters = PROTOCOLS[protocol].replace(", inputs: split", extra) if extra else PROTOCOLS[protocol]
    return TEXT.format(n=4, parameters=parameters, faults=faults)


def tightness(seeds: int) -> None:
    """Beyond the fault model: f + 1 corrupt, f + 1 silent, or n = 3f, and what breaks."""
    for protocol, (promise, _, _) in BEYOND.items():
        loaded = load_text(beyond(protocol))
        found = [Counter(one.check for one in run(loaded, seed).failed) for seed in range(1, seeds + 1)]
        first = next((seed for seed, broken in enumerate(found, 1) if promise in broken), None)
        total = sum(found, Counter[str]())
        print(f"{protocol:<18} {promise} broken first by seed {first}; of {seeds} runs: {dict(total)}", flush=True)
    for name in ("too-many-corrupt", "n-is-3f", "f-plus-one-silent"):
        runs = [run(load(f"scenarios/bft/{name}.yaml"), seed) for seed in range(1, seeds + 1)]
        total = Counter(one.check for result in runs for one in result.failed)
        print(f"{name:<18} of {seeds} runs: {dict(total)}", flush=True)
