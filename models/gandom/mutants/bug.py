"""One known bug of shops, as the lists of them name it."""

from models.gandom.parts import Parts
from sim import Mutant

PUBLISHED = "Official_GandomBakeryPlatform, as published"


def bug(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str, seeds: int = 20) -> Mutant:
    """A mutant. `breaks` are the checks that may show it, strongest first; `recipe` is under scenarios/gandom."""
    return Mutant(name, about, tuple(breaks.split()), part, seen, f"scenarios/gandom/{recipe}.yaml", seeds)
