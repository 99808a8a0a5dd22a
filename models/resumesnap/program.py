"""The pipeline as a flow: [transcribe] -> analyse -> outline -> finish, within one deadline."""

from dataclasses import dataclass
from functools import partial

from models.agentflow import Flow, Policy, Program, StepFailure
from models.patterns import RetryPolicy
from models.resumesnap.breaker import Breaker
from models.resumesnap.gateway import FLOW, Gateway
from models.resumesnap.line import Line
from models.resumesnap.settings import Settings
from models.resumesnap.shelf import Shelf
from models.resumesnap.steps import ACTIVITIES, Nodes, Steps, do
from models.resumesnap.tail import Tail
from models.resumesnap.words import (
    DEGRADED,
    DONE,
    FAILED,
    PRIMARY,
    Artefact,
    Finish,
    Order,
    Work,
    digest,
    pack,
    unpack,
)
from sim import MS, SECOND, Actor

STEP = Policy(retry=RetryPolicy(initial=200 * MS, cap=1 * SECOND, attempts=3), start_to_close=12 * SECOND)
FINISH = Policy(retry=RetryPolicy(initial=200 * MS, cap=2 * SECOND), start_to_close=2 * SECOND)


class Labels:
    """What a result says of itself."""

    def state(self, providers: tuple[str, ...]) -> str:
        """DONE only if every provider was the primary one."""
        return DONE if all(provider in PRIMARY for provider in providers) else DEGRADED


@dataclass(frozen=True)
class Parts:
    """A mutant puts a subclass that overrides one rule in the place of one part."""

    gateway: type[Gateway] = Gateway
    steps: type[Steps] = Steps
    line: type[Line] = Line
    breaker: type[Breaker] = Breaker
    tail: type[Tail] = Tail
    shelf: type[Shelf] = Shelf
    labels: type[Labels] = Labels


def program(settings: Settings, parts: Parts, nodes: Nodes) -> Program:
    """The flow and its steps."""

    def make(worker: Actor) -> Steps:
        return parts.steps(worker, settings, nodes, parts.line, parts.breaker, parts.tail, parts.shelf)

    steps = {name: partial(do, name, make) for name in ACTIVITIES}
    return Program({FLOW: partial(improve, parts.labels())}, steps)


async def improve(labels: Labels, flow: Flow, data: bytes) -> bytes:
    """One request, to its last word at the gateway."""
    order = unpack(data, Order)
    made: list[Artefact] = []
    try:
        job = digest("job", order.job)
        if order.recording:
            made.append(await _step(flow, "transcribe", order, b""))
            job = made[-1].body
        made.append(await _step(flow, "analyse", order, job))
        made.append(await _step(flow, "outline", order, made[-1].body))
    except StepFailure:
        last = Finish(order.id, FAILED, b"", ())
    else:
        providers = tuple(artefact.provider for artefact in made)
        last = Finish(order.id, labels.state(providers), made[-1].body, providers)
    await flow.step("finish", pack(last), FINISH, pivot=True)
    return last.state.encode()


async def _step(flow: Flow, name: str, order: Order, content: bytes) -> Artefact:
    return unpack(await flow.step(name, pack(Work(order, content)), STEP), Artefact)
