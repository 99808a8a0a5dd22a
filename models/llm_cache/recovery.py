"""What a router makes of its index log when it starts: entries count when their engine says hello again."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.llm_cache.book import Book
from models.llm_cache.index import Index
from models.llm_cache.records import Record, WroteAll, WroteEpoch, WroteRemoved, WroteSession, WroteStored
from models.llm_cache.sessions import Sessions


@dataclass
class Claim:
    """What the log says of one engine: its epoch, the serial of its feed, and the size of each entry, in blocks."""

    epoch: int
    serial: int = 0
    sizes: dict[int, int] = field(default_factory=dict)


class Recovery:
    """The fold of the log. Nothing of it is believed yet, but where sessions were."""

    def __init__(self, records: Iterable[Record], sessions: Sessions) -> None:
        self.claims: dict[str, Claim] = {}
        for record in records:
            if isinstance(record, WroteSession):
                sessions.move(record.session, record.node, record.epoch)
            else:
                self._fold(record)

    @property
    def entries(self) -> int:
        """How many there are, of all engines."""
        return sum([len(claim.sizes) for claim in self.claims.values()])

    def adopt(self, node: str, epoch: int, index: Index, book: Book) -> int | None:
        """Its entries count if the engine is still in that epoch: the serial that they belong to; None if not."""
        claim = self.claims.pop(node, None)
        if claim is None or claim.epoch != epoch:
            return None
        index.enter(node, epoch, claim.sizes)
        book.recovered(sum(claim.sizes.values()))
        return claim.serial

    def _fold(self, record: WroteStored | WroteRemoved | WroteEpoch | WroteAll) -> None:
        claim = self.claims.get(record.node)
        if claim is None or record.epoch > claim.epoch or isinstance(record, WroteAll):
            claim = self.claims[record.node] = Claim(record.epoch)
        if isinstance(record, WroteEpoch) or record.epoch < claim.epoch:
            return
        claim.serial = record.serial
        if isinstance(record, WroteRemoved):
            for key in record.keys:
                claim.sizes.pop(key, None)
        else:
            claim.sizes.update(dict.fromkeys(record.keys, record.size))
