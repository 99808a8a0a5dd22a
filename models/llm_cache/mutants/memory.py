# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of memory: what is needed, what goes first, what is shared, and what is computed by whom."""

from collections.abc import Sequence

from models.llm_cache.block import FILLING, Block
from models.llm_cache.fill import Fills
from models.llm_cache.life import Life
from models.llm_cache.lookup import HashPrefixes, Sought
from models.llm_cache.pool import Pool
from models.llm_cache.scheduler import Scheduler
from models.llm_cache.tokens import WIDTH


class CountsAsClock(Pool):
    """Gives up what was used least often, not what was used longest ago."""

    def victim(self) -> Block:
        return min(self.cached.values(), key=lambda block: block.uses)


class EvictsUsed(Pool):
    """Gives up the first block that is complete, needed or not."""

    def victim(self) -> Block:
        return next(block for block in self.made if block.offered)


class StaleKey(Pool):
    """The key of a block that is given up still leads to it."""

    def forget(self, block: Block) -> None:
        pass


class MiddleOut(Pool):
    """Gives up the block that was touched last: the beginning of a text before its end."""

    def victim(self) -> Block:
        return list(self.cached.values())[-1]


class UnpinsTwice(Scheduler):
    """Takes the pins off once more when a cancel finds the attempt at its end."""

    def is_released(self, life: Life) -> bool:  # noqa: ARG002
        return False


class LeaksOnCancel(Scheduler):
    """A cancelled attempt leaves its pins behind."""

    def drop(self, life: Life) -> None:
        del self.running[life.attempt]
        self._place.timing.leave(life)


class ReusesPreempted(Scheduler):
    """What a preempted attempt had computed is taken for computed when it comes back."""

    def known(self, life: Life) -> int:
        return max(super().known(life), min(life.lost, life.length))


class EarlyOffer(Fills):
    """Blocks can be found by their keys as soon as somebody begins to compute them."""

    def begin(self, life: Life, first: int, blocks: Sequence[Block], *, taken_over: bool = False) -> None:
        super().begin(life, first, blocks, taken_over=taken_over)
        for block in blocks:
            self._place.pool.offer(block)


class FillsApart(Fills):
    """Every attempt computes for itself what is not there."""

    def filling(self, sought: Sought, number: int, before: Block | None) -> Block | None:  # noqa: ARG002
        return None


class WaitsForGhost(Fills):
    """Nobody takes over what an attempt that has gone was computing."""

    def heir(self, block: Block) -> Life | None:  # noqa: ARG002
        return None


class KeyReturns(Fills):
    """The completion of a block that was given back meanwhile sets its key all the same."""

    def settle(self, block: Block) -> None:
        super().settle(block)
        if block.state == FILLING and block.filler is None and not block.offered:
            self._place.pool.offer(block)


class TrustsHash(HashPrefixes):
    """An equal key is taken for equal tokens."""

    def agrees(self, block: Block, sought: Sought, number: int, before: Block | None) -> bool:  # noqa: ARG002
        return True


class HashPrefix(HashPrefixes):
    """Takes the block whose key, as text, has the longest beginning in common with the one that is looked for."""

    def held(self, sought: Sought, number: int, before: Block | None) -> Block | None:  # noqa: ARG002
        wanted = f"{sought.keys[number]:016x}"
        best = max(self.by_key, key=lambda key: _common(f"{key:016x}", wanted), default=None)
        if best is None or _common(f"{best:016x}", wanted) < len(wanted) - 1:
            return None
        return self.by_key[best][0]


class SharesPartial(HashPrefixes):
    """A block that begins with the same tokens is taken for the next one, though it goes on with others."""

    def held(self, sought: Sought, number: int, before: Block | None) -> Block | None:
        found = super().held(sought, number, before)
        if found is not None:
            return found
        begin = sought.pieces[number][:WIDTH]
        behind = (block for bucket in self.by_key.values() for block in bucket if block.parent is before)
        return next((block for block in behind if block.tokens[:WIDTH] == begin), None)


def _common(one: str, other: str) -> int:
    """How many letters two texts begin with in common."""
    return next((at for at, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]), len(one))
