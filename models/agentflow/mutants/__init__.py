"""Known bugs of workflow engines: as published, and common ones. Each is a class that overrides one rule of a part."""

from collections.abc import Mapping

from models.agentflow.mutants import code, store, workers
from models.agentflow.own_parts import Parts
from models.agentflow.parts import EngineParts
from sim import Mutant

PUBLISHED = "NasitSony/agentflow"
COMMON = "common"


def bug(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str) -> Mutant:
    """A mutant. `breaks` are the checks that may show it, strongest first; `recipe` is a file under scenarios."""
    return Mutant(name, about, tuple(breaks.split()), part, seen, f"scenarios/agentflow/{recipe}.yaml")


def engine(**part: type) -> Parts:
    """The ordinary parts but for one of the engine's."""
    return Parts(engine=EngineParts(**part))


_ALL = (
    bug(
        "runs-twice",
        "runs a step again after it has succeeded",
        "effect-count",
        engine(worker=workers.RunsTwice),
        PUBLISHED,
        "calm",
    ),
    bug(
        "measures-afterwards",
        "looks at the time of an attempt when it returns",
        "timeout-real liveness",
        engine(deadlines=store.MeasuresAfterwards),
        PUBLISHED,
        "hang",
    ),
    bug(
        "one-transaction",
        "writes the steps of a run down when the run ends",
        "recorded-once effect-count",
        engine(book=store.OneTransaction),
        PUBLISHED,
        "mutants/store-crashes",
    ),
    bug(
        "no-resume",
        "takes up nothing after a restart",
        "liveness",
        engine(store=store.NoResume),
        PUBLISHED,
        "mutants/crashes",
    ),
    bug(
        "start-has-no-id",
        "makes a new run of every start",
        "start-once",
        engine(desk=store.StartHasNoId),
        PUBLISHED,
        "calm",
    ),
    bug(
        "linear-backoff",
        "waits longer by the same each time, where doubling is declared",
        "attempts-policy",
        engine(attempts=store.LinearBackoff),
        PUBLISHED,
        "mutants/service-down",
    ),
    bug(
        "own-random",
        "draws what chance decides anew in every replay",
        "replay-equal",
        engine(flow=code.OwnRandom),
        PUBLISHED,
        "calm",
    ),
    bug(
        "no-lease",
        "takes decisions from whoever sends them",
        "one-lease",
        engine(decisions=store.NoLease),
        PUBLISHED,
        "paused-decider",
    ),
    bug(
        "key-with-attempt",
        "has a key of its own for every attempt",
        "effect-count",
        engine(worker=workers.KeyWithAttempt),
        COMMON,
        "lost-results",
    ),
    bug(
        "accepts-late",
        "takes the result of any attempt",
        "late-ignored timeout-real legal-state",
        engine(attempts=store.AcceptsLate),
        COMMON,
        "paused-worker",
    ),
    bug(
        "completes-twice",
        "goes on a second time when an attempt says a second time that it is done",
        "legal-state late-ignored",
        engine(attempts=store.CompletesTwice),
        "cadence-workflow/cadence #5106",
        "duplicate-tasks",
    ),
    bug(
        "append-then-queue",
        "writes events and the tasks that they imply one after the other",
        "liveness order-kept",
        engine(book=store.AppendThenQueue),
        COMMON,
        "mutants/store-crashes",
    ),
    bug(
        "retries-final",
        "tries again what was refused for good",
        "attempts-policy",
        engine(attempts=store.RetriesFinal),
        COMMON,
        "mutants/invalid-orders",
    ),
    bug(
        "timer-restarts",
        "measures timers from the restart of the store",
        "timer-true liveness",
        engine(deadlines=store.TimerRestarts),
        COMMON,
        "mutants/crash-loop",
    ),
    bug(
        "wall-timer",
        "sets timers by the clock of the decider",
        "timer-true",
        engine(decisions=store.WallTimer),
        COMMON,
        "clock-jump",
    ),
    bug(
        "undo-completed-only",
        "leaves steps alone whose outcome nobody knows",
        "saga-exact",
        engine(saga=code.UndoCompletedOnly),
        COMMON,
        "trip-undo",
    ),
    bug(
        "undo-forward",
        "undoes first things first",
        "saga-exact",
        engine(saga=code.UndoForward),
        COMMON,
        "mutants/invalid-orders",
    ),
    bug(
        "undo-not-keyed",
        "undoes anew in every attempt at an undo",
        "saga-exact",
        engine(worker=workers.UndoNotKeyed),
        COMMON,
        "trip-undo",
    ),
    bug(
        "no-tombstone",
        "does nothing when it is to undo what it never saw",
        "saga-exact",
        Parts(ledger=workers.NoTombstone),
        COMMON,
        "undo-overtakes",
    ),
    bug(
        "signal-in-replay-lost",
        "drops signals that a replay comes upon before the flow awaits them",
        "liveness signal-once replay-equal",
        engine(flow=code.SignalInReplayLost),
        "temporalio/sdk-python #673",
        "signals",
    ),
    bug(
        "set-order-plan",
        "takes the tools of a plan in the order of a set",
        "replay-equal",
        engine(flow=code.SetOrderPlan),
        COMMON,
        "calm",
    ),
    bug(
        "patched-blind",
        "goes the new way in runs that have gone the old one",
        "replay-equal",
        engine(flow=code.PatchedBlind),
        COMMON,
        "code-change",
    ),
    bug(
        "heartbeat-forever",
        "lets a heartbeat bring back an attempt that was over",
        "timeout-real legal-state",
        engine(attempts=store.HeartbeatForever),
        COMMON,
        "mutants/cut-worker",
    ),
)

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
