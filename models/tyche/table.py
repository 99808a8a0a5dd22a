"""What the controller believes of its workers: hints. A wrong one costs time, never a request.

Workers number what they say. A word is believed if it is of the newest epoch and later than what was heard about the
same container; who has been silent for long is not believed at all any more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from models.tyche.events import Heard, Hinted
from models.tyche.messages import Held, Inventory
from models.tyche.settings import Settings
from sim import Event

Emit = Callable[[Event], None]


@dataclass
class View:
    """One worker as the controller sees it. `heard_at` is on the controller's clock, in ns; `free` in MB by memory."""

    heard_at: int
    epoch: int = 0
    inventory: int = 0
    serials: dict[str, int] = field(default_factory=dict)
    helds: dict[str, Held] = field(default_factory=dict)
    free: tuple[int, ...] = ()


class Table:
    """The views of all workers, and where each function is resident."""

    def __init__(self, workers: tuple[str, ...], settings: Settings, now: Callable[[], int], emit: Emit) -> None:
        self._settings = settings
        self._now = now
        self._emit = emit
        self.views = {name: View(now()) for name in workers}
        self._resident: dict[str, dict[tuple[str, str], None]] = {}

    # Words of workers

    def take(self, worker: str, epoch: int, serial: int, held: Held, free: tuple[int, ...]) -> bool:
        """One container has changed. False if this is old news."""
        view = self.views[worker]
        last = max(view.inventory, view.serials.get(held.container, 0))
        if not self.is_news(epoch, serial, view.epoch, last):
            return False
        self._hear(worker, view, epoch, serial)
        view.serials[held.container] = serial
        view.free = free
        self._set(worker, view, held)
        return True

    def take_inventory(self, worker: str, inventory: Inventory) -> bool:
        """Everything that a worker holds. False if this is old news."""
        view = self.views[worker]
        if not self.is_news(inventory.epoch, inventory.serial, view.epoch, view.inventory):
            return False
        self._hear(worker, view, inventory.epoch, inventory.serial)
        view.inventory = inventory.serial
        told = {held.container: held for held in inventory.helds}
        newer = {name for name, serial in view.serials.items() if serial > inventory.serial}
        for name in [*view.helds]:
            if name not in told and name not in newer:
                self._set(worker, view, Held(name, "", False, (), gone=True))
        for name, held in told.items():
            if name not in newer:
                self._set(worker, view, held)
        view.serials = {name: serial for name, serial in view.serials.items() if serial > inventory.serial}
        if not newer:
            view.free = inventory.free
        return True

    def is_news(self, epoch: int, serial: int, epoch_known: int, serial_known: int) -> bool:
        """A later epoch, or a later word of the same."""
        return epoch > epoch_known or (epoch == epoch_known and serial > serial_known)

    def _hear(self, worker: str, view: View, epoch: int, serial: int) -> None:
        if epoch != view.epoch:
            self.forget(worker)
            view.epoch, view.inventory = epoch, 0
        view.heard_at = self._now()
        self._emit(Heard(worker, epoch, serial))

    def _set(self, worker: str, view: View, held: Held) -> None:
        before = view.helds.get(held.container)
        old = () if before is None else before.functions
        if held.gone:
            view.helds.pop(held.container, None)
        else:
            view.helds[held.container] = held
        if old != held.functions:
            self._hint(worker, held.container, old, held.functions)

    def _hint(self, worker: str, container: str, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        for function in old:
            if function not in new:
                self._resident[function].pop((worker, container), None)
                self._emit(Hinted(worker, container, function, False))
        for function in new:
            if function not in old:
                self._resident.setdefault(function, {})[worker, container] = None
                self._emit(Hinted(worker, container, function, True))

    # What is believed

    def silent_ns(self, worker: str) -> int:
        """How long nothing believable has come from a worker."""
        return self._now() - self.views[worker].heard_at

    def is_lost(self, worker: str) -> bool:
        """Whether a worker has been silent for too long."""
        return self.silent_ns(worker) >= self._settings.lost_after

    def lost(self) -> list[str]:
        """Workers that are lost and of which something is still believed."""
        return [name for name, view in self.views.items() if self.is_lost(name)]

    def forget(self, worker: str) -> None:
        """Believe nothing of a worker until it says more: what was heard is not news again when it comes twice."""
        view = self.views[worker]
        view.inventory = self.last_heard(view)
        for held in [*view.helds.values()]:
            self._set(worker, view, Held(held.container, held.user, False, (), gone=True))
        view.serials.clear()

    def last_heard(self, view: View) -> int:
        """The serial of the newest word of a worker, of all that it has or of one container."""
        return max([view.inventory, *view.serials.values()])

    def where(self, function: str) -> list[tuple[str, str]]:
        """(worker, container) in which the function is said to be resident."""
        return [place for place in self._resident.get(function, ()) if not self.is_lost(place[0])]

    def idle(self, user: str | None) -> Iterator[tuple[str, Held]]:
        """Idle containers of a user (None: of anybody), by worker."""
        for worker, view in self.views.items():
            if not self.is_lost(worker):
                for held in view.helds.values():
                    if held.idle and user in (None, held.user):
                        yield worker, held

    def use(self, worker: str, container: str) -> None:
        """A request is sent into this container: it idles no more, and all that was loaded there is used or killed."""
        view = self.views[worker]
        held = view.helds.get(container)
        if held is not None:
            self._set(worker, view, Held(container, held.user, False, ()))
