"""The gateway: accounts, resumes, quota and requests, all durable; runs are started through an outbox.

Acceptance and hold are one record; so are DONE and debit, FAILED and release. A request that is not over at its
deadline fails then: nobody waits longer, and nothing stays held for a run that nobody hears of.
"""

from collections.abc import Iterable

import msgspec

from models.agentflow import Start
from models.patterns import Delivered, Journal, Letter, Outbox, RetryPolicy, relay
from models.resumesnap.events import Accepted, Debited, Ended, Forgotten, Held, Released
from models.resumesnap.settings import Settings
from models.resumesnap.words import (
    CONFLICT,
    DEGRADED,
    DONE,
    FAILED,
    GONE,
    NO_QUOTA,
    OVER,
    RUNNING,
    Delete,
    Edit,
    Finish,
    GetResume,
    GetStatus,
    Order,
    Receipt,
    Resume,
    Status,
    Submit,
    digest,
    pack,
)
from sim import MS, SECOND, Actor, Caller, Event, Message, on

FLOW = "improve"


class Taken(Message):
    """A request is accepted, one is held, and its run will be started."""

    order: Order
    letter: Letter


class Over(Message):
    """A request has its last word; what was held is debited or released."""

    id: str
    status: Status


class Changed(Message):
    """A user edited the resume, or was deleted."""

    user: str
    version: int
    epoch: int
    serial: int


