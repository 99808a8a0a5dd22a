"""What every check may know of requests: what was asked, and what a cold computation of it gives."""

from models.llm_cache import tokens, truth
from models.llm_cache.events import Asked


class Known:
    """Requests by name. Cold answers and contents are computed when they are first needed, once for all checks."""

    def __init__(self) -> None:
        self.asked: dict[str, Asked] = {}
        self._answers: dict[tuple[str, int, int], bytes] = {}
        self._contents: dict[tuple[str, int, int], list[bytes]] = {}

    def note(self, event: Asked) -> None:
        """A request is asked."""
        self.asked.setdefault(event.request, event)

    def answer(self, request: str, version: int, size: int) -> bytes:
        """The whole cold answer, under a version, with blocks of `size` tokens."""
        name = (request, version, size)
        if name not in self._answers:
            asked = self.asked[request]
            self._answers[name] = truth.cold(asked.prompt, asked.max_new, size, self._weights(asked, version))
        return self._answers[name]

    def contents(self, request: str, version: int, size: int) -> list[bytes]:
        """The contents of all full blocks of prompt and cold answer."""
        name = (request, version, size)
        if name not in self._contents:
            asked = self.asked[request]
            text = asked.prompt + self.answer(request, version, size)
            self._contents[name] = truth.contents(text, size, self._weights(asked, version))
        return self._contents[name]

    def prompt_tokens(self, request: str) -> int:
        """Tokens of its prompt."""
        return tokens.count(self.asked[request].prompt)

    def _weights(self, asked: Asked, version: int) -> bytes:
        return truth.weights(asked.origin.model, version, asked.origin.adapter)
