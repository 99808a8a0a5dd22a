"""The payment provider, with its quirks: slow, silent, repetitive, and right about who was charged.

Keys: the answer of the first executed request is stored, server errors included, and given again; other parameters are
refused, a second request while the first runs is refused and not stored; after `key_ttl` the key is a new one (Stripe,
"Idempotent requests", first version of the API). Effects may exist behind a 500 or behind silence.
"""

import msgspec

from models.gandom.events import Charged, IntentState, KeyReplayed, RefundPaid
from models.gandom.intents import Booking, Intent, Intents, KeyDone, ProviderRecord
from models.gandom.messages import (
    BUSY,
    OTHER_PARAMETERS,
    CancelIntent,
    CreateIntent,
    Fetch,
    Lookup,
    ProviderAnswer,
    RefundIntent,
    Webhook,
)
from models.gandom.postman import Postman
from models.gandom.settings import Settings
from models.gandom.settlement import INTENT_CANCELED, PROCESSING, REQUIRES_PAYMENT, SUCCEEDED
from models.patterns import CONFLICT, IN_PROGRESS, Entry, IdempotencyStore, Journal, Letter
from sim import Actor, Caller, on

GOOD, DECLINED, SLOW, SLOW_DECLINED = "good", "declined", "slow", "slow-declined"
CARDS = (GOOD, DECLINED, SLOW, SLOW_DECLINED)
_FIRST = {GOOD: SUCCEEDED, DECLINED: REQUIRES_PAYMENT, SLOW: PROCESSING, SLOW_DECLINED: PROCESSING}

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ProviderAnswer).decode

Keyed = CreateIntent | RefundIntent


