"""Known bugs."""

from sim import Mutant

MUTANTS: dict[str, Mutant] = {}
