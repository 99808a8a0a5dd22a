"""Logical time: what a logged `Tick` says, and nobody's clock. Every replica has the same at the same place."""

from models.veristore.machine import keys
from models.veristore.machine.commands import Tick
from models.veristore.machine.replies import Deny, Reply, Written
from models.veristore.machine.view import Draft, View

_MAX = 2**63


def now(view: View | Draft) -> int:
    """Logical time in ns; 0 before the first tick."""
    found = view.get(keys.TIME)
    return 0 if found is None else int.from_bytes(found[0], "big")


class LogicalClock:
    """Takes ticks."""

    def tick(self, draft: Draft, command: Tick) -> Reply:
        """Let time go on; never back."""
        if not 0 <= command.now < _MAX:
            raise Deny(400, "InvalidArgument", f"{command.now} is no time in ns")
        if command.now > now(draft):
            draft.put(keys.TIME, keys.number(command.now))
        return Written(draft.seq)
