"""The adversaries of the experiments: who lies how, and who schedules."""

from collections.abc import Mapping

from benchmarks.agreement.measure import Measured, measure

MULTIVALUED = ("ckps", "vaba", "smvba", "pmvba")
FAIR = "{at: 0s, schedule: {random: {}}}"
CANDIDATE = "{at: 0s, schedule: {sees: all, own: {name: bft/one-candidate}}}"
DENIAL = (
    "{at: 0s, byzantine: {nodes: random:%d, own: {name: bft/denies}}}, "
    "{at: 0s, schedule: {sees: all, own: {name: bft/late-proofs}}}"
)
ISOLATING = "{at: 0s, schedule: {own: {name: bft/leader-isolating}}}"
SETTINGS: Mapping[str, str] = {
    "fair": FAIR,
    "pareto": "{at: 0s, schedule: {pareto: {}}}",
    "f silent": "{at: 0s, byzantine: {nodes: random:%d, silent: {}}}, " + FAIR,
    "f equivocating": "{at: 0s, byzantine: {nodes: random:%d, equivocate: {}}}, " + FAIR,
    "quorum-blocking": "{at: 0s, schedule: {quorum-blocking: {}}}",
    "isolating": "{at: 0s, schedule: {isolating: {}}}",
}
HOSTILE: Mapping[str, str] = {"ckps": DENIAL, "vaba": ISOLATING, "smvba": ISOLATING, "pmvba": CANDIDATE}
"""The worst that we know for each: deny and delay proofs, isolate the elected leader, let one candidate be known."""


def play(protocol: str, faults: str, n: int, seed: int, **options: object) -> Measured:
    """One run of n parties under these faults; `%d` in them is f."""
    text = faults % ((n - 1) // 3) if "%d" in faults else faults
    return measure(n, {"protocol": protocol, **options}, seed, text, duration="60s")
