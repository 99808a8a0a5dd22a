"""What has reached a client of one answer: words of one stream in order, and at the end the whole."""

from models.llm_cache import tokens
from models.llm_cache.messages import Chunk


class Receiving:
    """`text` is what there is of the answer. A stream is heard from its first word on, without gaps, one at a time."""

    __slots__ = ("closed", "first_at", "router", "serial", "stream", "text", "version")

    def __init__(self) -> None:
        self.text = b""
        self.version = 0
        self.router = self.stream = ""
        self.serial = 0
        self.closed: dict[str, None] = {}
        self.first_at: int | None = None

    def turn_to(self, router: str) -> None:
        """From now on only a new stream of this router is heard: what older ones still say was asked anew."""
        self.router = router
        if self.stream:
            self.closed[self.stream] = None
            self.stream = ""

    def take(self, source: str, chunk: Chunk) -> bool:
        """Whether these tokens are news: the next word of the stream that is heard."""
        if source != self.router or chunk.stream in self.closed:
            return False
        if chunk.stream != self.stream:
            self.stream, self.serial = chunk.stream, 0
        if chunk.serial != self.serial + 1:
            return False
        self.serial += 1
        return True

    @property
    def position(self) -> int:
        """The next position."""
        return tokens.count(self.text)
