"""Keys of prompts: a conversation's next prompt begins with the one before, whose keys need not be computed again."""

from models.llm_cache.chain import Chain
from models.llm_cache.messages import Generate, Origin

MOST = 4096


class Keyring:
    """The last prompts of the last few thousand sessions, with their keys."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._known: dict[str, tuple[Origin, int, bytes, tuple[int, ...]]] = {}

    def keys(self, asked: Generate, version: int) -> tuple[int, ...]:
        """The keys of the full blocks of its prompt."""
        before = self._known.pop(asked.session, None)
        known: tuple[int, ...] = ()
        if before is not None and before[:2] == (asked.origin, version) and asked.prompt.startswith(before[2]):
            known = before[3]
        keys = self._chain.of_prompt(asked.origin, version, asked.prompt, known)
        self._known[asked.session] = (asked.origin, version, asked.prompt, keys)
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return keys
