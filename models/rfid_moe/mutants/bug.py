"""One known bug of served or compressed experts."""

from models.rfid_moe.parts import Parts
from sim import Mutant


def bug(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str, seeds: int = 20) -> Mutant:
    """A mutant. `breaks` are the checks that may show it, strongest first; `recipe` is a file under
    scenarios/rfid_moe.
    """
    path = f"scenarios/rfid_moe/mutants/{recipe}.yaml"
    return Mutant(name, about, tuple(breaks.split()), part, seen, path, seeds)
