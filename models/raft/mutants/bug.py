"""One known bug of Raft, as the lists of them name it."""

from models.raft.parts import Parts
from sim import Mutant


def bug(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str) -> Mutant:
    """A mutant. `breaks` are the checks that may show it, strongest first; `recipe` is a file under scenarios/raft."""
    return Mutant(name, about, tuple(breaks.split()), part, seen, f"scenarios/raft/{recipe}.yaml")
