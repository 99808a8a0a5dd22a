"""Known bugs of expert compression and serving, each a subclass that overrides one rule: what a simulator must find.

`breaks` names the promises that may show it, strongest first; `recipe` is the smallest scenario that finds it. Those
without any fault are found within five seeds.
"""

from collections.abc import Mapping

from models.rfid_moe.mutants import shards, sums
from models.rfid_moe.mutants.bug import bug
from models.rfid_moe.parts import Parts
from sim import Mutant

COMMON = "a common mistake of expert parallelism"
DESCRIBED = "the rule as it is described; its undershoot was measured by olokevin/moe-compression"
TARRAGON = "the stall that Tarragon (arXiv 2601.01310) sets out to remove"

_ALL = (
    bug("floor_max", "ranks by floor and maximum, not by largest remainder", "budget-exact vram-kept",
        Parts(allocation=shards.FloorMax), DESCRIBED, "calm", 5),
    bug("forgets-renormalise", "the weights of survivors are not rescaled", "weights-sum",
        Parts(combiner=sums.ForgetsRenormalise), COMMON, "crash-without-spares"),
    bug("untagged", "the degraded flag is set per step and lost per answer", "no-silent-loss",
        Parts(combiner=sums.Untagged), COMMON, "crash"),
    bug("waits-for-dead", "waits for every expert, however long", "covered liveness",
        Parts(dispatch=sums.WaitsForDead), TARRAGON, "crash"),
    bug("stale-map", "the map is not raised at a crash", "liveness map-forward covered",
        Parts(watch=shards.StaleMap), COMMON, "crash"),
    bug("foreign-seed", "eta is applied with another group's P", "bound-holds",
        Parts(assembly=shards.ForeignSeed), COMMON, "calm", 5),
    bug("mixed-rollout", "the new A with the old B and eta", "one-version bound-holds",
        Parts(store=shards.MixedRollout), COMMON, "rollout", 5),
    bug("calibration-only", "replicas by calibrated frequency for ever", "balanced",
        Parts(popularity=shards.CalibrationOnly), COMMON, "drift", 5),
    bug("twins-together", "a second copy beside the first", "copies-apart",
        Parts(planner=shards.TwinsTogether), COMMON, "one-zone", 5),
    bug("drains-first", "the old copy goes before the new one is ready", "covered",
        Parts(moves=shards.DrainsFirst), COMMON, "move", 5),
    bug("moves-uncharged", "the new copy is not claimed while it loads", "vram-kept",
        Parts(moves=shards.MovesUncharged), COMMON, "move", 5),
    bug("counts-late", "a late result is added to the next step", "tokens-conserved no-silent-loss",
        Parts(dispatch=sums.CountsLate), COMMON, "straggler"),
    bug("double-combine", "replica and primary are both added", "tokens-conserved weights-sum no-silent-loss",
        Parts(dispatch=sums.DoubleCombine), COMMON, "slow-links"),
    bug("top-again", "a re-route may choose an expert of the top-t", "weights-sum tokens-conserved",
        Parts(ladder=sums.TopAgain), COMMON, "crash-without-spares"),
    bug("norm-by-order", "the sum of experts in order of arrival", "no-silent-loss",
        Parts(combiner=sums.NormByOrder), COMMON, "calm", 5),
)  # fmt: skip

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
