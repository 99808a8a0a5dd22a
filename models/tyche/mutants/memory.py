# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of what is loaded where: memory, users, containers, the table of hints."""

from models.tyche.container import Container, Containers, Entry
from models.tyche.events import LOADING
from models.tyche.function import Function
from models.tyche.ledger import RAM
from models.tyche.loads import Loads
from models.tyche.messages import Held, Load
from models.tyche.planner import Planner
from models.tyche.runs import Runs
from models.tyche.table import Table, View


class PlansMemory(Loads):
    """Trusts the controller that there is room, as there was when it planned."""

    def fits(self, container: Container, function: Function, pool: int) -> bool:  # noqa: ARG002
        return True


class TableForever(Table):
    """Believes for ever what a worker said once."""

    def is_lost(self, worker: str) -> bool:  # noqa: ARG002
        return False


class OldEpochInventory(Table):
    """Believes a late word of a former epoch."""

    def is_news(self, epoch: int, serial: int, epoch_known: int, serial_known: int) -> bool:
        return epoch != epoch_known or serial > serial_known


class ForgetsSerials(Table):
    """Forgets with a lost worker what it had heard of it."""

    def last_heard(self, view: View) -> int:
        return view.inventory


class OtherUsers(Planner):
    """Packs into any idle container."""

    def bins(self, user: str) -> list[tuple[str, Held]]:  # noqa: ARG002
        return list(self._table.idle(None))


class WarmsToo(Loads):
    """Makes a container of its own for every load."""

    def home(self, load: Load, function: Function) -> Container | None:  # noqa: ARG002
        pool = self.pool_for(function)
        container = self._node.containers.create(function.user, "", function, pool)
        self._node.containers.rest(container)
        self._node.ledger.give(pool, container.row_of(function))
        return container


class LoadBlocks(Runs):
    """Lets a load of another function finish before the request begins."""

    def clear(self, container: Container, function: Function) -> int:
        loading = [one for name, one in container.entries.items() if name != function.name and one.state == LOADING]
        wait = max([entry.ready_at - self._node.elapsed() for entry in loading], default=0)
        return wait + super().clear(container, function)


class LeaksLoad(Containers):
    """Forgets what was loaded in a container that crashed."""

    def bury(self, container: Container) -> None:
        pass


class GpuNotInLedger(Loads):
    """Takes GPU memory without a row."""

    def write_row(self, entry: Entry) -> None:
        if entry.pool == RAM:
            super().write_row(entry)
