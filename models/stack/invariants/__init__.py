"""Promises from end to end: what no layer can promise alone, over what all of them emit."""

from collections.abc import Callable, Mapping
from typing import cast

from models.stack.anchors import Organisations
from models.stack.board import Board
from models.stack.cache_inference import cold_of
from models.stack.invariants.calls import CappedAmplification, DeadlineKept, Goodput
from models.stack.invariants.documents import AcceptedIsKept, ExactlyOnce
from models.stack.invariants.first_broken import FirstBroken
from models.stack.invariants.gpus import CheckpointReadable, HintsNotOlder, OneGpuLedger
from models.stack.invariants.ledgers import AnchoredOnce, LedgerGoesOn, LedgersAgree
from models.stack.invariants.questions import AnswerGrounded, DegradedTagged, TenantApart
from models.stack.invariants.releases import AnswerReleased
from models.stack.stack_settings import StackSettings
from sim import SECOND, Check, System


def _settings(system: System) -> StackSettings:
    return cast("StackSettings", system.parameters)


def _goodput(system: System) -> Check:
    return Goodput(_settings(system).patience, max((script.timeout_ns for script in system.scripts), default=0))


def _released(system: System) -> Check:
    """Every engine has a second until it is told, then drains, gets memory, and begins; and so has who tells them."""
    settings = _settings(system)
    return AnswerReleased((settings.counted.engines + 1) * (settings.serving.drain + 3 * SECOND))


CHECKS: Mapping[str, Callable[[System], Check]] = {
    "exactly-once-end-to-end": lambda _: ExactlyOnce(),
    "accepted-is-kept": lambda _: AcceptedIsKept(),
    "answer-grounded": lambda system: AnswerGrounded(cold_of(_settings(system))),
    "tenant-apart-everywhere": lambda _: TenantApart(),
    "degraded-tagged": lambda _: DegradedTagged(),
    "answer-released": _released,
    "one-gpu-ledger": lambda system: OneGpuLedger(_settings(system).cluster.memory),
    "checkpoint-readable": lambda _: CheckpointReadable(),
    "hints-not-older": lambda system: HintsNotOlder(_settings(system).serving.dead_after),
    "deadline-kept": lambda _: DeadlineKept(),
    "capped-amplification": lambda _: CappedAmplification(),
    "goodput": _goodput,
    "layers": lambda system: FirstBroken(system.shared(Board)),
}

LEDGER_CHECKS: Mapping[str, Callable[[System], Check]] = {
    "ledgers-agree": lambda system: LedgersAgree(system.shared(Organisations).all),
    "ledger-goes-on": lambda system: LedgerGoesOn(system.shared(Organisations).all, _settings(system).patience),
    "anchored-once": lambda _: AnchoredOnce(),
}
