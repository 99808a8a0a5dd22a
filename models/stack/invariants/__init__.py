"""Promises from end to end: what no layer can promise alone, over what all of them emit."""

from collections.abc import Callable, Mapping

from models.stack.board import Board
from models.stack.invariants.documents import AcceptedIsKept, ExactlyOnce
from models.stack.invariants.first_broken import FirstBroken
from sim import Check, System

CHECKS: Mapping[str, Callable[[System], Check]] = {
    "exactly-once-end-to-end": lambda _: ExactlyOnce(),
    "accepted-is-kept": lambda _: AcceptedIsKept(),
    "layers": lambda system: FirstBroken(system.shared(Board)),
}
