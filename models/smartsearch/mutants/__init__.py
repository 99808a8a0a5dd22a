"""Known bugs of logs and pipelines, each a subclass that overrides one rule: what a simulator must find."""

from sim import Mutant

MUTANTS: dict[str, Mutant] = {}
