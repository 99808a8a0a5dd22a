"""The functions port: short work that a serverless layer does in a container, whose model it may have loaded before.

A question is encoded by its tenant's own function before it is searched for. Each try is a request of its own, which is
asked again under its name as long as somebody waits; who leaves says so to the checks.
"""

from contextlib import suppress
from typing import Protocol, cast

from models import tyche
from models.stack.backpressure import Budget, Desk
from models.stack.events import AskerLeft
from models.stack.ports import Errand
from sim import SECOND, Actor, Timeout

PORT = "functions"
AGAIN = 1 * SECOND


def encoder_of(tenant: str) -> str:
    """The function that encodes a tenant's questions."""
    return f"encode-{tenant}"


class Waiting:
    """Somebody who waits for an answer."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self.came = actor.store()

    async def first(self) -> int:
        """The result, when it comes."""
        answer: tyche.Answer = await self._actor.wait(self.came.get())
        return answer.result


class FunctionAnswers:
    """The answers that one actor waits for, by request."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._open: dict[str, Waiting] = {}

    def hear(self, answer: tyche.Answer) -> None:
        """An answer, perhaps to nobody, or for the second time."""
        if answer.request in self._open:
            self._open[answer.request].came.put(answer)

    async def ask(self, controller: str, function: str, request: str, patience: int) -> int:
        """The result. Timeout if there is none within `patience` ns: then nobody waits any more."""
        actor, deadline = self._actor, self._actor.elapsed() + patience
        waiting = self._open[request] = Waiting(actor)
        try:
            again = False
            while (left := deadline - actor.elapsed()) > 0:
                actor.send(controller, tyche.Invoke(request, function, again))
                with suppress(Timeout):
                    return (await actor.first_of(waiting.first(), timeout=min(left, AGAIN))).value
                again = True
            raise Timeout(controller)
        finally:
            del self._open[request]


class HearsFunctions(Protocol):
    """An actor that hands the answers it is sent to whoever waits for them."""

    answers: FunctionAnswers


class TycheFunctions:
    """The port of one actor: functions of the serverless layer, by tenant."""

    def __init__(self, actor: Actor, controller: str, patience: int, budget: type[Budget] = Budget) -> None:
        self._actor = actor
        self._controller = controller
        self._patience = patience
        self._desk = Desk(actor, PORT, budget)
        self._answers = cast("HearsFunctions", actor).answers
        self._serial = 0

    async def encode(self, errand: Errand) -> int:
        """Encode the question of this errand. Refused if there is no time, Timeout if there is no answer in it."""
        self._desk.admit(errand)
        self._desk.note("encode", errand.tenant, errand)
        self._serial += 1
        function, request = encoder_of(errand.tenant), f"{errand.key}#{errand.attempt}.{self._serial}"
        self._actor.emit(tyche.Asked(request, function))
        result = None
        try:
            left = min(errand.left, self._patience)
            result = await self._answers.ask(self._controller, function, request, left)
        finally:  # whoever leaves, because time is up or the attempt is over, waits for nothing any more
            self._actor.emit(AskerLeft(request) if result is None else tyche.Taken(request, function, result))
        return result
