"""Requests at a router: each is sent to an engine, sent again elsewhere when that fails, and answered once."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from models.llm_cache import events, truth
from models.llm_cache.chain import Chain
from models.llm_cache.index import Index
from models.llm_cache.keyring import Keyring
from models.llm_cache.messages import (
    Accepted,
    Answer,
    Cancel,
    Chunk,
    Done,
    Generate,
    Noted,
    Refusal,
    Run,
    Tokens,
)  # fmt: skip
from models.llm_cache.open_request import (
    CANCELED,
    DONE,
    FAILED,
    PREFILLING,
    RECEIVED,
    REFUSED,
    ROUTED,
    STREAMING,
    OpenRequest,
)  # fmt: skip
from models.llm_cache.settings import Settings
from models.llm_cache.view import View
from sim import Caller, Event, Message, Timer

BUSY, NOBODY, CONFLICT = "busy", "nobody", "conflict"


class Counter(Protocol):
    """What requests need of their router."""

    settings: Settings
    chain: Chain
    index: Index
    term: int
    name: str

    def emit(self, event: Event) -> None:
        """Tell the checks."""

    def send(self, to: str, message: Message) -> None:
        """Send and forget."""

    def reply(self, caller: Caller, message: Message) -> None:
        """Answer a request."""

    def elapsed(self) -> int:
        """The router's clock, in ns."""

    def timer(self, callback: Callable[[], None]) -> Timer:
        """A timer of the router."""

    def view(self, node: str) -> View:
        """What is known of an engine."""

    def candidates(self, model: str, version: int) -> Sequence[View]:
        """Engines that may be asked, by name."""

    def choose(self, candidates: Sequence[View], request: OpenRequest) -> View:
        """One of them, by policy."""

    def version_of(self, model: str) -> int:
        """Which version answers from now on."""

    def is_gone(self, model: str, version: int) -> bool:
        """Whether no engine of this version is left."""

    def answered(self, request: OpenRequest) -> None:
        """The session of this request was answered where it says."""


