"""One known bug, as the page of known bugs names it."""

from models.smartsearch.parts import Parts
from sim import Mutant


def bug(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str) -> Mutant:
    """A mutant. `breaks` are the checks that may show it, strongest first; `recipe` a file of scenarios/smartsearch."""
    return Mutant(name, about, tuple(breaks.split()), part, seen, f"scenarios/smartsearch/{recipe}.yaml")
