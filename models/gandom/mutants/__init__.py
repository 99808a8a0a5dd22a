"""Known bugs of shops, each a subclass that overrides one rule: what a simulator must find."""

from sim import Mutant

MUTANTS: dict[str, Mutant] = {}
