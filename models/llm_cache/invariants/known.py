"""What every check may know: what was asked, what a cold computation of it gives, and what engines have computed."""

from models.llm_cache import tokens, truth
from models.llm_cache.events import Asked, EngineStarted, Filled, Freed
from models.llm_cache.messages import Origin
from sim import Emitted


class Held:
    """A complete block: what was computed into it, for whom, and behind which block."""

    __slots__ = ("content", "filler", "origin", "parent", "version")

    def __init__(self, content: bytes, parent: int, origin: Origin, version: int, filler: str) -> None:
        self.content = content
        self.parent = parent
        self.origin = origin
        self.version = version
        self.filler = filler


class Resident:
    """Which blocks of which engine are complete, folded once for all checks that ask.

    `gone` are the complete blocks that the event folded last made free, by number.
    """

    def __init__(self) -> None:
        self.blocks: dict[str, dict[int, Held]] = {}
        self.versions: dict[str, int] = {}
        self.gone: dict[int, Held] = {}
        self._folded = -1

    def fold(self, emitted: Emitted) -> None:
        """Blocks come and go; the first check that sees an event folds it."""
        if emitted.record == self._folded:
            return
        self._folded = emitted.record
        event, node = emitted.event, emitted.node
        if isinstance(event, Filled):
            blocks, before = self.blocks[node], event.parent
            for block, content in zip(event.blocks, event.contents, strict=True):
                blocks[block] = Held(content, before, event.origin, event.version, event.request)
                before = block
        elif isinstance(event, Freed):
            blocks = self.blocks[node]
            self.gone = {block: blocks.pop(block) for block in event.blocks if block in blocks}
        elif isinstance(event, EngineStarted):
            self.blocks[node] = {}
            self.versions[node] = event.version


class _Said:
    """What was said in a conversation up to its last request that was computed cold: contents of its full blocks."""

    __slots__ = ("contents", "key", "prompt_tokens", "text")

    def __init__(self, key: tuple[Origin, int, int], text: bytes, prompt_tokens: int, contents: list[bytes]) -> None:
        self.key = key
        self.text = text
        self.prompt_tokens = prompt_tokens
        self.contents = contents

    def shared(self, prompt: bytes, size: int) -> list[bytes]:
        """The contents of the blocks that another prompt has in common with it."""
        if prompt.startswith(self.text):
            return self.contents
        if prompt.startswith(tokens.cut(self.text, 0, self.prompt_tokens)):
            return self.contents[: self.prompt_tokens // size]
        return []


class Known:
    """Requests by name. Cold answers and contents are computed when they are first needed, once for all checks.

    They are pure functions of the text, so a prompt that begins with what was said before begins with its contents.
    """

    def __init__(self) -> None:
        self.asked: dict[str, Asked] = {}
        self.resident = Resident()
        self._cold: dict[tuple[str, int], tuple[bytes, list[bytes]]] = {}
        self._said: dict[str, _Said] = {}

    def note(self, event: Asked) -> None:
        """A request is asked."""
        self.asked.setdefault(event.request, event)

    def answer(self, request: str, version: int, size: int) -> bytes:
        """The whole cold answer, under a version, with blocks of `size` tokens."""
        return self._computed(request, version, size)[0]

    def contents(self, request: str, version: int, size: int) -> list[bytes]:
        """The contents of all full blocks of prompt and cold answer."""
        return self._computed(request, version, size)[1]

    def prompt_tokens(self, request: str) -> int:
        """Tokens of its prompt."""
        return tokens.count(self.asked[request].prompt)

    def _computed(self, request: str, version: int, size: int) -> tuple[bytes, list[bytes]]:
        found = self._cold.get((request, version))
        if found is None:
            asked = self.asked[request]
            key, before = (asked.origin, version, size), self._said.get(asked.session)
            known = before.shared(asked.prompt, size) if before is not None and before.key == key else []
            of = truth.weights(asked.origin.model, version, asked.origin.adapter)
            text, contents = truth.cold(asked.prompt, asked.max_new, size, of, known)
            length = tokens.count(asked.prompt)
            self._said[asked.session] = _Said(key, text, length, contents)
            found = self._cold[request, version] = (text[len(asked.prompt) :], contents)
        return found
