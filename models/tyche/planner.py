"""Where a model is loaded: into an idle container of its user that has room, or in place of what is worth less."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.tyche.events import Planned
from models.tyche.function import Function
from models.tyche.knapsack import Item, pack
from models.tyche.messages import Held
from models.tyche.settings import Settings
from models.tyche.table import Table
from sim import Event

Worth = Callable[[Function], int]


@dataclass(frozen=True)
class Home:
    """Where to load, and the functions that have to go for it."""

    worker: str
    container: str
    displaced: tuple[str, ...] = ()


class Planner:
    """Chooses among the containers that the table says are idle. It creates none."""

    def __init__(
        self, settings: Settings, functions: Mapping[str, Function], table: Table, emit: Callable[[Event], None]
    ) -> None:
        self._settings = settings
        self._functions = functions
        self._table = table
        self._emit = emit

    def choose(self, function: Function, worth: Worth, chance: int, span: int) -> Home | None:
        """The container with the most room, by name where that is equal; a knapsack if none has enough."""
        bins = self.bins(function.user)
        if not bins:
            return None  # memory that does not stand idle is not taken
        fitting = [(self.room(worker, held), worker, held) for worker, held in bins]
        fitting = [one for one in fitting if one[0] >= self._size(function)]
        if fitting:
            _, worker, held = max(fitting, key=lambda one: (one[0], one[2].container))
            self._emit(Planned(function.name, chance, span, 1, 0, True, worth(function)))
            return Home(worker, held.container)
        return self._displace(function, bins, worth, chance, span)

    def bins(self, user: str) -> list[tuple[str, Held]]:
        """Idle containers that may be packed for this user: its own."""
        return list(self._table.idle(user))

    def room(self, worker: str, held: Held) -> int:
        """MB that may still be loaded there, by the container's limit and what the worker said to be free."""
        taken = sum(self._size(self._functions[name]) for name in held.functions)
        free = self._table.views[worker].free
        limit = self._settings.limit_mb - self._settings.container_mb - taken
        return min(limit, free[0]) if free else limit

    def _size(self, function: Function) -> int:
        """MB in the container: a model on a GPU takes none there."""
        return 0 if function.gpu else function.mb

    def _displace(
        self, function: Function, bins: list[tuple[str, Held]], worth: Worth, chance: int, span: int
    ) -> Home | None:
        """A knapsack of the new model and all that lies in the bins."""
        items = [Item(function.name, self._size(function), worth(function))]
        for place, (_, held) in enumerate(bins):
            here = [self._functions[name] for name in held.functions if name != function.name]
            items += [Item(one.name, self._size(one), worth(one), place) for one in here]
        room = [self._settings.limit_mb - self._settings.container_mb for _ in bins]
        packing = pack(list({item.name: item for item in items}.values()), room)
        chosen = packing.of(function.name)
        gone = [one.name for one in items if one.home is not None and one.home == chosen != packing.of(one.name)]
        self._emit(Planned(function.name, chance, span, len(items), len(gone), chosen is not None, packing.value))
        if chosen is None:
            return None
        worker, held = bins[chosen]
        return Home(worker, held.container, tuple(gone))
