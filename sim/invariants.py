"""Promises over emitted events, for models to state beside `import sim`: a fold, and the words of its sentences."""

from sim.checks.agreement.words import listed, say, when
from sim.checks.invariant import Invariant

__all__ = ["Invariant", "listed", "say", "when"]
