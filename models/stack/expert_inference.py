"""Answers of a mixture of experts: what an answer's tokens want of experts is asked of the layer that has them.

The layer of engines keeps prompts and says the words; that of experts has the shards which each token is sent to. An
answer is whole when both have done their part. If a shard was lost, and something less stood in for it, the layer says
on which rung of its ladder, and the answer says why it is less than promised.
"""

from collections.abc import Mapping
from zlib import crc32

from models import rfid_moe
from models.stack.backpressure import Budget, Desk
from models.stack.ports import Clocked, Errand, Generated, Inference
from sim import Actor, Refused

PORT = "experts"
TOKENS = 4
"""So many of an answer's tokens go through the experts."""
HOP = 1_500_000_000
REASONS: Mapping[int, str] = {
    rfid_moe.SHADOWED: "a compressed shadow stood in for an expert",
    rfid_moe.NEXT_BEST: "the next best expert stood in for another",
    rfid_moe.LEFT_OUT: "an expert was left out",
}
"""What an answer says for each rung on which something is lost."""


def request_of(errand: Errand, serial: int) -> str:
    """What the layer of experts knows a try by. It begins with the client's operation."""
    return f"{errand.operation}/{errand.key}#{errand.attempt}.{serial}"


class ExpertInference:
    """The port of one actor over another inference port: what that one says goes through the experts."""

    def __init__(
        self,
        actor: Actor,
        own: Inference,
        dispatchers: tuple[str, ...],
        vocabulary: int,
        budget: type[Budget] = Budget,
    ) -> None:
        self._actor = actor
        self._own = own
        self._dispatchers = dispatchers
        self._vocabulary = vocabulary
        self._desk = Desk(actor, PORT, budget)
        self._serial = 0

    async def generate(self, errand: Errand, session: str, prompt: bytes) -> Generated:
        """See `Inference`. Refused also if nothing is left of a token's experts."""
        clocked = Clocked(self._actor, errand)
        said = await self._own.generate(errand, session, prompt)
        rungs = await self._mix(clocked.now("experts"), session, said.text)
        return Generated(said.text, (*said.degraded, *(REASONS[rung] for rung in rungs)), said.version)

    async def _mix(self, errand: Errand, session: str, text: bytes) -> tuple[int, ...]:
        """Send an answer's tokens through the experts; the rungs on which something was lost."""
        self._desk.admit(errand)
        self._desk.note("mix", session, errand)
        self._serial += 1
        name = request_of(errand, self._serial)
        self._actor.emit(rfid_moe.Asked(name))
        tokens = tuple(byte % self._vocabulary for byte in text[:TOKENS])
        turn = (crc32(session.encode()) + errand.attempt) % len(self._dispatchers)
        asked = rfid_moe.Generate(name, tokens, 0)
        answer = await self._actor.call(self._dispatchers[turn], asked, timeout=min(errand.left, HOP))
        self._actor.emit(rfid_moe.Taken(name, bool(answer.degraded), answer.failed))
        if answer.failed:
            raise Refused("nothing is left of a token's experts")
        return answer.degraded
