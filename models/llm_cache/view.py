"""An engine as one router sees it: its epoch, its load as last told and what was sent since, its feed, its book."""

from models.llm_cache.book import Book
from models.llm_cache.messages import Hello, Load
from sim import Message


class Fleet:
    """What engines have in common: how long a token of a prompt takes and how long a step with one sequence, in ns.

    `changes` counts how often it has changed which of them can be asked: who keeps a list sees by it when it is old.
    """

    def __init__(self, token_ns: int, step_ns: int) -> None:
        self.token_ns = token_ns
        self.step_ns = step_ns
        self.changes = 0


class View:
    """What is known of one engine. `load` counts requests that run or wait there, as far as is known.

    `heard_at` is when it last said its load or hello, on the router's clock; `bit` is its place in the index, `backlog`
    counts tokens of prompts that wait there, `waits` is what that and its load take, in ns. `passed_over`: some list of
    candidates was made while it was silent.
    """

    __slots__ = (
        "asked_at", "backlog", "bit", "book", "dead", "draining", "epoch", "fleet", "heard_at", "load", "model", "name",
        "named", "passed_over", "pending", "running", "serial", "total", "version", "waits",
    )  # fmt: skip

    def __init__(self, name: str, book: Book, fleet: Fleet, bit: int) -> None:
        self.name = name
        self.book = book
        self.fleet = fleet
        self.bit = bit
        self.epoch = self.version = self.total = self.serial = 0
        self.model = ""
        self.heard_at = 0
        self.dead = True
        self.draining = self.passed_over = False
        self.load = self.running = self.backlog = self.waits = 0
        self.pending: dict[int, Message] = {}
        self.asked_at = -1
        self.named = 0

    def hear(self, now: int) -> None:
        """It has said something."""
        self.heard_at = now
        if self.passed_over:
            self.passed_over = False
            self.fleet.changes += 1

    def begin(self, hello: Hello) -> None:
        """Another epoch, or the first one that is known."""
        self.epoch, self.version, self.model, self.total = hello.epoch, hello.version, hello.model, hello.total
        self.serial = self.named = 0
        self.pending.clear()
        self.draining = False
        self.load = self.running = self.backlog = self.waits = 0
        self.book.free = hello.total
        self.asked_at = -1
        self.fleet.changes += 1

    def loaded(self, load: Load) -> None:
        """Its own word: what was reckoned since the last one is in it, or soon will be."""
        self.load = load.queued + load.running
        self.running, self.backlog = load.running, load.prefill
        self._reckon()
        self.book.free = load.free
        if self.draining != load.draining:
            self.draining = load.draining
            self.fleet.changes += 1

    def sent(self, prompt_tokens: int, blocks: int) -> None:
        """An attempt went there."""
        self.load += 1
        self.backlog += prompt_tokens
        self._reckon()
        self.book.free = max(0, self.book.free - blocks)

    def ended(self) -> None:
        """An attempt there is over."""
        self.load = max(0, self.load - 1)
        self._reckon()

    def _reckon(self) -> None:
        self.waits = self.backlog * self.fleet.token_ns + self.load * self.fleet.step_ns
