"""An engine as one router sees it: its epoch, its load as last told and what was sent since, its feed, its book."""

from models.llm_cache.book import Book
from models.llm_cache.messages import Hello, Load
from sim import Message


class View:
    """What is known of one engine. `load` counts requests that run or wait there, as far as is known.

    `heard_at` is when it last said its load or hello, on the router's clock.
    """

    def __init__(self, name: str, book: Book) -> None:
        self.name = name
        self.book = book
        self.epoch = self.version = self.total = self.serial = 0
        self.model = ""
        self.heard_at = 0
        self.dead = True
        self.draining = False
        self.load = self.running = 0
        self.prefill = self.sent_prefill = 0
        self.pending: dict[int, Message] = {}
        self.asked_at = -1
        self.named = 0

    @property
    def backlog(self) -> int:
        """Tokens of prompts that wait there."""
        return self.prefill + self.sent_prefill

    def begin(self, hello: Hello) -> None:
        """Another epoch, or the first one that is known."""
        self.epoch, self.version, self.model, self.total = hello.epoch, hello.version, hello.model, hello.total
        self.serial = self.named = 0
        self.pending.clear()
        self.draining = False
        self.load = self.running = self.prefill = self.sent_prefill = 0
        self.book.free = hello.total
        self.asked_at = -1

    def loaded(self, load: Load) -> None:
        """Its own word: what was reckoned since the last one is in it, or soon will be."""
        self.load = load.queued + load.running
        self.running, self.prefill, self.sent_prefill = load.running, load.prefill, 0
        self.book.free, self.draining = load.free, load.draining

    def sent(self, prompt_tokens: int, blocks: int) -> None:
        """An attempt went there."""
        self.load += 1
        self.sent_prefill += prompt_tokens
        self.book.free = max(0, self.book.free - blocks)

    def ended(self) -> None:
        """An attempt there is over."""
        self.load = max(0, self.load - 1)
