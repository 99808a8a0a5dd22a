"""A service of the outside world: it takes a while, fails, falls silent, hangs, and is counted by its ledger."""

from models.agentflow.ledger import Done, Ledger, TakenBack
from models.agentflow.settings import Settings
from models.patterns import Entry, Journal
from sim import Actor, Caller, Message, Request, Stream, on

UNAVAILABLE = "unavailable"
INVALID = "invalid"
BAD = b"bad"
"""What an order holds that no service will ever take."""


class Served(Message):
    """It is done, now or before."""

    result: bytes


class Do(Request[Served]):
    """Do this under this key. Refused: it did not happen now."""

    key: str
    order: bytes


class TakeBack(Request[Served]):
    """Undo what was done under `key`, or never do it."""

    key: str
    undo_key: str


class Service(Actor):
    """One incarnation of a service; what it had not written down it never did."""

    def __init__(self, settings: Settings, ledger: type[Ledger]) -> None:
        self._settings = settings
        self._make_ledger = ledger

    def on_start(self) -> None:
        """Read the ledger back."""
        journal: Journal[Done | TakenBack] = Journal(self.disk, "ledger", Done | TakenBack)
        self._ledger = self._make_ledger(journal, self.emit, dedupe=self._settings.dedupe)

    @on(Do)
    def do(self, caller: Caller, message: Do) -> Served | None:
        """From a worker."""
        if BAD in message.order:
            self.refuse(caller, INVALID)
            return None
        known = self._ledger.begin(message.key, message.order)
        if isinstance(known, Entry):
            return Served(known.answer)
        if known is not None:
            self.refuse(caller, known)
            return None
        self.spawn(self._serve(caller, message))
        return None

    @on(TakeBack)
    def take_back(self, caller: Caller, message: TakeBack) -> Served | None:
        """From a worker that undoes. It may fail too, or take effect in silence."""
        trouble = self._trouble()
        if trouble == "fails":
            self.refuse(caller, UNAVAILABLE)
            return None
        self._ledger.take_back(message.key, message.undo_key)
        return None if trouble in ("silent", "hangs") else Served(b"")

    async def _serve(self, caller: Caller, message: Do) -> None:
        low, high = self._settings.work
        await self.sleep(self.random.between(low, high))
        trouble = self._trouble()
        if trouble in ("fails", "hangs"):
            self._ledger.drop(message.key)
            if trouble == "fails":
                self.refuse(caller, UNAVAILABLE)
            return
        if trouble == "late":
            await self.sleep(self.random.between(0, self._settings.late_by))
        done = self._ledger.finish(message.key, message.order, self._result(message.order))
        if isinstance(done, str):
            self.refuse(caller, done)
        elif trouble != "silent":
            self.reply(caller, Served(done.answer))

    def _trouble(self) -> str:
        """What goes wrong with this request; nothing from `flaky_until` on."""
        settings = self._settings
        chances = {
            "fails": settings.fails,
            "silent": settings.silent,
            "hangs": settings.hangs,
            "late": settings.late,
        }
        drawn = [trouble for trouble, ppb in chances.items() if self.random.chance(ppb)]
        return drawn[0] if drawn and self.elapsed() < settings.flaky_until else ""

    def _result(self, order: bytes) -> bytes:
        """What it answers; to a planner's order, a plan."""
        return draw_plan(self.random) if order.startswith(b"plan") else b"ok:" + order[:32]


TOOLS = ("search", "summarise", "write", "mail", "file")


def draw_plan(chance: Stream) -> bytes:
    """What a planner says: a few tools, some of them twice."""
    return ",".join(chance.choice(TOOLS) for _ in range(chance.between(2, 5))).encode()
