"""How one attempt to decide a part ended: with a witness, a certificate, or without either."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.checks.certificate import Certificate

Status = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Found:
    """A decision of a part; operations are named by their places in it.

    order: the witness of a pass. certificate: the proof of a fail, None if a search found it. furthest: the event
    index up to which an order exists. bad, states: the first return that no order explains, and the states that were
    possible just before it. replayed: whether the specification's `replay` has accepted the order already.
    """

    status: Status
    order: Sequence[int] = ()
    certificate: Certificate | None = None
    furthest: int = -1
    bad: int | None = None
    states: tuple[Hashable, ...] = ()
    replayed: bool = False
