"""Known bugs of preloaders, each a subclass that overrides one rule: what a simulator must find.

`breaks` names the promises that may show it, strongest first; `recipe` is the smallest scenario that finds it. Those
without any fault are found within five seeds. Four are behaviour read in the artifact of InstaInfer (SoCC 2024).
"""

from collections.abc import Mapping

from models.tyche.mutants import memory as where
from models.tyche.mutants import predictions as when
from models.tyche.mutants.bug import bug
from models.tyche.parts import Parts
from sim import Mutant

ARTIFACT = "the public artifact of InstaInfer, IntelliSys-Lab/InstaInfer-SoCC24"
COMMON = "a common mistake of preloaders and caches"

_ALL = (
    bug("whole-minutes", "timers in whole minutes", "oracle-met prediction-sane",
        Parts(predictor=when.WholeMinutes), ARTIFACT, "mutants/oracle", 5),
    bug("zero-span", "divides by the span of a burst at one instant", "prediction-sane",
        Parts(window=when.ZeroSpan), ARTIFACT, "mutants/instant", 5),
    bug("overflowing-series", "factorials in 32 bits", "prediction-sane",
        Parts(chance=when.OverflowingSeries), ARTIFACT, "mutants/long-window", 5),
    bug("index-runs-out", "arrivals in an array of fixed length", "prediction-sane",
        Parts(window=when.IndexRunsOut), ARTIFACT, "mutants/many-calls", 5),
    bug("timer-lives-on", "an arrival leaves older timers running", "one-ticket ends-once",
        Parts(timers=when.TimerLivesOn), COMMON, "mutants/calm", 5),
    bug("plans-memory", "memory is tested when a load is planned, not when it starts", "memory-kept",
        Parts(loads=where.PlansMemory), COMMON, "mutants/two-plans", 5),
    bug("table-forever", "the table is not cleared when a worker is lost", "hint-corrected",
        Parts(table=where.TableForever), COMMON, "mutants/worker-crash"),
    bug("old-epoch-inventory", "a late inventory of a former epoch is believed", "hint-corrected",
        Parts(table=where.OldEpochInventory), COMMON, "mutants/late-words"),
    bug("forgets-serials", "a word of a lost worker that comes twice is news again", "hint-corrected",
        Parts(table=where.ForgetsSerials), "this model before a campaign found it", "mutants/doubled-words"),
    bug("swapped", "P_load and P_off are exchanged", "prediction-sane",
        Parts(predictor=when.Swapped), COMMON, "mutants/calm", 5),
    bug("other-users", "packs into any idle container", "users-apart",
        Parts(planner=where.OtherUsers), COMMON, "mutants/two-users", 5),
    bug("warms-too", "a load makes a container of its own", "creates-nothing",
        Parts(loads=where.WarmsToo), COMMON, "mutants/calm", 5),
    bug("load-blocks", "a request waits for a foreign load to finish", "never-hurts",
        Parts(runs=where.LoadBlocks), COMMON, "mutants/shared-container", 5),
    bug("leaks-load", "the crash of a container leaves its entry loading", "ends-once memory-kept",
        Parts(containers=where.LeaksLoad), COMMON, "mutants/container-crash"),
    bug("two-clocks", "windows by a worker's clock, timers by the controller's", "prediction-sane oracle-met",
        Parts(stamps=when.TwoClocks), COMMON, "mutants/drift"),
    bug("window-never-ages", "a long gap stays in the window", "prediction-sane",
        Parts(window=when.WindowNeverAges), COMMON, "mutants/night", 5),
    bug("gpu-not-in-ledger", "GPU memory is taken without a row", "memory-kept",
        Parts(loads=where.GpuNotInLedger), COMMON, "mutants/gpu", 5),
)  # fmt: skip

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
