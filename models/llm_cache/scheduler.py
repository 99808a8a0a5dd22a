"""The queue of an engine and what runs in it: who begins, who waits, who gives way, and what becomes of memory then."""

from models.llm_cache import events, tokens
from models.llm_cache.block import FILLING, Block
from models.llm_cache.life import DECODING, JOINING, PREFILLING, Life
from models.llm_cache.lookup import Sought
from models.llm_cache.place import Place

WINDOW = 4
"""How many of those behind a request that does not fit are looked at."""


class Scheduler:
    """Attempts in order of arrival. One that does not fit is passed by at most `overtake_max` younger ones."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._settings = place.settings
        self.queue: list[Life] = []
        self.running: dict[str, Life] = {}
        self._stuck = False

    @property
    def waiting_tokens(self) -> int:
        """Tokens of texts that nobody has begun to compute."""
        return sum([life.length for life in self.queue])

    def submit(self, life: Life) -> None:
        """At the end of the queue."""
        self._stuck = self._stuck and len(self.queue) >= WINDOW
        self.queue.append(life)
        self._place.emit(events.Queued(life.attempt, life.order, again=False))
        self.pump()

    def pump(self) -> None:
        """Something may begin."""
        timing = self._place.timing
        if timing.ready:
            self.admit()
            timing.plan()
        elif self.queue and not self._stuck and len(self.running) < self._settings.running_max:
            timing.cut()

    def admit(self) -> None:
        """All that fit begin."""
        while self.queue and not self._stuck and len(self.running) < self._settings.running_max:
            self._stuck = not self._admit_one()

    def find(self, attempt: str) -> Life | None:
        """The attempt of this name, if it is here."""
        found = self.running.get(attempt)
        return found or next((life for life in self.queue if life.attempt == attempt), None)

    def cancel(self, life: Life) -> None:
        """It is not wanted any longer."""
        self._place.timing.cut()
        if life in self.queue:
            self.queue.remove(life)
        if life.attempt in self.running:
            self.drop(life)
        self._place.emit(events.Gone(life.attempt, "canceled"))
        self._stuck = False

    def drop(self, life: Life) -> None:
        """It stops in the middle; its pins go like those of one that has finished."""
        self._end(life)

    def _end(self, life: Life) -> None:
        """Out of the engine, out of memory."""
        del self.running[life.attempt]
        self._place.timing.leave(life)
        self.release(life)

    def release(self, life: Life) -> None:
        """Its pins are taken off once, from the end of the text to its beginning."""
        if self.is_released(life):
            return
        life.released, self._stuck = True, False
        self._place.fills.abandon(life)
        self._place.pool.unpin(life.attempt, life.blocks[::-1])

    def is_released(self, life: Life) -> bool:
        """Whether it holds nothing any more: an end and a cancel may both come."""
        return life.released

    def finish(self, life: Life) -> None:
        """Its answer is whole."""
        self._end(life)
        self._place.emit(events.Gone(life.attempt, "finished"))

    def preempt(self, life: Life) -> None:
        """It gives its memory back and goes to the head of the queue."""
        self._end(life)
        life.lost = life.kv
        life.restart()
        self._place.emit(events.Preempted(life.attempt, life.lost))
        self._place.emit(events.Gone(life.attempt, "preempted"))
        place = next((at for at, other in enumerate(self.queue) if other.order > life.order), len(self.queue))
        self.queue.insert(place, life)
        self._place.emit(events.Queued(life.attempt, life.order, again=True))

    def grow(self, life: Life, count: int) -> bool:
        """Memory for `count` more tokens; False if it had to give way itself."""
        size = self._settings.block_tokens
        missing = -(-(life.length - 1 + count) // size) - len(life.blocks)
        while missing > self._place.pool.room(()):
            youngest = max(self.running.values(), key=lambda one: one.order)
            self.preempt(youngest)
            if youngest is life:
                return False
        if missing > 0:
            self._extend(life, missing)
        return True

    def _admit_one(self) -> bool:
        for at, life in enumerate(self.queue[:WINDOW]):
            path = self._fitting(life)
            if path is not None:
                del self.queue[at]
                for passed in self.queue[:at]:
                    passed.passed += 1
                self._begin(life, path)
                return True
            if life.passed >= self._settings.overtake_max:
                return False
        return False

    def _fitting(self, life: Life) -> list[Block] | None:
        """What of its text is there or under way; None if there is no room for the rest."""
        place, size = self._place, self._settings.block_tokens
        sought = self._sought(life)
        path = place.fills.joinable(sought, place.prefixes.longest(sought))
        wanted = min(life.length + self._settings.stream_tokens, life.length_max)
        return path if -(-wanted // size) - len(path) <= place.pool.room(path) else None

    def _sought(self, life: Life) -> Sought:
        chain = self._place.chain
        if len(life.pieces) < life.length // self._settings.block_tokens or not life.extras:
            life.pieces = tokens.blocks(life.text, self._settings.block_tokens)
            life.extras = chain.extras(life.origin, life.version, len(life.pieces))
            if len(life.keys) < len(life.pieces):
                life.keys = chain.keys(life.pieces, life.extras, life.keys)
        return Sought(life.pieces, life.keys, life.extras)

    def _begin(self, life: Life, path: list[Block]) -> None:
        place = self._place
        life.queued_ns += place.elapsed() - life.queued_at
        self.running[life.attempt] = life
        place.emit(events.Admitted(life.attempt, life.order))
        place.pool.pin(life.attempt, path)
        life.blocks = list(path)
        life.own_from = len(path)
        waited = [block for block in path if block.state == FILLING and not block.offered]
        if waited:
            place.fills.join(life, waited)
        wanted = min(life.length + self._settings.stream_tokens, life.length_max)
        self._extend(life, -(-wanted // self._settings.block_tokens) - len(path))
        life.state = JOINING
        if not waited:
            place.start(life)

    def _extend(self, life: Life, count: int) -> None:
        """So many more blocks behind its own; those that its text fills are for others too."""
        first = len(life.blocks)
        fresh = self._place.pool.take(life.attempt, count)
        for number, block in enumerate(fresh, first):
            block.parent = life.blocks[-1] if life.blocks else None
            block.filler = life
            if number < len(life.pieces):
                block.label(life.keys[number], life.pieces[number], life.extras[number])
            life.blocks.append(block)
        named = [block for block in fresh if block.key is not None]
        if named:
            self._place.fills.begin(life, first, named)

    def start(self, life: Life) -> None:
        """What it waited for is there: compute the rest."""
        life.kv = self.known(life)
        held = life.blocks[: life.own_from]
        if held:
            keys = tuple([block.key or 0 for block in held])
            numbers = tuple([block.number for block in held])
            self._place.emit(events.Reused(life.attempt, life.request, numbers, keys))
        if life.first:
            life.first, life.reused = False, min(life.kv, life.prompt_tokens)
            life.computed = life.prompt_tokens - life.reused
        life.state = PREFILLING if life.kv < life.length else DECODING
        self._place.timing.begin(life, life.length - life.kv)

    def known(self, life: Life) -> int:
        """Tokens of its text that are in memory when it begins: those of the blocks that it reuses, and no others."""
        return life.own_from * self._settings.block_tokens
