"""One known bug of LLM serving."""

from models.llm_cache.parts import Parts
from sim import Mutant


def bug(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str, seeds: int = 20) -> Mutant:
    """A mutant. `breaks`: the checks that may show it, strongest first; `recipe`: a file of scenarios/llm_cache."""
    path = f"scenarios/llm_cache/{recipe}.yaml"
    return Mutant(name, about, tuple(breaks.split()), part, seen, path, seeds)
