"""The provider's books: intents, the answers of keys, events to be delivered; one record for each transaction."""

from models.gandom.messages import IntentView
from models.patterns import Delivered, Entry, Letter
from sim import Message


class Intent(Message):
    """An intent as the provider keeps it, in the `n`-th of its states."""

    id: str
    order: str
    site: str
    cents: int
    card: str
    status: str
    n: int
    refunded: int = 0

    @property
    def view(self) -> IntentView:
        """What the merchant sees."""
        return IntentView(self.id, self.order, self.status, self.cents, self.refunded)


class KeyDone(Message):
    """A key was answered for the first time at `at`, by the provider's clock (ns)."""

    entry: Entry
    at: int


class Booking(Message):
    """One transaction of the provider: an intent as it is now, the key that asked for it, the event that tells it."""

    intent: Intent | None
    key: KeyDone | None
    letter: Letter | None


ProviderRecord = Booking | Delivered


class Intents:
    """All intents, by id and by order."""

    def __init__(self) -> None:
        self.by_id: dict[str, Intent] = {}
        self._newest: dict[str, str] = {}

    def put(self, intent: Intent) -> None:
        """Keep an intent as it is now."""
        if intent.id not in self.by_id:
            self._newest[intent.order] = intent.id
        self.by_id[intent.id] = intent

    def newest(self, order: str) -> Intent | None:
        """The intent of an order that was made last."""
        return self.by_id.get(self._newest.get(order, ""))
