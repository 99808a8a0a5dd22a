"""Back-pressure: who has too much to do says so at once, and whoever calls again does it out of a budget.

A refusal is cheap and true: it did not happen. It travels up to where nothing is promised yet, and there it is a 429;
what was accepted is never refused afterwards. Retries are a small share of calls, or they become the load (Beyer and
others, "Site Reliability Engineering", 2016, chapters 21 and 22).
"""

from models.patterns import RetryBudget
from models.stack.events import PortCalled
from models.stack.ports import Errand
from sim import SECOND, Actor, Refused

BUSY = "busy"
TOO_LATE = "no time is left"
NO_BUDGET = "the budget for trying again is used up"
SHARE_PPM = 100_000
WINDOW = 10 * SECOND


class Budget:
    """The retries of one actor at one place: a tenth of its calls of the last ten seconds, and one beyond."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._budget = RetryBudget(SHARE_PPM, WINDOW)

    def call(self) -> None:
        """A first call is made."""
        self._budget.call(self._actor.elapsed())

    def allows_retry(self) -> bool:
        """Whether one more try may be made; it is counted."""
        return self._budget.take(self._actor.elapsed())


class Desk:
    """Where calls of one actor leave for a port: none without time, none that is tried again beyond the budget."""

    def __init__(self, actor: Actor, port: str, budget: type[Budget]) -> None:
        self._actor = actor
        self._port = port
        self._budget = budget(actor)

    def admit(self, errand: Errand) -> None:
        """Refused if the call is not to be made at all: fail fast."""
        if errand.left <= 0:
            raise Refused(TOO_LATE)
        if errand.attempt > 1 and not self._budget.allows_retry():
            raise Refused(NO_BUDGET)

    def note(self, verb: str, place: str, errand: Errand) -> None:
        """The call is made."""
        if errand.attempt == 1:
            self._budget.call()
        said = errand.operation, errand.key, errand.tenant, errand.attempt, errand.left
        self._actor.emit(PortCalled(self._port, verb, place, *said), at_once=True)


class Places:
    """So many things at once and no more: nobody waits for a place."""

    def __init__(self, count: int) -> None:
        self._free = count

    def take(self) -> bool:
        """Whether there was a place; give it back when done."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def give_back(self) -> None:
        """One more is free."""
        self._free += 1
