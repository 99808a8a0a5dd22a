"""The provider's postman: events to webhooks, at least once, in any order, until 2xx or for three days."""

from typing import TYPE_CHECKING

import msgspec

from models.gandom.messages import Webhook
from models.gandom.settings import HOUR
from models.patterns import Letter, Outbox, RetryPolicy
from sim import SECOND, Refused, Timeout

if TYPE_CHECKING:
    from models.gandom.provider import Provider

DAYS_3 = 72 * HOUR

_decode = msgspec.msgpack.Decoder(Webhook).decode


class Postman:
    """Every letter has a story of its own, so they arrive as they will."""

    def __init__(self, provider: "Provider") -> None:
        self._provider = provider
        self.outbox = Outbox(lambda delivered: provider.journal.append(delivered))
        cap = provider.settings.webhook_cap
        self._policy = RetryPolicy(initial=min(SECOND, cap), cap=cap, jitter_ppm=500_000)

    def begin(self) -> None:
        """After a start: all that is not acknowledged goes out again."""
        for letter in self.outbox.pending:
            self.send_out(letter)

    def send_out(self, letter: Letter) -> None:
        """Send a letter on its way."""
        self._provider.spawn(self._deliver(letter))

    async def _deliver(self, letter: Letter) -> None:
        provider = self._provider
        settings, random = provider.settings, provider.random
        await provider.sleep(random.between(*settings.webhook_delay))
        began, failed = provider.elapsed(), 0
        while not await self._try(letter):
            failed += 1
            if provider.elapsed() - began > DAYS_3:
                break
            await provider.sleep(self._policy.drawn(failed, random))
        self.outbox.acknowledge(letter)
        if random.chance(settings.webhook_doubled):
            await provider.sleep(random.between(*settings.webhook_delay))
            await self._try(letter)

    async def _try(self, letter: Letter) -> bool:
        """One attempt, signed now."""
        provider = self._provider
        event = msgspec.structs.replace(_decode(letter.body), signed_at=provider.now())
        try:
            await provider.call(letter.to, event, timeout=2 * provider.settings.call_timeout)
        except (Timeout, Refused):
            return False
        return True
