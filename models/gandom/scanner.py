"""A hand-held scanner: it reads labels, keeps them until the office has them, and is often out of reach."""

import msgspec

from models.gandom.events import Scanned
from models.gandom.messages import Queued, Scan, Trigger
from models.gandom.settings import Settings
from models.patterns import Delivered, Journal, Letter, Outbox
from sim import Actor, Caller, Refused, Timeout, on

AT_ONCE = 16

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Scan).decode


class Scanner(Actor):
    """One start of a device. Its queue is durable; what it uploads first is chance."""

    def __init__(self, settings: Settings, office: str) -> None:
        self._settings = settings
        self._office = office

    def on_start(self) -> None:
        """Go on with what is in the queue."""
        self._journal: Journal[Letter | Delivered] = Journal(self.disk, "queue", Letter | Delivered)
        self._outbox = Outbox(self._journal.append)
        self._known: dict[tuple[str, str, str], int] = {}
        for record in self._journal.read():
            if isinstance(record, Letter):
                self._outbox.post(record)
                self._tell(record)
            else:
                self._outbox.restore(record)
        self.spawn(self._upload())

    @on(Trigger)
    def trigger(self, caller: Caller, trigger: Trigger) -> Queued:  # noqa: ARG002 - anybody in the store may scan
        """Somebody scans a box."""
        letter = self._outbox.letter(self._office, b"")
        scan = Scan(self.name, letter.id, trigger.delivery, trigger.label, trigger.sku, trigger.quantity, self.now())
        letter = Letter(letter.id, letter.to, _encode(scan))
        self._journal.append(letter)
        self._outbox.post(letter)
        self._tell(letter)
        return Queued()

    def _tell(self, letter: Letter) -> None:
        scan = _decode(letter.body)
        self.emit(Scanned(scan.device, scan.serial, scan.delivery, scan.label, scan.sku, scan.quantity))

    async def _upload(self) -> None:
        """Some at a time; one at a time while nobody answers."""
        reached = True
        while True:
            pending = self._outbox.pending
            if pending:
                first = self.random.below(len(pending))
                chosen = (*pending[first:], *pending[:first])[: AT_ONCE if reached else 1]
                reached = any(await self.gather(*(self._send(one) for one in chosen)))
            await self.sleep(self._settings.sync // 4)

    async def _send(self, letter: Letter) -> bool:
        """Whether the office answered."""
        try:
            await self.call(self._office, _decode(letter.body), timeout=self._settings.call_timeout)
        except Timeout:
            return False
        except Refused:
            pass  # it is wrong, and would be again: a person looks at the device's list
        self._outbox.acknowledge(letter)
        return True
