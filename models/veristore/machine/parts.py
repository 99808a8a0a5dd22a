"""What the machine is made of. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.veristore.machine.clock import LogicalClock
from models.veristore.machine.kv import KeyValues
from models.veristore.machine.sessions import Sessions


@dataclass(frozen=True)
class MachineParts:
    """The class of every part."""

    sessions: type[Sessions] = Sessions
    kv: type[KeyValues] = KeyValues
    clock: type[LogicalClock] = LogicalClock