class Gateway(Actor):
    """One incarnation of the gateway."""

    def __init__(self, settings: Settings, store: str) -> None:
        self._settings = settings
        self._store = store

    def on_start(self) -> None:
        """Read everything back, and go on where it stood."""
        self._orders: dict[str, Order] = {}
        self._status: dict[str, Status] = {}
        self._users: dict[str, Changed] = {}
        kinds = Taken | Over | Changed | Delivered
        self._journal: Journal[Taken | Over | Changed | Delivered] = Journal(self.disk, "gateway", kinds)
        self._outbox = Outbox(self._journal.append)
        for record in self._journal.read():
            self._apply(record)
            for event in self._events_of(record):
                self.emit(event)
        for id_ in self._orders:
            self._watch(id_)
        policy = RetryPolicy(initial=200 * MS, cap=1 * SECOND)
        self.spawn(relay(self, self._outbox, self._deliver, policy, 20 * MS))

    # Requests of clients

    @on(Submit)
    def submit(self, caller: Caller, message: Submit) -> Receipt | None:
        """Take a request, once for each (user, request id)."""
        id_ = self.id_of(caller, message)
        known = self._orders.get(id_)
        if known is not None:
            if (known.version, known.job, known.recording) != (message.version, message.job, message.recording):
                self.refuse(caller, CONFLICT)
                return None
            return Receipt(id_)
        if not self.has_room(message.user):
            self.refuse(caller, NO_QUOTA)
            return None
        return self.accept(caller, message, id_)

    @on(GetStatus)
    def get_status(self, caller: Caller, message: GetStatus) -> Status | None:
        """How far a request is; of a user who was deleted since nothing is told."""
        status = self._status.get(message.id)
        if status is None or not self.is_current(self._orders[message.id]):
            self.refuse(caller, GONE)
            return None
        return status

    @on(Edit)
    def edit(self, _: Caller, message: Edit) -> Receipt:
        """One version more."""
        user = self._user(message.user)
        self._commit(Changed(user.user, user.version + 1, user.epoch, user.serial))
        return Receipt(message.user)

    @on(Delete)
    def delete(self, _: Caller, message: Delete) -> Receipt:
        """Raise the user's epoch, once for each serial: whatever was made before is never served again."""
        user = self._user(message.user)
        if message.serial > user.serial:
            self._commit(Changed(user.user, user.version, user.epoch + 1, message.serial))
        return Receipt(message.user)

    # Requests of the flow

    @on(GetResume)
    def get_resume(self, _: Caller, message: GetResume) -> Resume:
        """A version of a resume. Everybody's versions read alike, as templates do."""
        version = message.version or self._user(message.user).version
        return Resume(version, digest("resume", version))

    @on(Finish)
    def finish(self, caller: Caller, message: Finish) -> Receipt | None:
        """The flow's last word, once; of a user that was deleted meanwhile nothing is kept."""
        if self.is_over(message.id):
            self.refuse(caller, OVER)
            return None
        order = self._orders[message.id]
        status = Status(message.state, message.result, message.providers)
        if not self.is_current(order):
            status = Status(FAILED, b"", ())
        self._commit(Over(message.id, status))
        return Receipt(message.id)

    # The rules

    def id_of(self, caller: Caller, message: Submit) -> str:  # noqa: ARG002 - whoever sends it, it is the same request
        """What a request is known by."""
        return f"{message.user}:{message.request}"

    def has_room(self, user: str) -> bool:
        """Whether one more can be held: used and held together stay within the limit."""
        taken = [self._status[id_] for id_, order in self._orders.items() if order.user == user]
        return sum(status.state != FAILED for status in taken) < self._settings.quota

    def accept(self, caller: Caller, message: Submit, id_: str) -> Receipt | None:  # noqa: ARG002
        """Acceptance, hold and the letter that starts the run: one record."""
        limit = self._settings.voice_deadline if message.recording else self._settings.deadline
        user = self._user(message.user)
        deadline = self.now() + limit
        order = Order(
            id_, message.user, message.request, message.version, message.job, message.recording, user.epoch, deadline
        )
        self._commit(Taken(order, self._outbox.letter(self._store, pack(order))))
        self._watch(id_)
        return Receipt(id_)

    def is_over(self, id_: str) -> bool:
        """Whether a request has had its last word."""
        return self._status[id_].state != RUNNING

    def is_current(self, order: Order) -> bool:
        """Whether the user is still who the request was made for."""
        return order.epoch == self._user(order.user).epoch

    def money(self, record: Taken | Over) -> Iterable[Event]:
        """What a record means for the quota."""
        if isinstance(record, Taken):
            return [Held(record.order.user, record.order.id)]
        user = self._orders[record.id].user
        return [Debited(user, record.id) if record.status.state in (DONE, DEGRADED) else Released(user, record.id)]

    # Records

    def _commit(self, record: Taken | Over | Changed) -> None:
        self._journal.append(record)
        self._apply(record)
        for event in self._events_of(record):
            self.emit(event)

    def _apply(self, record: Taken | Over | Changed | Delivered) -> None:
        if isinstance(record, Taken):
            self._orders[record.order.id] = record.order
            self._status[record.order.id] = Status(RUNNING, b"", ())
            self._outbox.post(record.letter)
        elif isinstance(record, Over):
            self._status[record.id] = record.status
        elif isinstance(record, Changed):
            self._users[record.user] = record
        else:
            self._outbox.restore(record)

    def _events_of(self, record: Taken | Over | Changed | Delivered) -> list[Event]:
        if isinstance(record, Taken):
            o = record.order
            return [
                Accepted(o.id, o.user, o.request, o.version, o.recording, o.epoch, o.deadline),
                *self.money(record),
            ]
        if isinstance(record, Over):
            status, epoch = record.status, self._user(self._orders[record.id].user).epoch
            return [*self.money(record), Ended(record.id, status.state, status.providers, epoch)]
        return [Forgotten(record.user, record.epoch)] if isinstance(record, Changed) else []

    def _user(self, name: str) -> Changed:
        return self._users.get(name) or Changed(name, 1, 1, 0)

    def _watch(self, id_: str) -> None:
        self.timer(lambda: self._expire(id_)).reset(max(0, self._orders[id_].deadline - self.now()))

    def _expire(self, id_: str) -> None:
        if self._status[id_].state == RUNNING:
            self._commit(Over(id_, Status(FAILED, b"", ())))

    async def _deliver(self, letter: Letter) -> Message:
        order = msgspec.msgpack.decode(letter.body, type=Order)
        return await self.call(letter.to, Start(order.id, FLOW, letter.body), timeout=500 * MS)
