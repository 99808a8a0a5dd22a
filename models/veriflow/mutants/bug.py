"""One known bug of orchestrators, as the lists of them name it."""

from models.veriflow.parts import Parts
from sim import Mutant

PUBLISHED = "NasitSony/veriflow-control-plane, as published"
CALM_SEEDS = 5
"""What needs no fault must be found in so many runs."""


def bug(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str, seeds: int = 20) -> Mutant:
    """A mutant. `breaks` are the checks that may show it, strongest first; `recipe` is under scenarios/veriflow."""
    return Mutant(name, about, tuple(breaks.split()), part, seen, f"scenarios/veriflow/{recipe}.yaml", seeds)
