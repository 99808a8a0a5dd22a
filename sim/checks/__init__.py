"""What decides whether a history keeps its promises; it sees histories and emitted events, never the network.

Read it:    read_history, write_history, History, Op
Decide it:  decide, Budget, Decision, SPECS, Spec, check_transactions, judge_causal, judge_session, judge_durability
Know why:   decision.explain(), decision.minimal(), decision.timeline(), decision.to_frame()

Names load when first used.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.checks.budget import Budget
    from sim.checks.consistency.causal import judge_causal
    from sim.checks.consistency.durability import judge_durability
    from sim.checks.consistency.lease import judge_lease
    from sim.checks.consistency.sequential import judge_sequential
    from sim.checks.consistency.sessions import judge_session
    from sim.checks.consistency.staleness import measure_staleness
    from sim.checks.decision import Decision
    from sim.checks.formats import read_history, write_history
    from sim.checks.history import History, Op
    from sim.checks.portfolio import decide
    from sim.checks.specs import SPECS, Spec
    from sim.checks.transactions import check_transactions

_HOMES = {
    "sim.checks.budget": ("Budget",),
    "sim.checks.consistency.causal": ("judge_causal",),
    "sim.checks.consistency.durability": ("judge_durability",),
    "sim.checks.consistency.lease": ("judge_lease",),
    "sim.checks.consistency.sequential": ("judge_sequential",),
    "sim.checks.consistency.sessions": ("judge_session",),
    "sim.checks.consistency.staleness": ("measure_staleness",),
    "sim.checks.formats": ("read_history", "write_history"),
    "sim.checks.history": ("History", "Op"),
    "sim.checks.decision": ("Decision",),
    "sim.checks.portfolio": ("decide",),
    "sim.checks.specs": ("SPECS", "Spec"),
    "sim.checks.transactions": ("check_transactions",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "SPECS",
    "Budget",
    "Decision",
    "History",
    "Op",
    "Spec",
    "check_transactions",
    "decide",
    "judge_causal",
    "judge_durability",
    "judge_lease",
    "judge_sequential",
    "judge_session",
    "measure_staleness",
    "read_history",
    "write_history",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'sim.checks' has no attribute {name!r}; public names: {', '.join(__all__)}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
