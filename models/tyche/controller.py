"""The controller: takes requests, believes workers as far as they can be, and lets the preloader work beside that."""

from models.tyche.events import ControllerStarted
from models.tyche.messages import Done, Dropped, Inventory, Invoke, Loaded
from models.tyche.parts import Parts
from models.tyche.preloader import Preloader
from models.tyche.requests import Requests
from models.tyche.routing import Router
from models.tyche.settings import FunctionEntry, Settings
from sim import Actor, Message, on


class Life(Message):
    """The durable number of the newest incarnation: tickets of different ones are never the same."""

    incarnation: int


class Controller(Actor):
    """One incarnation. Nothing of what it knows outlives it, but with `windows: saved` the windows."""

    def __init__(self, workers: tuple[str, ...], settings: Settings, parts: Parts) -> None:
        self.workers = workers
        self.settings = settings
        self.parts = parts
        self._functions = {entry.name: entry for entry in settings.functions}

    def on_start(self) -> None:
        """Begin with empty tables; workers will say what they hold."""
        self.incarnation = (self.disk.load(Life) or Life(0)).incarnation + 1
        self.disk.save(Life(self.incarnation))
        self.worker_clocks: dict[str, tuple[int, int]] = {}
        self.table = self.parts.table(self.workers, self.settings, self.elapsed, self.emit)
        self.router = Router(self)
        self.preloader = Preloader(self, self._functions)
        self.requests = Requests(self, {name: FunctionEntry.as_function(one) for name, one in self._functions.items()})
        known = tuple(name for name, window in self.preloader.windows.items() if window.times)
        self.emit(ControllerStarted(self.incarnation, known))
        self._watch = self.timer(self.watch)
        self._watch.reset(self.settings.inventory_every)

    def watch(self) -> None:
        """Once per inventory period: who is lost?"""
        self._watch.reset(self.settings.inventory_every)
        for worker in self.table.lost():
            self.table.forget(worker)
            self.requests.leave(worker)

    @on(Invoke)
    def invoke(self, source: str, invoke: Invoke) -> None:
        """From a client."""
        self.requests.take(source, invoke)

    @on(Loaded)
    def loaded(self, source: str, word: Loaded) -> None:
        """From a worker."""
        self.table.take(source, word.epoch, word.serial, word.held, word.free)

    @on(Dropped)
    def dropped(self, source: str, word: Dropped) -> None:
        """From a worker: there may be room now."""
        self.table.take(source, word.epoch, word.serial, word.held, word.free)
        self.preloader.dropped(word.ticket, word.why)
        self.preloader.retry()

    @on(Done)
    def done(self, source: str, word: Done) -> None:
        """From a worker: a container idles again."""
        self.worker_clocks[source] = (word.ended_ns, self.now())
        self.table.take(source, word.epoch, word.serial, word.held, word.free)
        self.requests.done(word)
        self.preloader.retry()

    @on(Inventory)
    def inventory(self, source: str, word: Inventory) -> None:
        """From a worker."""
        self.worker_clocks[source] = (word.clock_ns, self.now())
        if self.table.take_inventory(source, word):
            self.preloader.retry()