class Desk:
    """All open requests, and the answers of the last `answers_kept`."""

    def __init__(self, counter: Counter) -> None:
        self._router = counter
        self._settings = counter.settings
        self.open: dict[str, OpenRequest] = {}
        self.waiting: dict[str, OpenRequest] = {}
        self._attempts: dict[str, OpenRequest] = {}
        self._kept: dict[str, tuple[OpenRequest, Answer]] = {}
        self._ages: deque[tuple[int, str]] = deque()
        self._made = 0
        self._keyring = Keyring(counter.chain)

    # What clients want.

    def ask(self, caller: Caller, asked: Generate) -> None:
        """A new request; or one that is open or answered already, which is joined or repeated."""
        kept = self._kept.get(asked.request)
        known = kept[0] if kept is not None else self.open.get(asked.request)
        if known is not None and not known.is_same(asked):
            self._router.reply(caller, Answer(asked.request, REFUSED, CONFLICT, b"", 0))
        elif kept is not None:
            self._router.reply(caller, kept[1])
        elif known is not None:
            known.callers.append(caller)
        else:
            self._receive(caller, asked)

    def withdraw(self, name: str) -> None:
        """The client no longer wants it."""
        request = self.open.get(name)
        if request is not None:
            self._leave(request, "withdrawn", cancel=True)
            self._end(request, CANCELED, "withdrawn")

    # What engines say.

    def accepted(self, word: Accepted) -> None:
        """It is in a queue."""
        request = self._attempts.get(word.attempt)
        if request is not None and request.state == ROUTED:
            request.state = PREFILLING
            self._wait(request, self._settings.stall)

    def tokens(self, word: Tokens) -> None:
        """Part of an answer: what the client does not have goes on to him."""
        request = self._attempts.get(word.attempt)
        if request is None:
            return
        request.state = STREAMING
        self._wait(request, self._settings.stall)
        if word.position == request.position:
            self._deliver(request, word.tokens)

    def done(self, source: str, word: Done) -> None:
        """The rest of an answer."""
        self._router.send(source, Noted(word.attempt))
        request = self._attempts.get(word.attempt)
        if request is None:
            return
        why = self.compare(request, word)
        if why:
            self._leave(request, "done")
            self._end(request, FAILED, why)
            return
        missing = request.position - word.position
        rest = word.tokens[missing * 4 :]
        request.delivered += rest
        self._router.answered(request)
        now, prompt = self._router.elapsed(), len(request.asked.prompt) // 4
        self._leave(request, "done")
        self._router.emit(
            events.Answered(
                request.asked.request, word.attempt, request.version, truth.digest(request.delivered), prompt,
                word.reused, word.computed, word.queued_ns, now - request.received_at,
            )
        )  # fmt: skip
        self._end(request, DONE, "")

    def compare(self, request: OpenRequest, word: Done) -> str:
        """What was there and what was believed to be. A wrong hint costs time; it is no reason to fail."""
        if word.held != request.believed:
            kind = events.Phantom if word.held < request.believed else events.Missed
            self._router.emit(kind(request.asked.request, request.node, request.believed, word.held))
        return ""

    def refused(self, word: Refusal) -> None:
        """It was not begun: elsewhere, if there is an elsewhere."""
        request = self._attempts.get(word.attempt)
        if request is not None:
            self._leave(request, "refused")
            if word.why == "too_large":
                self._end(request, FAILED, word.why)
            else:
                self.again(request)

    def lost(self, view: View, *, epoch_only: bool = False) -> None:
        """An engine is dead, or was: what it was to do is done elsewhere."""
        for request in [one for one in self._attempts.values() if one.node == view.name]:
            if not epoch_only or request.epoch < view.epoch:
                self._leave(request, "dead", cancel=True)
                self.again(request)

    def retry(self) -> None:
        """Somebody may be there now for those that wait."""
        for request in list(self.waiting.values()):
            self._route(request)

    # A request's life.

    def _receive(self, caller: Caller, asked: Generate) -> None:
        if not asked.prompt or asked.max_new < 1:
            self._router.reply(caller, Answer(asked.request, REFUSED, "empty prompt or no token wanted", b"", 0))
            return
        version = asked.version or self._router.version_of(asked.origin.model)
        keys = self._keyring.keys(asked, version)
        request = OpenRequest(asked, caller, version, keys, self._router.elapsed())
        request.stream = f"{self._router.name}.{self._router.term}"
        request.timer = self._router.timer(partial(self._silent, request))
        self.open[asked.request] = request
        self._router.emit(events.Received(asked.request, version))
        self._route(request)

    def _route(self, request: OpenRequest) -> None:
        """To one of the candidates; if there is none, wait for one."""
        now, model = self._router.elapsed(), request.asked.origin.model
        alive = self._router.candidates(model, request.version)
        bound = self._settings.running_max + self._settings.queue_max
        crowded = max([view.load for view in alive], default=0) >= bound
        roomy = [view for view in alive if view.load < bound] if crowded else alive
        if not alive and self._router.is_gone(model, request.version):
            self._end(request, FAILED, "version_gone")
        elif roomy:
            request.waiting_until = None
            self.waiting.pop(request.asked.request, None)
            others = [view for view in roomy if view.name != request.avoid] if request.avoid else roomy
            self._send(request, self._router.choose(others or roomy, request))
        elif alive and not request.attempts:
            self._end(request, REFUSED, BUSY)
        else:
            self.waiting[request.asked.request] = request
            if request.waiting_until is None:
                request.waiting_until = now + self._settings.queue_wait
            self._wait(request, max(0, request.waiting_until - now))

    def _send(self, request: OpenRequest, view: View) -> None:
        router, keys = self._router, request.keys
        self._made += 1
        request.attempts += 1
        request.attempt = f"{request.asked.request}@{router.name}.{router.term}.{self._made}"
        request.state, request.node, request.epoch = ROUTED, view.name, view.epoch
        request.routed_at = router.elapsed()
        held = request.believed = router.index.held(keys, view.bit)
        since = router.index.since(view.name, keys[:held])
        silent, blocks = router.elapsed() - view.heard_at, len(keys) - held
        view.sent(blocks * self._settings.block_tokens, blocks)
        self._attempts[request.attempt] = request
        name, policy = request.asked.request, self._settings.policy
        router.emit(
            events.Routed(
                name, request.attempt, view.name, view.epoch, policy, held, since, silent, view.draining, len(keys)
            )
        )
        self._ask_engine(request, view)

    def _ask_engine(self, request: OpenRequest, view: View) -> None:
        asked = request.asked
        self._router.send(
            view.name,
            Run(
                request.attempt, asked.request, view.epoch, request.version, asked.origin, asked.prompt,
                request.delivered, request.keys, asked.max_new, self._made,
            ),
        )  # fmt: skip
        self._wait(request, self._settings.accept_within)

    def _silent(self, request: OpenRequest) -> None:
        """Nobody was found, nothing was accepted, or nothing came any more."""
        if request.waiting_until is not None:
            late = self._router.elapsed() >= request.waiting_until
            if not late:
                self._wait(request, request.waiting_until - self._router.elapsed())
            else:
                self._end(request, FAILED if request.attempts else REFUSED, NOBODY)
        elif request.state == ROUTED and self._router.elapsed() - request.routed_at < self._settings.stall:
            self._ask_engine(request, self._router.view(request.node))
        else:
            self._leave(request, "silent", cancel=True)
            self.again(request)

    def again(self, request: OpenRequest) -> None:
        """Another attempt, elsewhere if possible."""
        if request.attempts >= self._settings.attempts_max:
            self._end(request, FAILED, "attempts")
            return
        request.state, request.avoid = RECEIVED, request.node
        self._route(request)

    def _leave(self, request: OpenRequest, why: str, *, cancel: bool = False) -> None:
        """The present attempt is over."""
        if request.attempt not in self._attempts:
            return
        del self._attempts[request.attempt]
        view = self._router.view(request.node)
        if view.epoch == request.epoch:
            view.ended()
        self._router.emit(events.Left(request.asked.request, request.attempt, why))
        if cancel:
            self._router.send(request.node, Cancel(request.attempt))

    def _deliver(self, request: OpenRequest, text: bytes) -> None:
        request.serial += 1
        word = Chunk(request.asked.request, request.stream, request.serial, request.position, text, request.version)
        request.delivered += text
        self._router.send(request.client, word)

    def _end(self, request: OpenRequest, state: str, why: str) -> None:
        """The last word, to all who asked."""
        request.state = state
        if request.timer is not None:
            request.timer.cancel()
        name = request.asked.request
        del self.open[name]
        self.waiting.pop(name, None)
        answer = Answer(name, state, why, request.delivered, request.version)
        self._router.emit(events.Ended(name, state, why, request.attempts))
        for caller in request.callers:
            self._router.reply(caller, answer)
        if state != REFUSED:
            self._keep(request, answer)

    def _keep(self, request: OpenRequest, answer: Answer) -> None:
        now = self._router.elapsed()
        self._kept[answer.request] = (request, answer)
        self._ages.append((now + self._settings.answers_kept, answer.request))
        while self._ages[0][0] <= now:
            self._kept.pop(self._ages.popleft()[1], None)

    def _wait(self, request: OpenRequest, ns: int) -> None:
        assert request.timer is not None, "an open request has a timer"
        request.timer.reset(ns)
