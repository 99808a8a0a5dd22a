"""Promises of the engine, over what store, workers and services emit. They know the rules and nothing of the code."""

from collections.abc import Callable, Mapping
from typing import cast

from models.agentflow.invariants.decisions import OneLease, ReplayEqual, StartOnce
from models.agentflow.invariants.effects import EffectCount, SagaExact
from models.agentflow.invariants.liveness import Liveness
from models.agentflow.invariants.records import LegalState, OrderKept, RecordedOnce
from models.agentflow.invariants.steps import AttemptsPolicy, LateIgnored, TimeoutReal
from models.agentflow.invariants.waits import SignalOnce, TimerTrue
from models.agentflow.settings import EngineSettings, Settings
from sim import Check, System

ENGINE_CHECKS: Mapping[str, Callable[[System], Check]] = {
    "recorded-once": lambda _: RecordedOnce(),
    "replay-equal": lambda system: ReplayEqual(strict=not getattr(system.parameters, "careless", False)),
    "order-kept": lambda _: OrderKept(),
    "attempts-policy": lambda _: AttemptsPolicy(),
    "timeout-real": lambda _: TimeoutReal(),
    "late-ignored": lambda _: LateIgnored(),
    "legal-state": lambda _: LegalState(),
    "one-lease": lambda _: OneLease(),
    "signal-once": lambda _: SignalOnce(),
    "timer-true": lambda system: TimerTrue(cast("EngineSettings", system.parameters).patience),
    "start-once": lambda _: StartOnce(),
    "liveness": lambda system: Liveness(cast("EngineSettings", system.parameters).patience),
}
"""What holds whatever the flows do: applications on the engine check the same."""

CHECKS: Mapping[str, Callable[[System], Check]] = {
    **ENGINE_CHECKS,
    "effect-count": lambda system: EffectCount(dedupe=cast("Settings", system.parameters).dedupe),
    "saga-exact": lambda system: SagaExact(dedupe=cast("Settings", system.parameters).dedupe),
}
