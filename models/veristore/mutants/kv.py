# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of keys and values. Each class overrides one rule of a part."""

from collections.abc import Mapping

from models.veristore.machine.parts import MachineParts
from models.veristore.machine.sessions import Sessions
from models.veristore.parts import Parts
from sim import Mutant


class NoSerials(Sessions):
    """Does a command again that it has done."""

    def is_repeat(self, serial: int, last_serial: int) -> bool:  # noqa: ARG002
        return False


_ALL = (
    Mutant(
        "no-serials",
        "does every command that arrives, also one that was sent again",
        ("linearizable",),
        Parts(machine=MachineParts(sessions=NoSerials)),
        "common",
        "scenarios/veristore/mutants/no-serials.yaml",
    ),
)

KV_MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
