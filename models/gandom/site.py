"""A site: a storefront, or the office with its till. Every handler that changes it is one transaction of a journal."""

from models.gandom import messages as m
from models.gandom.apply import apply_change
from models.gandom.draft import Draft
from models.gandom.events import Synced, Uploaded, Wrote
from models.gandom.front import Front
from models.gandom.ledger import RECEIVE, Movement, OrderNote
from models.gandom.order import CLOSED, UNPAID, Order
from models.gandom.parts import Parts
from models.gandom.payment import EXPIRE
from models.gandom.places import Places
from models.gandom.records import (
    Transaction,
)
from models.gandom.settings import Settings
from models.gandom.telling import events_of
from models.patterns import IdempotencyStore, Journal
from sim import SECOND, Actor, Caller, on

OFFLINE = 5 * SECOND
"""A scan that waited longer than this was made offline."""


class Site(Actor):
    """One incarnation of a site. What must survive a crash is in its journal; the rest are caches of that."""

    def __init__(self, settings: Settings, places: Places, parts: Parts) -> None:
        self.settings = settings
        self._places = places
        self._parts = parts

    @property
    def sites(self) -> tuple[str, ...]:
        """All sites, the office first."""
        return self._places.sites

    @property
    def provider(self) -> str:
        """Who charges cards."""
        return self._places.provider

    def on_start(self) -> None:
        """Rebuild everything from the journal, tell it again, and go on with what was under way."""
        self._make_parts()
        self._journal: Journal[Transaction] = Journal(self.disk, "site", Transaction)
        written = self._journal.read()
        for transaction in written:
            self._apply(transaction)
        for transaction in written:
            for change in transaction.changes:
                for event in events_of(self.name, change):
                    self.emit(event)
        if not written:
            self._open()
        else:
            self.tell_sums()
        for name in self.book.orders:
            self.payments.wake(name)
        self._sync_timer = self.timer(self._sync)
        self._sync_timer.reset(self.random.between(1, self.settings.sync))
        self._tick_timer = self.timer(self._tick)
        self._tick_timer.reset(self.random.between(1, self.settings.tick))

    def _make_parts(self) -> None:
        parts = self._parts
        self.transactions = 1  # the number of the next
        self._later: list[str] = []
        self._rejects: list[str] = []
        self.pricing = parts.pricing(self.settings)
        self.ledger = parts.ledger(self.sites)
        self.book = parts.book()
        self.keys = IdempotencyStore(lambda _: None)
        self.escrow = parts.escrow(self)
        self.sync = parts.sync(self)
        self.reservations = parts.reservations(self)
        self.checkout = parts.checkout(self)
        self.feed = parts.feed(self)
        self.front = Front(self)
        self.payments = parts.payments(self)
        self.settlement = parts.settlement(self)
        self.inbox = parts.inbox(self)
        self.poller = parts.poller(self)
        self.returns = parts.returns(self)
        self.counts = parts.counts(self)
        self.ingestion = parts.ingestion(self)

    def _open(self) -> None:
        """The first day: the office has its opening stock."""
        if self.name != self.sites[0]:
            return
        draft = Draft(self)
        for sku in self.pricing.skus:
            if self.settings.opening:
                draft.move(sku, RECEIVE, self.settings.opening, f"opening/{sku}")
        self.commit(draft)

    # Transactions

    def commit(self, draft: Draft) -> None:
        """Write a draft, apply it, tell it. What is sent or answered from now on leaves when it is durable."""
        changes = tuple(draft.changes)
        if changes:
            transaction = Transaction(self.transactions, changes)
            self._journal.append(transaction)
            self._apply(transaction)
            for change in changes:
                for event in events_of(self.name, change):
                    self.emit(event)
            self.emit(Wrote(self.name, transaction.n))
            moved = tuple(one for one in changes if isinstance(one, (Movement, OrderNote)))
            if moved:
                self.tell_sums()
                own = tuple(one for one in moved if one.site == self.name)
                if own:
                    self.sync.push(own)
        self._after_commit()

    def _after_commit(self) -> None:
        later, self._later = self._later, []
        for name in later:
            self.payments.wake(name)
        rejects, self._rejects = self._rejects, []
        for name in rejects:
            self.payments.reject(self.book.orders[name])

    def wake_later(self, order: str) -> None:
        """Run an order's errands once the draft at hand is committed."""
        self._later.append(order)

    def reject_later(self, order: str) -> None:
        """Reject an order once the draft at hand is committed."""
        self._rejects.append(order)

    def _apply(self, transaction: Transaction) -> None:
        self.transactions = transaction.n + 1
        for change in transaction.changes:
            apply_change(self, change)

    def tell_sums(self) -> None:
        """Tell the checks the sums of the caches."""
        stock = tuple((sku, self.ledger.free.get(sku, 0)) for sku in self.pricing.skus)
        rights = tuple((sku, self.escrow.own.get(sku, 0)) for sku in self.pricing.skus)
        self.emit(Synced(self.name, self.ledger.vector, stock, rights, self.ledger.marks))

    # Time

    def _sync(self) -> None:
        self.sync.tick()
        self._sync_timer.reset(self.settings.sync)

    def _tick(self) -> None:
        self.escrow.tick()
        self.counts.tick()
        self._expire()
        self.poller.tick()
        self._tick_timer.reset(self.settings.tick)

    def _expire(self) -> None:
        now = self.now()
        overdue = [one for one in self.book.orders.values() if one.state in UNPAID and one.expires_at <= now]
        for order in overdue:
            if not order.closing:
                draft = Draft(self)
                self.payments.close(draft, order, EXPIRE)
                self.commit(draft)

    # Sites

    @on(m.Hello)
    def hello(self, source: str, hello: m.Hello) -> None:
        """From another site."""
        self.sync.hello(source, hello)

    @on(m.Batch)
    def batch(self, source: str, batch: m.Batch) -> None:
        """From another site."""
        self.sync.batch(source, batch)

    @on(m.RightsAsk)
    def rights_ask(self, source: str, ask: m.RightsAsk) -> None:
        """From another site."""
        self.escrow.asked(source, ask)

    @on(m.Yield)
    def give_up(self, source: str, message: m.Yield) -> None:  # noqa: ARG002 - whoever counted, it is not there
        """From a site that counted less than is promised."""
        self.counts.give_up(message.order)

    # Customers

    @on(m.Place)
    def place(self, caller: Caller, place: m.Place) -> None:
        """A customer orders. With central stock the office takes the order."""
        office = self.sites[0]
        if self.settings.stock == "central" and self.name != office:
            self.front.forward(caller, place, office)
        else:
            self.spawn(self.checkout.place(caller, place))

    @on(m.Pay)
    def pay(self, caller: Caller, pay: m.Pay) -> m.OrderSeen | None:
        """A customer pays."""
        return None if self.front.is_elsewhere(caller, pay) else self.payments.pay(caller, pay)

    @on(m.Return)
    def come_back(self, caller: Caller, back: m.Return) -> m.OrderSeen | None:
        """A customer comes back from the provider's page: that says nothing about the money."""
        if self.front.is_elsewhere(caller, back):
            return None
        order = self.known(caller, back.order)
        if order is None:
            return None
        self.returns.came_back(order)
        return self.shown(back.order)

    @on(m.CancelOrder)
    def cancel(self, caller: Caller, cancel: m.CancelOrder) -> m.OrderSeen | None:
        """A customer cancels: what is not paid closes, what is paid and not begun is refunded."""
        if self.front.is_elsewhere(caller, cancel):
            return None
        order = self.known(caller, cancel.order)
        if order is None:
            return None
        return self.front.cancel(caller, order)

    @on(m.Handle)
    def handle(self, caller: Caller, handle: m.Handle) -> m.OrderSeen | None:
        """Staff accepts, packs, hands over or rejects."""
        if self.front.is_elsewhere(caller, handle):
            return None
        order = self.known(caller, handle.order)
        if order is None:
            return None
        return self.front.handle(caller, order, handle.to)

    def known(self, caller: Caller, name: str) -> Order | None:
        """An order of this site; refused if there is none."""
        order = self.book.find(name)
        if order is None:
            self.refuse(caller, f"no order {name!r}")
        return order

    def shown(self, name: str) -> m.OrderSeen:
        """What a customer sees of an order."""
        order = self.book.orders[name]
        return m.OrderSeen(order.id, order.state, order.outcome)

    # Staff

    @on(m.Sell)
    def sell(self, caller: Caller, sale: m.Sell) -> m.Sold | None:
        """A sale at the till."""
        return self.reservations.sell(caller, sale)

    @on(m.Waste)
    def waste(self, caller: Caller, waste: m.Waste) -> m.Sold | None:
        """Bread is thrown away."""
        return self.reservations.waste(caller, waste)

    @on(m.StockAsk)
    def stock(self, caller: Caller, ask: m.StockAsk) -> m.StockSeen | None:
        """A form is opened."""
        return self.counts.show(caller, ask)

    @on(m.Edit)
    def edit(self, caller: Caller, edit: m.Edit) -> m.EditDone | None:
        """A form is sent, or a shelf was counted."""
        return self.counts.edit(caller, edit)

    @on(m.BoardAsk)
    def board(self, caller: Caller, _: m.BoardAsk) -> m.Board:  # noqa: ARG002 - everybody may look
        """The open orders of all sites."""
        notes = sorted(self.ledger.notes.values(), key=lambda note: (note.at, note.order))
        return m.Board(tuple((note.order, note.state) for note in notes if note.state not in CLOSED))

    # Deliveries

    @on(m.Scan)
    def scan(self, caller: Caller, scan: m.Scan) -> m.ScanAnswer | None:
        """From a scanner."""
        answer = self.ingestion.scan(caller, scan)
        if answer is not None:
            self.emit(Uploaded(scan.device, scan.serial, answer.result, self.now() - scan.at > OFFLINE))
        return answer

    @on(m.NoteDelivery)
    def note(self, caller: Caller, note: m.NoteDelivery) -> m.Noted | None:
        """A delivery note is entered."""
        return self.ingestion.note(caller, note)

    @on(m.ImportFile)
    def load(self, caller: Caller, file: m.ImportFile) -> m.Imported | None:
        """A supplier's file."""
        return self.ingestion.load(caller, file)

    # Admins and the provider

    @on(m.FeedAsk)
    def feed_ask(self, source: str, ask: m.FeedAsk) -> None:
        """From a tab."""
        self.feed.asked(source, ask)

    @on(m.PendingAsk)
    def pending_ask(self, source: str, ask: m.PendingAsk) -> None:
        """From a tab."""
        self.feed.pending(source, ask)

    @on(m.Webhook)
    def webhook(self, caller: Caller, hook: m.Webhook) -> None:
        """From the provider."""
        self.spawn(self.inbox.receive(caller, hook))
