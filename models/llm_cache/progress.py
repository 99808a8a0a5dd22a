"""What an attempt computes: blocks of its text become complete, tokens of its answer known, and are sent."""

from typing import Protocol

from models.llm_cache import tokens, truth
from models.llm_cache.chain import ROOT
from models.llm_cache.life import DECODING, Life
from models.llm_cache.place import Place


class Worker(Place, Protocol):
    """An engine as an attempt's progress sees it."""

    def weights(self, life: Life) -> bytes:
        """What it is computed with."""

    def say(self, life: Life, position: int, text: bytes) -> None:
        """Tokens for whoever asked."""

    def over(self, life: Life) -> None:
        """The answer is whole."""

    def make_room(self, life: Life, count: int) -> bool:
        """Memory for so many tokens more."""


class Progress:
    """Turns counts of tokens into contents, keys and answers."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._settings = worker.settings

    def prefilled(self, life: Life, count: int) -> None:
        """So many more tokens of its text are in memory."""
        before = life.kv // self._settings.block_tokens
        life.kv += count
        after = min(life.kv // self._settings.block_tokens, len(life.pieces))
        if after > before:
            self._worker.fills.complete(life, before, after)

    def decoded(self, life: Life, count: int) -> int:
        """So many more tokens of the answer: say them. After how many more it goes on; 0 if it is over or gives way."""
        life.state = DECODING
        self._write(life, min(life.length + count, life.length_max))
        sent, life.sent = life.sent, life.answered
        if life.sent > sent:
            prompt = life.prompt_tokens
            self._worker.say(life, sent, tokens.cut(life.text, prompt + sent, prompt + life.sent))
        left = life.length_max - life.length
        if not left:
            self._worker.over(life)
            return 0
        wanted = min(left, self._settings.stream_tokens)
        return wanted if self._worker.make_room(life, wanted) else 0

    def _write(self, life: Life, end: int) -> None:
        """Block by block, for what is written in one hangs on the one before it."""
        size, prompt = self._settings.block_tokens, life.prompt_tokens
        weights = self._worker.weights(life)
        closed: list[int] = []
        while (at := life.length) < end:
            number, place = divmod(at, size)
            if not place and number and not life.blocks[number - 1].offered:
                self._close(life, number - 1)
                self._worker.fills.compute(life.blocks[number - 1], weights)
                closed.append(number - 1)
            before = life.blocks[number - 1].content if number else truth.ROOT
            first = at - place
            tail = tokens.cut(life.prompt, first, prompt) if first < prompt else b""
            until = min(end, first + size)
            life.write(life.text + truth.answer(before, tail, weights, place, until - first))
        life.kv = life.length - 1
        if closed:
            self._worker.fills.complete(life, closed[0], closed[-1] + 1)

    def _close(self, life: Life, number: int) -> None:
        """A block of the answer is full: it gets its key."""
        chain, size = self._worker.chain, self._settings.block_tokens
        while number >= len(life.pieces):
            at = len(life.pieces)
            piece = tokens.cut(life.text, at * size, (at + 1) * size)
            life.pieces.append(piece)
            extra = chain.extra_at(life.origin, life.version, at)
            life.extras.append(extra)
            if at == len(life.keys):
                life.keys.append(chain.key(life.keys[-1] if at else ROOT, piece, extra))
            life.blocks[at].label(life.keys[at], piece, extra)
