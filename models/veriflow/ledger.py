"""The one ledger of GPUs: a row is the only statement of who may use a device; used is the sum of rows.

A pure machine: `claim(row) -> Row`, or Refused; `release(id)`, `holds(id)`. Whoever needs a GPU claims it here: jobs
exclusively, engines and pre-loaded models a part of its memory.
"""

from models.veriflow.objects import Device
from sim import Message, Refused

TAKEN, MEMORY, NO_DEVICE, OTHER_CLAIM = "taken", "memory", "no such device", "another claim has this id"


class Row(Message):
    """Claim `id`: `owner` may use one device in one epoch of its node. `size` 0: exclusively; else so many bytes."""

    id: str
    node: str
    epoch: int
    device: int
    owner: str
    attempt: int = 0
    size: int = 0


class Ledger:
    """All rows, by id and by device. Devices are known once their node is `put`."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._by_device: dict[Device, dict[str, Row]] = {}
        self._nodes: dict[str, tuple[int, int]] = {}

    def put_node(self, node: str, devices: int, memory: int) -> None:
        """A node has so many devices of so many bytes."""
        self._nodes[node] = devices, memory

    def devices_of(self, node: str) -> int:
        """How many devices a node has; 0 if it is not known."""
        return self._nodes.get(node, (0, 0))[0]

    def rows_at(self, node: str, device: int) -> dict[str, Row]:
        """The rows of a device, by id."""
        return self._by_device.get((node, device), {})

    def occupied(self, node: str, device: int) -> bool:
        """Whether anybody has a row of it."""
        return bool(self._by_device.get((node, device)))

    def free(self, node: str) -> list[int]:
        """Devices of a node that can be claimed exclusively."""
        return [device for device in range(self.devices_of(node)) if not self.occupied(node, device)]

    def claim(self, row: Row) -> Row:
        """Write a row; the same claim again is the same row. Refused says why not, and nothing has changed."""
        known = self.rows.get(row.id)
        if known is not None:
            if known != row:
                raise Refused(OTHER_CLAIM)
            return known
        devices, memory = self._nodes.get(row.node, (0, 0))
        if not 0 <= row.device < devices:
            raise Refused(NO_DEVICE)
        if row.size == 0:
            if self.occupied(row.node, row.device):
                raise Refused(TAKEN)
        else:
            self._refuse_crowded(row, memory)
        self.write(row)
        return row

    def _refuse_crowded(self, row: Row, memory: int) -> None:
        others = self.rows_at(row.node, row.device).values()
        if any(one.size == 0 for one in others):
            raise Refused(TAKEN)
        if sum(one.size for one in others) + row.size > memory:
            raise Refused(MEMORY)

    def write(self, row: Row) -> None:
        """Enter a row that was decided elsewhere: a copy of the ledger follows it so."""
        self.rows[row.id] = row
        self._by_device.setdefault((row.node, row.device), {})[row.id] = row

    def release(self, id_: str) -> Row | None:
        """Take a row away. An id that is gone does nothing: it can never free another's row."""
        row = self.rows.pop(id_, None)
        if row is not None:
            del self._by_device[row.node, row.device][id_]
        return row

    def holds(self, id_: str) -> bool:
        """Whether the claim stands."""
        return id_ in self.rows


def rows_of(owner: str, attempt: int, member: int, node: str, epoch: int, devices: tuple[int, ...]) -> list[Row]:
    """The exclusive rows of one member; ids are functions of owner, attempt, member and device."""
    return [
        Row(f"{owner}/{attempt}/{member}/{node}/{device}", node, epoch, device, owner, attempt) for device in devices
    ]
