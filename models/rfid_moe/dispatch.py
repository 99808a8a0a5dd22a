"""One layer of one step: pairs go out in parts, come back or do not, and go down the ladder until each has ended once.

    PENDING -> SENT -> COMBINED | REROUTED | DROPPED;  REROUTED -> COMBINED | DROPPED

A result counts for the part that waits for it and for nothing else: another session, epoch, step or attempt is too
late.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.rfid_moe import events as e
from models.rfid_moe.combining import Result
from models.rfid_moe.ladder import HOST, Pair, Target
from models.rfid_moe.messages import Compute, Computed, Unable, Wanted
from sim import Timer

if TYPE_CHECKING:
    from models.rfid_moe.dispatcher import Active, Dispatcher

KEPT_MAX = 256


class Token:
    """A request's place in a step: its token, and the pairs and results of the layer at hand."""

    __slots__ = ("active", "left", "left_out", "pairs", "phase", "ranking", "results", "token")

    def __init__(self, active: "Active", ranking: tuple[int, ...], pairs: list[Pair]) -> None:
        self.active = active
        self.token = active.tokens[active.position]
        self.phase = active.phase
        self.ranking = ranking
        self.pairs = pairs
        self.results: list[Result] = []
        self.left = len(pairs)
        self.left_out = False

    @property
    def taken(self) -> tuple[int, ...]:
        """Experts that this token wants, or has in place of those."""
        return (*(pair.wanted for pair in self.pairs), *(pair.expert for pair in self.pairs))


class Part:
    """Pairs that were sent to one node in one message."""

    __slots__ = ("layer", "number", "open", "pairs", "sent_at", "step", "target", "targets", "timer")

    def __init__(self, number: int, step: int, layer: int, target: Target, pairs: list[Pair], sent_at: int) -> None:
        self.number = number
        self.step = step
        self.layer = layer
        self.target = target
        self.pairs = pairs
        self.targets: list[Target] = []
        self.sent_at = sent_at
        self.open = True
        self.timer: Timer | None = None


class Dispatch:
    """The layer at hand. `done` is called when every pair of it has ended."""

    def __init__(self, node: "Dispatcher", done: Callable[[], None]) -> None:
        self._node = node
        self._done = done
        self._parts: dict[int, Part] = {}
        self._numbers = 0
        self.step = self.layer = 0
        self.tokens: list[Token] = []

    def begin(self, step: int, layer: int, batch: list["Active"]) -> None:
        """Every pair of the batch at this layer."""
        self.step, self.layer, router = step, layer, self._node.images.bank.router
        self.tokens = []
        for slot, active in enumerate(batch):
            ranking = router.ranking(layer, active.tokens[active.position], active.phase)
            wanted = ranking[: self._node.settings.top]
            self._node.count(layer, wanted)
            self.tokens.append(Token(active, ranking, [Pair(slot, expert) for expert in wanted]))
        self._go([pair for token in self.tokens for pair in token.pairs])

    def _go(self, pairs: list[Pair]) -> None:
        """Send pairs on to where the ladder says, each node one part; leave out those for whom there is nothing."""
        parts: dict[tuple[int, str, int, int], list[Pair]] = {}
        for pair in pairs:
            token = self.tokens[pair.slot]
            target = pair.target = self._node.ladder.next(self.layer, pair, token.ranking, token.taken)
            if target is None:
                self._leave_out(pair)
                continue
            pair.rung, pair.expert = target.rung, target.expert
            alone = target.expert if target.rung == HOST else -1
            parts.setdefault((target.rung, target.node, target.epoch, alone), []).append(pair)
        for together in parts.values():
            self._send(together)
        self._finish_if_done()

    def _send(self, pairs: list[Pair]) -> None:
        node, target = self._node, pairs[0].target
        assert target is not None, "only pairs with a target are sent"
        self._numbers += 1
        part = Part(self._numbers, self.step, self.layer, target, pairs, node.elapsed())
        self._parts[part.number] = part
        wanted, told = [], []
        for pair in pairs:
            own = pair.target
            assert own is not None, "only pairs with a target are sent"
            part.targets.append(own)
            pair.attempt = part.number
            pair.asked.append((own.node, -1 - own.expert if own.rung == HOST else own.expert))
            wanted.append(Wanted(pair.slot, self.tokens[pair.slot].token, own.expert, own.kind, own.release))
            told.append(e.Sent(pair.slot, pair.wanted, own.expert, own.kind, own.release))
        node.ladder.sent(target.node, len(pairs))
        node.emit(
            e.Dispatched(
                node.session, part.number, part.step, part.layer, target.node, target.epoch, node.hints.version,
                target.rung, tuple(told),
            )
        )  # fmt: skip
        fetch = target.rung == HOST
        node.send(target.node, Compute(node.session, part.number, part.layer, target.epoch, tuple(wanted), fetch))
        self.arm(part)

    def arm(self, part: Part) -> None:
        """No rung is waited for longer than this."""
        part.timer = self._node.timer(lambda: self._expire(part))
        part.timer.reset(self._node.settings.step_timeout)

    def computed(self, computed: Computed) -> None:
        """A part came back."""
        part = self._parts.get(computed.number) if computed.session == self._node.session else None
        if part is None or part.target.epoch != computed.epoch or not self.counts(part):
            self.late(part, computed)
            return
        if part.open:
            self._close(part)
            self._node.emit(e.Returned(self._node.session, part.number, True))
        for pair, target, output in zip(part.pairs, part.targets, computed.outputs, strict=True):
            self._result(part, pair, target, output)
        self._finish_if_done()

    def counts(self, part: Part) -> bool:
        """Whether somebody waits for it."""
        return part.open

    def late(self, part: Part | None, computed: Computed) -> None:  # noqa: ARG002 - a mutant wants the part
        """Nobody waits for it any more."""
        self._node.emit(e.Ignored(computed.session, computed.number))

    def _result(self, part: Part, pair: Pair, target: Target, output: tuple[int, ...]) -> None:
        token = self.tokens[pair.slot]
        token.results.append(Result(pair.wanted, target, part.number, output))
        if pair.attempt == part.number and not pair.done:
            pair.done = True
            token.left -= 1

    def unable(self, unable: Unable) -> None:
        """A node says at once that it cannot."""
        part = self._parts.get(unable.number) if unable.session == self._node.session else None
        if part is not None and part.open:
            self._close(part)
            self._node.emit(e.Returned(self._node.session, part.number, False))
            self._go(part.pairs)

    def _expire(self, part: Part) -> None:
        if not part.open:
            return
        self._close(part)
        self._node.hints.was_late(part.target.node)
        self._node.emit(e.Expired(self._node.session, part.number, self._node.elapsed() - part.sent_at))
        self._go(part.pairs)

    def _close(self, part: Part) -> None:
        part.open = False
        self._node.ladder.sent(part.target.node, -len(part.pairs))
        if part.timer is not None:
            part.timer.cancel()

    def _leave_out(self, pair: Pair) -> None:
        token = self.tokens[pair.slot]
        token.left_out = pair.done = True
        token.left -= 1
        self._node.emit(e.Dropped(self._node.session, self.step, self.layer, pair.slot, pair.wanted))

    def _finish_if_done(self) -> None:
        if self.tokens and not any(token.left for token in self.tokens):
            for number in list(self._parts)[:-KEPT_MAX]:
                del self._parts[number]
            self._done()
