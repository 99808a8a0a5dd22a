"""Replay: a flow's code, run from the beginning over its history, up to what it does next.

Events are given to the flow one by one in their order, those between two decisions at the second one: that is when the
flow saw them. What the code asks for is compared with what stands in the history behind that decision.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

from models.agentflow import history as h
from models.agentflow.flow import Awaited, ContinueAs, Flow, FlowCanceled, FlowFailure, Mismatch
from models.agentflow.saga import Saga

FlowCode = Callable[[Flow, bytes], Awaitable[bytes]]
_encode = msgspec.msgpack.Encoder().encode


@dataclass
class Replayed:
    """What came of it: the next commands; digests at the decisions of the history, and of this one; or a mismatch."""

    commands: tuple[h.Command, ...] = ()
    digests: list[tuple[int, bytes]] = field(default_factory=list)
    """(events before the decision, digest after it)."""
    present: bytes = b""
    mismatch: Mismatch | None = None


class Replay:
    """One replay. `clock` is the decider's own, in ns."""

    def __init__(self, flow: Flow, saga: Saga, codes: Mapping[str, FlowCode], clock: int) -> None:
        self._flow = flow
        self._saga = saga
        self._codes = codes
        self._clock = clock
        self._story: Coroutine[Awaited, None, None] | None = None
        self._awaited: Awaited | None = None
        self._is_over = False

    def over(self, history: Sequence[h.Entry], at: int) -> Replayed:
        """Run over all of `history`, then decide what comes next, `at` being the present time."""
        result = Replayed()
        try:
            self._run(history, at, result)
        except Mismatch as mismatch:
            result.mismatch = mismatch
        finally:
            if self._story is not None:
                self._story.close()
        return result

    def _run(self, history: Sequence[h.Entry], at: int, result: Replayed) -> None:
        batch: list[h.HistoryEvent] = []
        self._flow.started_at = history[0].at if history else at
        for n, entry in enumerate(history, 1):
            event = entry.event
            if isinstance(event, h.DecisionTaken):
                recorded = _commands_behind(history, n)
                self._decide(batch, event.at, recorded)
                result.digests.append((n - 1, self._digest()))
                batch = []
            elif not isinstance(event, h.COMMANDS):
                batch.append(event)
        self._decide(batch, at, None)
        result.present = self._digest()
        result.commands = tuple(self._flow.commands)

    def _decide(self, batch: Sequence[h.HistoryEvent], now: int, recorded: Sequence[h.Command] | None) -> None:
        self._flow.begin(now, self._clock, recorded)
        for event in batch:
            self._flow.learn(event)
        for event in batch:
            if isinstance(event, h.Started):
                self._story = self._conduct(event)
                self._advance()
            elif isinstance(event, h.CancelRequested):
                self._cancel()
            else:
                self._flow.feed(event)
                if self._awaited is not None and self._awaited.is_ready:
                    self._advance()
        self._flow.end()

    async def _conduct(self, started: h.Started) -> None:
        """The flow from its begin to its last word."""
        flow = self._flow
        code = self._codes.get(started.kind)
        if code is None:
            flow.say(h.Failed(f"no flow named {started.kind!r}; there are {', '.join(sorted(self._codes))}"))
            return
        try:
            result = await code(flow, started.input)
        except FlowFailure as failure:
            await self._saga.compensate(flow, failure.why)
        except ContinueAs as further:
            flow.say(h.Continued(successor(flow.run), further.input))
        else:
            flow.say(h.Completed(result))

    def _cancel(self) -> None:
        if not (self._is_over or self._flow.compensating or self._flow.is_past_pivot):
            self._advance(FlowCanceled())

    def _advance(self, error: FlowFailure | None = None) -> None:
        story = self._story
        assert story is not None, "a history begins with Started"
        try:
            while not self._is_over:
                self._awaited = _step(story, error)
                error = None
                if not self._awaited.is_ready:
                    return
        except StopIteration:
            self._is_over, self._awaited = True, None

    def _digest(self) -> bytes:
        flow = self._flow
        label = "" if self._awaited is None else self._awaited.label
        return blake2b(_encode((flow.chain, tuple(flow.taken), label)), digest_size=8).digest()


def _step(story: Coroutine[Any, None, None], error: FlowFailure | None) -> Awaited:
    awaited: Awaited = story.send(None) if error is None else story.throw(error)
    return awaited


def _commands_behind(history: Sequence[h.Entry], n: int) -> list[h.Command]:
    """The commands that follow event `n`, a decision."""
    commands: list[h.Command] = []
    for entry in history[n:]:
        if not isinstance(entry.event, h.COMMANDS):
            break
        commands.append(entry.event)
    return commands


def successor(run: str) -> str:
    """The id of the run that a run continues as: `c1.7`, `c1.7~2`, `c1.7~3`."""
    name, _, number = run.partition("~")
    return f"{name}~{int(number or 1) + 1}"
