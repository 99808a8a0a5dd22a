"""The adversaries of the experiments: who lies how, and who schedules."""

from collections.abc import Mapping

from benchmarks.agreement.measure import Measured, measure

MULTIVALUED = ("ckps", "vaba", "smvba", "pmvba")
FAIR = "{at: 0s, schedule: {random: {}}}"
CANDIDATE = "{at: 0s, schedule: {sees: all, own: {name: bft/one-candidate}}}"
ISOLATING = "{at: 0s, schedule: {own: {name: bft/leader-isolating, with: {late: 50ms}}}}"
SILENT = "{at: 0s, byzantine: {nodes: random:%d, silent: {}}}"
DENIAL = (
    "{at: 0s, byzantine: {nodes: random:%d, own: {name: bft/denies}, silent: {types: [VcbcFinal]}}}, "
    "{at: 0s, schedule: {sees: all, own: {name: bft/late-proofs}}}"
)
SETTINGS: Mapping[str, str] = {
    "fair": FAIR,
    "pareto": "{at: 0s, schedule: {pareto: {}}}",
    "f silent": f"{SILENT}, {FAIR}",
    "f equivocating": "{at: 0s, byzantine: {nodes: random:%d, equivocate: {}}}, " + FAIR,
    "quorum-blocking": "{at: 0s, schedule: {quorum-blocking: {}}}",
    "isolating": "{at: 0s, schedule: {isolating: {}}}",
}
HOSTILE: Mapping[str, str] = {
    "ckps": f"{FAIR}, {DENIAL}",
    "vaba": f"{FAIR}, {SILENT}, {ISOLATING}",
    "smvba": f"{FAIR}, {SILENT}, {ISOLATING}",
    "pmvba": f"{FAIR}, {CANDIDATE}",
}
"""What costs each the most, of all that we know, on top of random delays.

CKPS01: f show their values to nobody and deny all others, and proofs are late. VABA and sMVBA: f are silent, and who
is elected is late. Prioritized-MVBA: one candidate is known.
"""


def play(protocol: str, faults: str, n: int, seed: int, **options: object) -> Measured:
    """One run of n parties under these faults; `%d` in them is f."""
    text = faults % ((n - 1) // 3) if "%d" in faults else faults
    return measure(n, {"protocol": protocol, **options}, seed, text, duration="60s")