class Provider(Actor):
    """One incarnation of the provider. A request takes time, and what it does is one record."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def on_start(self) -> None:
        """Read the books, tell them again, deliver what is not acknowledged, decide what is being processed."""
        self.intents = Intents()
        self.keys = IdempotencyStore(lambda _: None)
        self._used: dict[str, int] = {}
        self.postman = Postman(self)
        self.journal: Journal[ProviderRecord] = Journal(self.disk, "books", ProviderRecord)
        for record in self.journal.read():
            if isinstance(record, Booking):
                self._apply(record)
            else:
                self.postman.outbox.restore(record)
        self.postman.begin()
        for intent in self.intents.by_id.values():
            if intent.status == PROCESSING:
                self.spawn(self._decide(intent.id))

    # Requests

    @on(CreateIntent)
    def create(self, caller: Caller, create: CreateIntent) -> None:
        """Charge a card."""
        if create.cents < 1 or create.card not in CARDS:
            self.refuse(caller, f"400: {create.cents} cents by a {create.card!r} card")
            return
        self._once(caller, create)

    @on(RefundIntent)
    def refund(self, caller: Caller, refund: RefundIntent) -> None:
        """Pay back, up to what was charged."""
        intent = self.intents.by_id.get(refund.intent)
        known = self._known(refund.key) is not None
        if not known and (intent is None or not 0 < refund.cents <= self._left(intent)):
            self.refuse(caller, f"400: {refund.cents} cents of {refund.intent!r} cannot be paid back")
            return
        self._once(caller, refund)

    @on(CancelIntent)
    def cancel(self, caller: Caller, cancel: CancelIntent) -> None:
        """Cancel, if that is still possible; the answer is the intent as it is then."""
        self.spawn(self._cancel(caller, cancel))

    @on(Fetch)
    def fetch(self, caller: Caller, fetch: Fetch) -> ProviderAnswer:  # noqa: ARG002 - the shop's secret is not modelled
        """The intent as it is."""
        intent = self.intents.by_id.get(fetch.intent)
        return ProviderAnswer(404, None) if intent is None else ProviderAnswer(200, intent.view)

    @on(Lookup)
    def look_up(self, caller: Caller, lookup: Lookup) -> ProviderAnswer:  # noqa: ARG002 - likewise
        """The newest intent of an order."""
        intent = self.intents.newest(lookup.order)
        return ProviderAnswer(404, None) if intent is None else ProviderAnswer(200, intent.view)

    # Keys

    def _once(self, caller: Caller, request: Keyed) -> None:
        self._known(request.key)
        known = self.keys.begin(request.key, _encode(request))
        if isinstance(known, Entry):
            answer = _decode(known.answer)
            self.emit(KeyReplayed(request.key, answer.status))
            self.reply(caller, answer)
        elif known == CONFLICT:
            self.refuse(caller, OTHER_PARAMETERS)
        elif known == IN_PROGRESS:
            self.refuse(caller, BUSY)
        else:
            self.spawn(self._execute(caller, request))

    def _known(self, key: str) -> Entry | None:
        """What is stored of a key. One that is old is forgotten, and a new one from then on."""
        if key in self._used and self.now() - self._used[key] >= self.settings.key_ttl:
            del self._used[key]
            self.keys.forget(key)
        return self.keys.find(key)

    async def _execute(self, caller: Caller, request: Keyed) -> None:
        """The first request of a key: one record holds its effect, its answer and the event that tells of it."""
        await self._work()
        fails = self.random.chance(self.settings.errors_500)
        has_effect = not (fails and self.random.below(2))
        intent = self._effect(request) if has_effect else None
        if isinstance(request, RefundIntent) and has_effect and intent is None:
            self.keys.drop(request.key)
            self.refuse(caller, "400: it was paid back meanwhile")
            return
        view = None if fails or intent is None else intent.view
        answer = ProviderAnswer(500 if fails else 200, view)
        entry = self.keys.entry(request.key, _encode(answer))
        self.book(intent, KeyDone(entry, self.now()))
        if intent is not None and intent.status == PROCESSING:
            self.spawn(self._decide(intent.id))
        self.reply(caller, answer)

    def _effect(self, request: Keyed) -> Intent | None:
        if isinstance(request, CreateIntent):
            name = f"pi{len(self.intents.by_id) + 1}"
            status = _FIRST[request.card]
            return Intent(name, request.order, request.site, request.cents, request.card, status, 1)
        intent = self.intents.by_id[request.intent]
        if request.cents > self._left(intent):
            return None
        return msgspec.structs.replace(intent, refunded=intent.refunded + request.cents, n=intent.n + 1)

    def _left(self, intent: Intent) -> int:
        """What may still be paid back."""
        return intent.cents - intent.refunded if intent.status == SUCCEEDED else 0

    async def _work(self) -> None:
        await self.sleep(self.random.between(*self.settings.process))

    # Intents

    async def _cancel(self, caller: Caller, cancel: CancelIntent) -> None:
        await self._work()
        intent = self.intents.by_id.get(cancel.intent)
        if intent is None:
            self.refuse(caller, f"404: no intent {cancel.intent!r}")
            return
        if intent.status in (PROCESSING, REQUIRES_PAYMENT):
            intent = self._move(intent, INTENT_CANCELED)
        self.reply(caller, ProviderAnswer(200, intent.view))

    async def _decide(self, name: str) -> None:
        """A slow card is decided."""
        await self.sleep(self.random.between(*self.settings.slow))
        intent = self.intents.by_id[name]
        if intent.status == PROCESSING:
            self._move(intent, SUCCEEDED if intent.card == SLOW else REQUIRES_PAYMENT)

    def _move(self, intent: Intent, status: str) -> Intent:
        moved = msgspec.structs.replace(intent, status=status, n=intent.n + 1)
        self.book(moved, None)
        return moved

    def book(self, intent: Intent | None, key: KeyDone | None) -> None:
        """Write a transaction, apply it, tell it, and send its event on its way."""
        letter = None
        if intent is not None and not self.random.chance(self.settings.webhook_lost):
            letter = self._letter(intent)
        booking = Booking(intent, key, letter)
        self.journal.append(booking)
        self._apply(booking)
        if letter is not None:
            self.postman.send_out(letter)

    def _letter(self, intent: Intent) -> Letter:
        kind = "refunded" if intent.refunded else intent.status
        event = Webhook(f"{intent.id}/{intent.n}", kind, intent.id, intent.order, self.now(), 0)
        return self.postman.outbox.letter(intent.site, _encode(event))

    def _apply(self, booking: Booking) -> None:
        """Also for what is read back: then it is told again."""
        intent = booking.intent
        if booking.key is not None:
            self.keys.restore(booking.key.entry)
            self._used[booking.key.entry.key] = booking.key.at
        if booking.letter is not None:
            self.postman.outbox.post(booking.letter)
        if intent is None:
            return
        before = self.intents.by_id.get(intent.id)
        self.intents.put(intent)
        if before is None or before.status != intent.status:
            self.emit(IntentState(intent.id, intent.order, intent.n, intent.status))
            if intent.status == SUCCEEDED:
                self.emit(Charged(intent.id, intent.order, intent.cents))
        else:
            self.emit(RefundPaid(intent.id, intent.order, intent.refunded - before.refunded, intent.refunded))
