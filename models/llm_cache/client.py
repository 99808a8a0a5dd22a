"""Clients: conversations that come at random, in a closed loop or by a trace, and those of a workload's script."""

from collections.abc import Sequence

from models.llm_cache import draws, events, tokens
from models.llm_cache.messages import Answer, AskStatus, Chunk, Generate, Rollout, Withdraw
from models.llm_cache.receiving import Receiving
from models.llm_cache.requests import Conversation, Generator, continued
from models.llm_cache.settings import Settings
from models.llm_cache.traces import Row
from sim import MS, Actor, Refused, Script, Step, Timeout, on

ORDERS = {"rollout": 0}
PING = 500 * MS
OPEN_TALKS = 256


class Client(Actor):
    """Asks, hears streams, and asks again where it was forgotten, saying what it has."""

    def __init__(self, routers: Sequence[str], number: int, settings: Settings, rows: Sequence[Row] = ()) -> None:
        self.settings = settings
        self._routers = tuple(routers)
        self._number = number
        self._rows = rows

    def on_start(self) -> None:
        """Begin with nothing asked."""
        self.generator = Generator(self.name, self.settings, self.random.child("requests"))
        self._count = 0
        self._alone = True
        self._receiving: dict[str, Receiving] = {}
        self._chance = self.random.child("chance")
        self.begin()

    def begin(self) -> None:
        """Whatever the traffic says."""
        traffic = self.settings.traffic
        if traffic.arrivals == "closed":
            for number in range(self._number, traffic.callers, traffic.clients):
                self.spawn(self.caller(number))
        elif traffic.arrivals == "trace":
            self.spawn(self.replay())
        elif traffic.arrivals != "none":
            self.spawn(self.arrivals())

    async def arrivals(self) -> None:
        """Conversations begin at random, by phases if there are phases."""
        traffic, stream = self.settings.traffic, self.random.child("arrivals")
        mean, left = traffic.gap * traffic.clients, draws.exponential(stream, traffic.on)
        while True:
            gap = draws.exponential(stream, mean)
            if traffic.arrivals == "on-off":
                while gap >= left:
                    await self.sleep(left + draws.exponential(stream, traffic.off))
                    gap, left = gap - left, draws.exponential(stream, traffic.on)
                left -= gap
            await self.sleep(gap)
            self.spawn(self.converse(self.generator.conversation()))

    async def caller(self, number: int) -> None:
        """One who asks again as soon as he is answered."""
        await self.sleep(number * MS)
        while True:
            await self.converse(self.generator.conversation(), think=False)

    async def converse(self, talk: Conversation, *, think: bool = True) -> None:
        """Turn after turn: each prompt is all that was said before, and something new."""
        for turn in range(talk.turns):
            if turn and think:
                await self.sleep(draws.log_normal(self._chance, *self.settings.traffic.think))
            words, wanted = self.generator.words(), self.generator.wanted()
            if not self.generator.fits(talk, words, wanted):
                return
            answer = await self.turn(talk, words, wanted)
            if answer.state != "DONE":
                await self.sleep(self.settings.retry_hint)

    async def replay(self) -> None:
        """Requests when the trace has them, with its lengths. Who continues whom is made up."""
        talks: list[Conversation] = []
        traffic = self.settings.traffic
        for row in self._rows:
            await self.sleep(max(0, row.at_ns * 100 // traffic.speed - self.elapsed()))
            old = not self._chance.chance(1_000_000_000 // traffic.turns)
            talk = continued(talks, row.context) if old else None
            if talk is None:
                talk = self.generator.conversation(row.context // 2)
                talks = [*talks[-OPEN_TALKS:], talk]
            words = self.generator.text(max(1, row.context - talk.length))
            self.spawn(self.turn(talk, words, row.generated))

    async def turn(self, talk: Conversation, words: bytes, wanted: int) -> Answer:
        """One prompt and its answer."""
        traffic = self.settings.traffic
        prompt, talk.busy = talk.text + words, True
        self._count += 1
        asked = Generate(f"{self.name}.{self._count}", talk.origin, talk.name, prompt, wanted)
        self.emit(events.Asked(asked.request, talk.origin, talk.name, prompt, wanted))
        if self._chance.chance(traffic.cancel):
            self.spawn(self.cancel(asked.request))
        if self._chance.chance(traffic.repeat):
            self.spawn(self.repeat(asked))
        alone, self._alone = self._alone, False
        answer = await self._noted(asked) if alone else await self._ask(asked)
        self._alone = self._alone or alone
        talk.text = prompt + answer.tokens if traffic.echo else prompt
        talk.busy = False
        return answer

    async def cancel(self, request: str) -> None:
        """The user has seen enough."""
        await self.sleep(draws.exponential(self._chance, self.settings.traffic.think[0] // 8 + 1))
        receiving = self._receiving.get(request)
        if receiving is not None:
            self.send(receiving.router, Withdraw(request))

    async def repeat(self, asked: Generate) -> None:
        """The same again, as from a library that tries twice."""
        await self.sleep(draws.exponential(self._chance, self.settings.traffic.think[0] // 4 + 1))
        receiving = self._receiving.get(asked.request)
        router = self._first(asked) if receiving is None else receiving.router
        try:
            answer = await self.call(router, asked, timeout=self.settings.patience)
        except (Timeout, Refused):
            return
        self.emit(events.Repeated(asked.request, answer.state, answer.tokens, answer.version))

    async def _noted(self, asked: Generate) -> Answer:
        """With an entry in the history: a client there does one thing at a time."""
        with self.operation("generate", key=asked.session, arg=asked.request) as operation:
            answer = await self._ask(asked)
            if answer.state == "DONE":
                operation.ok(answer.tokens[:8])
            elif answer.state == "REFUSED":
                operation.fail()
        return answer

    async def _ask(self, asked: Generate) -> Answer:
        """Until there is a last word, from whomever."""
        receiving = self._receiving[asked.request] = Receiving()
        began, router = self.elapsed(), self._first(asked)
        receiving.turn_to(router)
        while True:
            now = Generate(
                asked.request, asked.origin, asked.session, asked.prompt, asked.max_new, receiving.text,
                receiving.version,
            )  # fmt: skip
            try:
                answer = await self.call(router, now, timeout=self.settings.patience)
                break
            except Timeout:
                router = await self._who_has(asked.request, router, receiving)
        return self._conclude(asked, receiving, answer, began)

    async def _who_has(self, request: str, router: str, receiving: Receiving) -> str:
        """Whom to ask now: the same router if it answers, another if not. What is open there goes on as it is."""
        try:
            status = await self.call(router, AskStatus(request), timeout=PING)
        except Timeout:
            status = None
        if status is None:
            router = self._routers[(self._routers.index(router) + 1) % len(self._routers)]
        if status is None or not status.is_open:
            receiving.turn_to(router)
        return router

    def _conclude(self, asked: Generate, receiving: Receiving, answer: Answer, began: int) -> Answer:
        del self._receiving[asked.request]
        rest = tokens.cut(answer.tokens, receiving.position, tokens.count(answer.tokens))
        if rest:
            self._hear(asked.request, receiving, receiving.position, rest, answer.version)
        now, text = self.elapsed(), receiving.text
        first = 0 if receiving.first_at is None else receiving.first_at - began
        count = tokens.count(text)
        self.emit(events.Got(asked.request, answer.state, answer.why, answer.version, first, now - began, count))
        return Answer(answer.request, answer.state, answer.why, text, answer.version)

    @on(Chunk)
    def heard(self, source: str, chunk: Chunk) -> None:
        """Part of an answer."""
        receiving = self._receiving.get(chunk.request)
        if receiving is not None and receiving.take(source, chunk):
            self._hear(chunk.request, receiving, chunk.position, chunk.tokens, chunk.version)

    def _hear(self, request: str, receiving: Receiving, position: int, text: bytes, version: int) -> None:
        if receiving.first_at is None:
            receiving.first_at = self.elapsed()
        receiving.text += text
        receiving.version = version
        self.emit(events.Delivered(request, position, text, version))

    def _first(self, asked: Generate) -> str:
        """A conversation stays with a router; conversations are spread over them."""
        return self._routers[sum(asked.session.encode()) % len(self._routers)]


class ScriptedClient(Client):
    """Does the steps of a workload: `generate` is the next turn of a conversation, `rollout` an operator's order."""

    def __init__(self, routers: Sequence[str], script: Script, settings: Settings) -> None:
        super().__init__(routers, 0, settings)
        self._script = script

    def begin(self) -> None:
        """One step after another."""
        self._talks: dict[str, Conversation] = {}
        self.spawn(self.story())

    async def story(self) -> None:
        """Its own clock says when."""
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            if step.verb in ORDERS:
                await self._roll(step)
            else:
                talk = self._talks.setdefault(step.key, self.generator.named(step.key))
                await self.turn(talk, self.generator.words(), self.generator.wanted())

    async def _roll(self, step: Step) -> None:
        """The key is a version: ``rollout: v2``. Until the first router has it in its plan."""
        digits = "".join(letter for letter in step.key if letter.isdecimal())
        while True:
            try:
                await self.call(self._routers[0], Rollout(int(digits or "2")), timeout=self.settings.patience)
                return
            except Timeout:
                continue
