"""A worker's line to one service: deadline, retries, breaker and hedge around every call.

One deadline is passed down: no layer starts the clock anew. Retries are few, far apart and a small share of all calls;
a service that asks to come later is obeyed; both calls of a hedge carry one key.
"""

from collections.abc import Awaitable, Callable

from models.agentflow import ActivityFailed
from models.patterns import RetryBudget, RetryPolicy
from models.resumesnap.breaker import CLOSED, Breaker
from models.resumesnap.events import BreakerMoved, Called, Throttled
from models.resumesnap.provider import TOO_MANY
from models.resumesnap.settings import Settings
from models.resumesnap.tail import Tail
from models.resumesnap.words import Answer, Query
from sim import MS, SECOND, Actor, Refused, Timeout

LEAST = 200 * MS
"""Below this an attempt is not worth beginning."""
CAP = 2 * SECOND
RETRIES = RetryPolicy(initial=200 * MS, cap=5 * SECOND, attempts=3, jitter_ppm=500_000)
BUDGET_PPM = 100_000
SPARE = 3


class Line:
    """Volatile: a worker that crashed knows nothing of how its services fared."""

    def __init__(
        self, worker: Actor, node: str, service: str, settings: Settings, breaker: type[Breaker], tail: type[Tail]
    ) -> None:
        self._worker = worker
        self._node = node
        self._service = service
        self._settings = settings
        self._breaker = breaker(lambda before, after: worker.emit(BreakerMoved(service, before, after)))
        self._budget = RetryBudget(BUDGET_PPM, spare=SPARE)
        self._tail = tail()

    async def ask(self, query: Query, deadline: int, offer: Callable[[Answer], Awaitable[None]]) -> Answer:
        """A good answer by `deadline` (the worker's wall clock, ns), or ActivityFailed. `offer` sees every answer."""
        end = self.deadline_of(deadline)
        failed = 0
        while True:
            left = end - self._worker.now()
            self._admit(left, failed)
            wait = RETRIES.drawn(failed + 1, self._worker.random)
            heard = False
            try:
                answer = await self._once(query, min(CAP, left), failed)
                heard = True
                await offer(answer)
                if self.is_healthy(answer):
                    self._breaker.succeeded()
                    return answer
                self._breaker.failed(self._worker.elapsed())
            except Refused as refused:
                heard = True
                wait = self._refused(query, refused.reason, wait)
            except Timeout:
                pass
            finally:
                if not heard:  # no answer, or the whole attempt was given up
                    self._breaker.lost(self._worker.elapsed())
            failed += 1
            await self._worker.sleep(wait)

    # The rules

    def deadline_of(self, deadline: int) -> int:
        """By when this call must end: when the request must."""
        return deadline

    def is_healthy(self, answer: Answer) -> bool:
        """Whether the body names the model that is expected; a status says nothing."""
        return answer.version == self._settings.version_at(self._worker.elapsed())

    def wait_after_429(self, wait: int) -> int:
        """When to come again: not before the service said."""
        return max(wait, self._settings.retry_after)

    def hedge_key(self, key: str) -> str:
        """The key of a second call: that of the first."""
        return key

    def hedge_after(self) -> int | None:
        """How long the first call may take before a second is made; None for no second call."""
        if not self._settings.hedging:
            return None
        return self._tail.patience()

    # One call

    def _admit(self, left: int, failed: int) -> None:
        """Let an attempt begin, or say why not."""
        now = self._worker.elapsed()
        if left < LEAST:
            raise ActivityFailed("deadline", clean=False)
        if failed and not (RETRIES.allows(failed + 1) and self._budget.take(now)):
            raise ActivityFailed("unavailable", clean=False)
        if not self._breaker.admits(now):
            self._breaker.refused(now)
            raise ActivityFailed("breaker open", clean=False)

    def _refused(self, query: Query, reason: str, wait: int) -> int:
        """A service said no: too many requests are no failure of it, all else is."""
        if reason != TOO_MANY:
            self._breaker.failed(self._worker.elapsed())
            return wait
        self._worker.emit(Throttled(self._service, query.order, self._settings.retry_after))
        self._breaker.succeeded()
        return self.wait_after_429(wait)

    async def _once(self, query: Query, timeout: int, failed: int) -> Answer:
        is_first = not failed
        if is_first:
            self._budget.call(self._worker.elapsed())
        why = ("first" if is_first else "retry") if self._breaker.state == CLOSED else "probe"
        began = self._worker.elapsed()
        self._tail.call()
        first = await self._worker.first_of(self._call(query, timeout, why), self._hedge(query, timeout))
        self._tail.took(self._worker.elapsed() - began)
        return first.value

    async def _hedge(self, query: Query, timeout: int) -> Answer:
        after, began = self.hedge_after(), self._worker.elapsed()
        await self._worker.sleep(timeout if after is None else min(timeout, after))
        is_late = after is None or self._worker.elapsed() >= began + timeout
        if is_late or self._breaker.state != CLOSED or not self._tail.take_hedge():
            await self._worker.sleep(timeout)
        second = Query(self.hedge_key(query.key), query.order, query.content, query.recording)
        return await self._call(second, max(LEAST, timeout - (after or 0)), "hedge")

    async def _call(self, query: Query, timeout: int, why: str) -> Answer:
        self._worker.emit(Called(self._service, query.order, why))
        return await self._worker.call(self._node, query, timeout=timeout)
