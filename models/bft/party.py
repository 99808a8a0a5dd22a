"""A party: routes messages to protocol objects by their path, and gives them what they share.

It has no clock and no timer of its own: what is asynchronous must not hang on time. Only reliable links use one.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.bft.events import Buffered, Dropped, Resumed
from models.bft.labour import Labour, Told
from models.bft.link import Acknowledged, Link, Numbered
from models.bft.messages import Body, Envelope, Input, Kind, Toss, kind_of
from models.bft.protocol import KEPT_MAX, Protocol
from models.bft.quorums import Quorums
from models.bft.requests import Submit
from models.bft.services import Service, make_service
from models.bft.settings import Settings
from models.bft.sizes import Size, size_of
from sim import Actor, Caller, on
from sim.agreement import Decided, Proposed, Value

if TYPE_CHECKING:
    from models.bft.parts import Parts


class Party(Actor):
    """One incarnation of a party of the group `members`.

    `sent` counts its protocol messages by type, one for each receiver; `size` is what they hold together.
    """

    def __init__(self, settings: Settings, members: Sequence[str], parts: "Parts") -> None:
        self.settings = settings
        self.parts = parts
        self.quorums = Quorums.of(members, settings.f)
        self.sent: dict[str, int] = {}
        self.size = Size()
        self._table: dict[str, Protocol] = {}
        self.full = False
        self._waiting: dict[str, dict[tuple[str, Kind], Body]] = {}

    def on_start(self) -> None:
        """Read the journal back, which leads to where the last incarnation was."""
        self.crypto = self.parts.crypto(self)
        self.journal = self.parts.journal(self)
        self.link = Link(self, self._incarnation())
        self.service: Service = self.make_service()
        entries = self.journal.entries()
        if entries:
            self.emit(Resumed(len(entries)))
        self.labour: Labour | None = None
        for entry in entries:
            self.hear(entry.source, entry.told)
        self.labour = Labour(self) if self.settings.costs else None

    def make_service(self) -> Service:
        """What uses agreement here. Whoever agrees on something of his own replaces this."""
        return make_service(self)

    def _incarnation(self) -> int:
        """A number of one's own for each incarnation: links must not take a new one's messages for an old one's."""
        return self.random.word() >> 1

    @on(Envelope)
    def envelope(self, source: str, message: Envelope) -> None:
        """Something for a protocol."""
        if source not in self.quorums:
            self.drop("no party", source)
            return
        self.journal.remember(source, message)
        self._take(source, message)

    @on(Numbered)
    def numbered(self, source: str, message: Numbered) -> None:
        """The same, over a link that may repeat. What cannot be kept now is not acknowledged, and comes again later."""
        if self.service.is_too_far(message.envelope.instance.partition("/")[0]):
            return
        self.full = False
        if self.link.is_new(source, message):
            self.envelope(source, message.envelope)
        if self.full:
            self.link.forget(source, message)
        else:
            self.link.acknowledge(source, message)

    @on(Acknowledged)
    def acknowledged(self, source: str, message: Acknowledged) -> None:
        """Something arrived."""
        self.link.acknowledged(source, message)

    @on(Input)
    def input(self, caller: Caller, message: Input) -> None:
        """The environment wants a value put forward; no party can order another to."""
        if caller.source not in self.quorums:
            self.journal.remember(caller.source, message)
            self._take(caller.source, message)
            self.reply(caller, None)

    @on(Submit)
    def submit(self, source: str, message: Submit) -> None:
        """A client's command."""
        if source not in self.quorums:
            self.journal.remember(source, message)
            self._take(source, message)

    def _take(self, source: str, message: Told) -> None:
        if self.labour is None:
            self.hear(source, message)
        else:
            self.labour.take(source, message)

    def hear(self, source: str, message: Told) -> None:
        """Let the protocols react."""
        if isinstance(message, Envelope):
            self.deliver(source, message.instance, message.body)
            self.service.heard(message.instance)
        elif isinstance(message, Input):
            self.service.input(message.instance, message.value)
        else:
            self.service.submit(source, message)

    def deliver(self, source: str, instance: str, body: Body) -> None:
        """Pass a message on to whom it is for, or keep it until there is somebody."""
        protocol = self.find(instance)
        if protocol is not None:
            protocol.on(source, body)
        elif self._is_early(instance):
            self._keep(source, instance, body)
        else:
            self.drop("unknown instance", source)

    def find(self, instance: str) -> Protocol | None:
        """The protocol object at a path, made by its parent when it is first needed."""
        found = self._table.get(instance)
        if found is not None:
            return found
        head, _, last = instance.rpartition("/")
        if head:
            parent = self.find(head)
            found = None if parent is None else parent.child(last)
        else:
            found = self.service.root(last)
        if found is not None:
            self._table[instance] = found
        return found

    def protocols(self) -> list[tuple[str, Protocol]]:
        """(path, protocol object) of all that there are."""
        return list(self._table.items())

    def _is_early(self, instance: str) -> bool:
        head, _, last = instance.rpartition("/")
        if not head:
            return self.service.is_early(last)
        parent = self.find(head)
        return parent.is_early(last) if parent is not None else self._is_early(head)

    def _keep(self, source: str, instance: str, body: Body) -> None:
        waiting = self._waiting.setdefault(instance, {})
        key = (source, kind_of(body))
        if key in waiting:
            self.drop("second of its kind", source)
            return
        if sum(map(len, self._waiting.values())) >= KEPT_MAX:
            self.full = True
            self.drop("too early", source)
            return
        waiting[key] = body
        self.emit(Buffered(instance, len(waiting)))

    def wake(self, instance: str) -> None:
        """Deliver what waited for protocol objects within `instance` that there can be now; all roots for ""."""
        for path in [path for path in self._waiting if not instance or path.startswith(f"{instance}/")]:
            if self.find(path) is None:
                continue
            for (source, _), body in self._waiting.pop(path, {}).items():
                self.deliver(source, path, body)

    def post(self, to: str, instance: str, body: Body) -> None:
        """Send one protocol message."""
        self._count(instance, body, 1)
        self._post(to, Envelope(instance, body))

    def post_all(self, instance: str, body: Body) -> None:
        """Send one to every party, oneself included."""
        self._count(instance, body, self.quorums.n)
        envelope = Envelope(instance, body)
        for name in self.quorums.members:
            self._post(name, envelope)

    def _post(self, to: str, envelope: Envelope) -> None:
        if self.labour is None:
            self.leave(to, envelope)
        else:
            self.labour.say(to, envelope)

    def leave(self, to: str, envelope: Envelope) -> None:
        """Send it, over a reliable link if the scenario says so."""
        if self.settings.reliable:
            self.link.send(to, envelope)
        else:
            self.send(to, envelope)

    def _count(self, instance: str, body: Body, copies: int) -> None:
        kind = type(body).__name__
        if isinstance(body, Toss):
            kind = f"Toss {body.phase}"
        self.sent[kind] = self.sent.get(kind, 0) + copies
        self.size += size_of(instance, body, listed=self.settings.certificates == "multisig") * copies

    def drop(self, reason: str, source: str) -> None:
        """A message did not count."""
        self.emit(Dropped(reason, source))

    def is_valid(self, value: bytes) -> bool:
        """External validity: Q(v)."""
        return self.service.is_valid(value)

    def proposed(self, instance: Value, value: bytes | int) -> None:
        """Tell the checks of an input."""
        self.emit(Proposed(instance, value))

    def decided(self, instance: Value, value: bytes | int, view: Value) -> None:
        """Tell the checks of a decision, and whoever waits for it."""
        self.emit(Decided(instance, value, view))
        if isinstance(instance, str) and isinstance(value, bytes):
            self.service.decided(instance, value)
