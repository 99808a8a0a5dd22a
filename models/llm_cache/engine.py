"""An engine: one GPU with its pool of KV memory, its queue, and a feed that tells routers what it holds."""

from models.llm_cache import events, servers, truth
from models.llm_cache.life import Life
from models.llm_cache.lookup import Prefixes
from models.llm_cache.messages import (
    Accepted,
    AskInventory,
    Cancel,
    Cleared,
    Done,
    Hello,
    Load,
    Noted,
    Refusal,
    Renew,
    Run,
    Tokens,
    Who,
)  # fmt: skip
from models.llm_cache.outbox import Outbox
from models.llm_cache.parts import Parts
from models.llm_cache.settings import Settings
from models.llm_cache.timing import Timing
from sim import Actor, Message, on


class Identity(Message):
    """What outlives a crash: how often it has started, and what it runs."""

    epoch: int
    version: int


class Engine(Actor):
    """One incarnation of an engine: one epoch, or several when it changes its version."""

    def __init__(self, routers: tuple[str, ...], model: str, settings: Settings, parts: Parts) -> None:
        self.settings = settings
        self.model = model
        self._routers = routers
        self._parts = parts

    def on_start(self) -> None:
        """A new epoch, durable before anybody hears of it."""
        found = self.disk.load(Identity) or Identity(0, self.settings.version)
        self._terms: dict[str, int] = {}
        self._orders = 0
        self._report = self.timer(self.report)
        self._deadline = self.timer(self.finish_draining)
        self.outbox = Outbox(self)
        self._slow = 1
        self.begin_epoch(Identity(found.epoch + 1, found.version))

    def begin_epoch(self, identity: Identity) -> None:
        """All memory is free; routers learn of it when the number of the epoch is durable."""
        self.disk.save(identity)
        self.epoch, self.version = identity.epoch, identity.version
        self.next_version = identity.version
        self.draining = False
        self.chain = self._parts.chain(self.settings)
        self.teller = self._parts.teller(self, self.tell, self.settings.feed == "off")
        prefixes = self._parts.hash if self.settings.index == "hash" else self._parts.radix
        self.prefixes: Prefixes = prefixes(self.settings, self.emit)
        total, size = self.settings.total, self.settings.block_bytes
        self.emit(events.EngineStarted(self.epoch, self.version, self.model, total, size, self.settings.claim))
        self.pool = self._parts.pool(self, total, self.prefixes, self.teller)
        self._said: events.Pool | None = None
        self.fills = self._parts.fills(self)
        self.timing: Timing = servers.make(self.settings, self)
        self.timing.slow = self._slow
        self.scheduler = self._parts.scheduler(self)
        self.finished: dict[str, Life] = {}
        self.progress = self._parts.progress(self)
        self.tell(self.hello())
        self.report()

    def hello(self) -> Hello:
        """Who it is now."""
        return Hello(self.epoch, self.version, self.model, self.teller.serial, self.settings.total)

    def tell(self, word: Message) -> None:
        """Say something to every router."""
        for router in self._routers:
            self.send(router, word)

    def report(self) -> None:
        """What there is to do, and what is free."""
        self._report.reset(self.settings.load_every)
        queued, running = len(self.scheduler.queue), len(self.scheduler.running)
        free = self.pool.free + len(self.pool.cached)
        teller, waiting = self.teller, self.scheduler.waiting_tokens
        pool = self.pool.report()
        if pool != self._said:  # what has not changed is what the checks have compared already
            self._said = pool
            self.emit(pool)
        self.emit(events.Loaded(queued, running))
        self.tell(Load(self.epoch, teller.serial, queued, running, free, waiting, teller.held, self.draining))

    # What routers want.

    @on(Run)
    def run(self, source: str, run: Run) -> None:
        """Into the queue, or a reason why not. The same attempt twice is one."""
        if self.outbox.knows(run.attempt):
            self.send(source, Accepted(run.attempt))
            return
        why = self.objection(run)
        if why:
            self.send(source, Refusal(run.attempt, why, self.epoch))
            return
        self._orders += 1
        life = Life(run, source, self._orders, self.elapsed())
        self.outbox.remember(run.attempt)
        self.send(source, Accepted(run.attempt))
        self.scheduler.submit(life)

    def objection(self, run: Run) -> str:
        """Why it cannot be begun here; empty if it can."""
        if run.epoch != self.epoch:
            self.emit(events.EpochRefused(run.attempt, run.epoch, self.epoch))
            return "epoch"
        if self.draining:
            return "draining"
        if run.version != self.version or run.origin.model != self.model:
            return "version"
        length = len(run.prompt) // 4 + run.max_new
        if -(-length // self.settings.block_tokens) > self.settings.total:
            return "too_large"
        if (
            len(self.scheduler.running) + len(self.scheduler.queue)
            >= self.settings.running_max + self.settings.queue_max
        ):
            return "busy"
        return ""

    @on(Cancel)
    def cancel(self, source: str, cancel: Cancel) -> None:  # noqa: ARG002
        """Forget it; if it comes only now, it will not be begun."""
        self.outbox.remember(cancel.attempt)
        life = self.scheduler.find(cancel.attempt)
        if life is not None:
            self.scheduler.cancel(life)
            self.scheduler.pump()
            self._drained()
        else:
            self.withdraw_finished(cancel.attempt)

    def withdraw_finished(self, attempt: str) -> None:
        """It had come to its end: nobody wants to hear of it."""
        self.outbox.settle(attempt)
        life = self.finished.pop(attempt, None)
        if life is not None:
            self.scheduler.release(life)

    @on(Noted)
    def noted(self, source: str, noted: Noted) -> None:  # noqa: ARG002
        """Its router has the whole answer."""
        self.outbox.settle(noted.attempt)
        self.finished.pop(noted.attempt, None)

    @on(Who)
    def asked_who(self, source: str, who: Who) -> None:
        """A router wants to know; what an earlier one of its name had asked for is nobody's."""
        if who.term > self._terms.get(source, 0):
            self._terms[source] = who.term
            orphans = [life for life in self._lives() if life.router == source and _term(life.attempt) < who.term]
            for life in orphans:
                self.scheduler.cancel(life)
            self.scheduler.pump()
        self.send(source, self.hello())

    @on(AskInventory)
    def asked_inventory(self, source: str, ask: AskInventory) -> None:  # noqa: ARG002
        """All that is held, at the serial of the feed."""
        if self.settings.feed == "on":
            self.send(source, self.teller.inventory())

    # Another version.

    @on(Renew)
    def renew(self, source: str, renew: Renew) -> None:  # noqa: ARG002
        """Begin nothing more, finish what runs or cancel it after `drain`, forget everything, come back."""
        if renew.version <= self.next_version:
            return
        self.next_version = renew.version
        self.empty_first()

    def empty_first(self) -> None:
        """What is in memory was computed by the version that goes."""
        self.draining = True
        self._deadline.reset(self.settings.drain)
        for life in list(self.scheduler.queue):
            self._turn_away(life)
        self.report()
        self._drained()

    def finish_draining(self) -> None:
        """Who is still here is sent elsewhere."""
        lives = self._lives()
        self.emit(events.Drained(len(lives)))
        for life in lives:
            self._turn_away(life)
        self._deadline.cancel()
        self.tell(Cleared(self.epoch, self.teller.serial + 1))
        self.emit(events.VersionRolled(self.next_version))
        self.begin_epoch(Identity(self.epoch + 1, self.next_version))

    def slow_down(self, factor: int) -> None:
        """Everything that begins from now on takes so many times as long."""
        self._slow = self.timing.slow = factor

    def _drained(self) -> None:
        if self.draining and not self._lives():
            self.finish_draining()

    def _turn_away(self, life: Life) -> None:
        self.scheduler.cancel(life)
        self.send(life.router, Refusal(life.attempt, "version", self.epoch))

    def _lives(self) -> list[Life]:
        return [*self.scheduler.running.values(), *self.scheduler.queue]

    # What timing and progress want.

    def weights(self, life: Life) -> bytes:
        """What it is computed with: whatever runs here."""
        return truth.weights(self.model, self.version, life.origin.adapter)

    def start(self, life: Life) -> None:
        """What it waited for is there."""
        self.scheduler.start(life)

    def prefilled(self, life: Life, count: int) -> None:
        """So many tokens more of its text are in memory."""
        self.progress.prefilled(life, count)

    def decoded(self, life: Life, count: int) -> int:
        """So many tokens more of its answer are known."""
        return self.progress.decoded(life, count)

    def boundary(self) -> None:
        """Others may begin."""
        self.scheduler.admit()

    def awaited(self, life: Life) -> bool:
        """Whether somebody waits for what it computes."""
        return any(block.waiters for block in life.blocks[life.own_from :])

    def make_room(self, life: Life, count: int) -> bool:
        """Memory for so many tokens more."""
        return self.scheduler.grow(life, count)

    def say(self, life: Life, position: int, text: bytes) -> None:
        """Tokens to whoever asked; the last ones go with Done."""
        if life.length < life.length_max:
            self.send(life.router, Tokens(life.attempt, position, text))

    def over(self, life: Life) -> None:
        """The answer is whole: say so until it is noted."""
        self.scheduler.finish(life)
        answer = life.text[len(life.prompt) + life.position * 4 :]
        held = life.reused // self.settings.block_tokens
        done = Done(life.attempt, life.position, answer, life.reused, life.computed, held, life.queued_ns)
        self.finished[life.attempt] = life
        self.outbox.post(life.router, done)
        self._drained()


def _term(attempt: str) -> int:
    """The router's term in which an attempt was made: its name ends in ``@router.term.number``."""
    return int(attempt.rsplit(".", 2)[1])
