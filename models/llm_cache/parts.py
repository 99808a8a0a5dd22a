"""What engines and routers are built from. A mutant puts a subclass with another rule in the place of a part."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.llm_cache.book import Book
from models.llm_cache.candidates import Candidates
from models.llm_cache.chain import Chain
from models.llm_cache.desk import Desk
from models.llm_cache.feed import Feed
from models.llm_cache.fill import Fills
from models.llm_cache.index import Index
from models.llm_cache.log import IndexLog
from models.llm_cache.lookup import HashPrefixes
from models.llm_cache.policies import Policies
from models.llm_cache.pool import Pool
from models.llm_cache.progress import Progress
from models.llm_cache.radix import RadixPrefixes
from models.llm_cache.recovery import Recovery
from models.llm_cache.scheduler import Scheduler
from models.llm_cache.sessions import Sessions
from models.llm_cache.teller import Teller

if TYPE_CHECKING:
    from models.llm_cache.engine import Engine


@dataclass(frozen=True)
class Parts:
    """The class of every part; `engine` is one that differs from the reference, if there is one."""

    engine: "type[Engine] | None" = None

    chain: type[Chain] = Chain
    hash: type[HashPrefixes] = HashPrefixes
    radix: type[RadixPrefixes] = RadixPrefixes
    teller: type[Teller] = Teller
    pool: type[Pool] = Pool
    fills: type[Fills] = Fills
    scheduler: type[Scheduler] = Scheduler
    progress: type[Progress] = Progress
    index: type[Index] = Index
    book: type[Book] = Book
    sessions: type[Sessions] = Sessions
    candidates: type[Candidates] = Candidates
    feed: type[Feed] = Feed
    policies: type[Policies] = Policies
    desk: type[Desk] = Desk
    log: type[IndexLog] = IndexLog
    recovery: type[Recovery] = Recovery
