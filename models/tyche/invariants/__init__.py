"""The promises of a serverless cluster, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.tyche.invariants.answers import AnswerSame
from models.tyche.invariants.containers import CreatesNothing, NeverHurts, UsersApart
from models.tyche.invariants.hints import HintCorrected
from models.tyche.invariants.liveness import Liveness
from models.tyche.invariants.memory import MemoryKept
from models.tyche.invariants.oracle_met import OracleMet
from models.tyche.invariants.predictions import PredictionSane
from models.tyche.invariants.tickets import EndsOnce, OneTicket
from models.tyche.settings import Settings
from sim import Check, System

_MADE: Mapping[str, Callable[[Settings], Check]] = {
    "memory-kept": MemoryKept,
    "users-apart": UsersApart,
    "never-hurts": NeverHurts,
    "creates-nothing": CreatesNothing,
    "ends-once": EndsOnce,
    "one-ticket": OneTicket,
    "hint-corrected": HintCorrected,
    "answer-same": AnswerSame,
    "prediction-sane": PredictionSane,
    "oracle-met": OracleMet,
    "liveness": Liveness,
}


def _factory(make: Callable[[Settings], Check]) -> Callable[[System], Check]:
    return lambda system: make(cast("Settings", system.parameters))


CHECKS: Mapping[str, Callable[[System], Check]] = {name: _factory(make) for name, make in _MADE.items()}
