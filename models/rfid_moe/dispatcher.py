"""A dispatcher, one for each inference engine: batches of requests, step by step and layer by layer. Nothing is
durable.
"""

from models.rfid_moe import messages as m
from models.rfid_moe.dispatch import Token
from models.rfid_moe.events import Answered, Combined
from models.rfid_moe.hints import Hints
from models.rfid_moe.images import Images
from models.rfid_moe.ladder import FAILED
from models.rfid_moe.parts import Parts
from models.rfid_moe.quality import relative
from models.rfid_moe.settings import Settings
from sim import SECOND, Actor, Caller, on


class Active:
    """A request under way. Sums of squares are those of errors, certificates and full outputs so far."""

    __slots__ = ("bounds", "callers", "errors", "failed", "phase", "position", "reasons", "request", "tokens", "truths")

    def __init__(self, caller: Caller, generate: m.Generate) -> None:
        self.callers = [caller]
        self.request = generate.request
        self.tokens = generate.tokens
        self.phase = generate.phase
        self.position = 0
        self.reasons: tuple[int, ...] = ()
        self.failed = False
        self.errors = self.bounds = self.truths = 0


class Dispatcher(Actor):
    """One incarnation: a session of its own, a map that it hears anew."""

    def __init__(self, controllers: tuple[str, ...], images: Images, settings: Settings, parts: Parts) -> None:
        self.settings = settings
        self.images = images
        self._controllers = controllers
        self._parts = parts

    def on_start(self) -> None:
        """Begin without requests."""
        self.session = self.random.word() >> 2
        self.hints = Hints(self.emit, self.elapsed, self.settings.dead_after)
        self.ladder = self._parts.ladder(self.hints, self.images, self.settings)
        self._combiner = self._parts.combiner(self.images.bank, self.images.releases)
        self._layer_done = self.store()
        self._dispatch = self._parts.dispatch(self, self._done)
        self._active: list[Active] = []
        self._counts: dict[tuple[int, int], int] = {}
        self._works = False
        self._steps = 0
        self._report = self.timer(self.report)
        self._report.reset(SECOND)

    def _done(self) -> None:
        self._layer_done.put(True)

    def report(self) -> None:
        """Tell the controllers who was popular."""
        self._report.reset(SECOND)
        word = m.Popular(tuple((layer, expert, n) for (layer, expert), n in sorted(self._counts.items())))
        self._counts = {}
        for controller in self._controllers:
            self.send(controller, word)

    def count(self, layer: int, wanted: tuple[int, ...]) -> None:
        """A token wants these experts."""
        for expert in wanted:
            self._counts[layer, expert] = self._counts.get((layer, expert), 0) + 1

    @on(m.MapIs)
    def map_is(self, source: str, news: m.MapIs) -> None:  # noqa: ARG002 - versions say what is newer
        """From a controller."""
        self.hints.take(news.map)

    @on(m.Generate)
    def generate(self, caller: Caller, generate: m.Generate) -> None:
        """From a client: it joins the batch at the next step. A request that is under way is not begun again."""
        for active in self._active:
            if active.request == generate.request:
                active.callers.append(caller)
                return
        self._active.append(Active(caller, generate))
        if not self._works:
            self._works = True
            self.spawn(self._work())

    @on(m.Computed)
    def computed(self, source: str, computed: m.Computed) -> None:  # noqa: ARG002
        """From a node."""
        self._dispatch.computed(computed)

    @on(m.Unable)
    def unable(self, source: str, unable: m.Unable) -> None:  # noqa: ARG002
        """From a node."""
        self._dispatch.unable(unable)

    async def _work(self) -> None:
        while self._active:
            await self.sleep(self.settings.attention)
            batch = self._active[: self.settings.batch]
            self._steps += 1
            for layer in range(self.settings.layers):
                batch = [active for active in batch if not active.failed]
                if batch:
                    self._dispatch.begin(self._steps, layer, batch)
                    await self.wait(self._layer_done.get())
                    for slot, token in enumerate(self._dispatch.tokens):
                        self._sum_up(slot, token)
            self._end_step(batch)
        self._works = False

    def _sum_up(self, slot: int, token: Token) -> None:
        active, dispatch, bank = token.active, self._dispatch, self.images.bank
        if not token.results:
            active.failed, active.reasons = True, self._combiner.tags(active.reasons, (FAILED,))
            return
        layer = dispatch.layer
        total = self._combiner.sum_up(layer, token.token, token.phase, token.results, token.left_out)
        active.reasons = self._combiner.tags(active.reasons, total.lossy)
        truth = bank.truth(layer, token.token, token.phase)
        active.errors += sum((one - other) ** 2 for one, other in zip(total.output, truth, strict=True))
        active.bounds += total.bound**2
        active.truths += sum(value * value for value in truth)
        self.emit(
            Combined(
                self.session, dispatch.step, layer, active.request, slot, token.token, token.phase, total.terms,
                total.output, total.bound,
            )
        )  # fmt: skip

    def _end_step(self, batch: list[Active]) -> None:
        for active in batch:
            active.position += 1
        ended = [one for one in self._active if one.failed or one.position == len(one.tokens)]
        self._active = [one for one in self._active if not one.failed and one.position < len(one.tokens)]
        for active in ended:
            self._answer(active)

    def _answer(self, active: Active) -> None:
        bound = relative(active.bounds, active.truths) + 1 if active.bounds else 0
        error = relative(active.errors, active.truths)
        reasons = active.reasons
        self.emit(Answered(active.request, bool(reasons), reasons, active.failed, error, bound))
        for caller in active.callers:
            self.reply(caller, m.Generated(active.request, reasons, active.failed))
