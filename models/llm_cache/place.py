"""What the parts of an engine need of each other."""

from typing import Protocol

from models.llm_cache.chain import Chain
from models.llm_cache.fill import Fills
from models.llm_cache.life import Life
from models.llm_cache.lookup import Prefixes
from models.llm_cache.pool import Pool
from models.llm_cache.settings import Settings
from models.llm_cache.timing import Timing
from sim import Event


class Place(Protocol):
    """An engine as its scheduler sees it."""

    settings: Settings
    chain: Chain
    prefixes: Prefixes
    pool: Pool
    fills: Fills
    timing: Timing

    def emit(self, event: Event) -> None:
        """Tell the checks."""

    def elapsed(self) -> int:
        """The engine's clock, in ns."""

    def start(self, life: Life) -> None:
        """Compute what is its own to compute."""
