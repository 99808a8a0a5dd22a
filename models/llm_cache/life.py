"""One attempt as its engine sees it: the text to be known, the blocks that hold it, and how far it has come."""

from models.llm_cache import tokens
from models.llm_cache.block import Block
from models.llm_cache.messages import Run

QUEUED, JOINING, PREFILLING, DECODING = "QUEUED", "JOINING", "PREFILLING", "DECODING"


class Life:
    """An attempt. `text` is the prompt and the answer so far; `kv` of its tokens have been computed into memory.

    `blocks` hold the text from its beginning; those before `own_from` were there or are waited for (`pending` of them),
    the others are computed by this attempt. `lost` is what it had computed when it was preempted last. `keys` and
    `extras` belong to the text's full blocks, `pieces` are these. `length` counts the text's tokens, `length_max` those
    of prompt and whole answer.
    """

    __slots__ = (
        "attempt", "blocks", "computed", "extras", "first", "keys", "kv", "length", "length_max", "lost", "max_new",
        "order", "origin", "own_from", "passed", "pending", "pieces", "position", "prompt", "prompt_tokens",
        "queued_at", "queued_ns", "released", "request", "reused", "router", "sent", "state", "text", "version",
    )  # fmt: skip

    def __init__(self, run: Run, router: str, order: int, now: int) -> None:
        self.attempt = run.attempt
        self.request = run.request
        self.router = router
        self.order = order
        self.origin = run.origin
        self.version = run.version
        self.prompt = run.prompt
        self.max_new = run.max_new
        self.prompt_tokens = tokens.count(run.prompt)
        self.length_max = self.prompt_tokens + run.max_new
        self.write(run.prompt + run.delivered)
        self.position = tokens.count(run.delivered)
        self.sent = self.position
        self.keys = list(run.keys)
        self.extras: list[bytes] = []
        self.pieces: list[bytes] = []
        self.first = True
        self.queued_at = now
        self.queued_ns = self.reused = self.computed = self.passed = self.lost = 0
        self.restart()

    def restart(self) -> None:
        """Nothing of it is computed, or believed to be."""
        self.state = QUEUED
        self.blocks: list[Block] = []
        self.own_from = self.pending = self.kv = 0
        self.released = False

    def write(self, text: bytes) -> None:
        """The text that is known now."""
        self.text = text
        self.length = tokens.count(text)

    @property
    def answered(self) -> int:
        """Tokens of the answer that are known."""
        return self.length - self.prompt_tokens
