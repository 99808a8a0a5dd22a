"""Images of shards on disks: who has which, and how a shard is made of one."""

from models.rfid_moe.bank import Bank, applied, bank_of
from models.rfid_moe.compression import Assembly, Image, Release
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import SHADOW, Row, shadow_bytes
from models.rfid_moe.vram import Slot


class Images:
    """Images of every expert, and of its shadow in every release, on the disks of some nodes: durable and never
    moved.
    """

    def __init__(self, nodes: tuple[str, ...], settings: Settings, releases: dict[int, Release]) -> None:
        self._settings = settings
        self.bank: Bank = bank_of(settings.shape)
        self.releases = releases
        count = min(settings.images, len(nodes))
        self._holders = {
            (layer, expert): tuple(nodes[(layer + expert + turn) % len(nodes)] for turn in range(count))
            for layer in range(settings.layers)
            for expert in range(settings.experts)
        }

    def size(self, layer: int, expert: int, kind: str, release: int) -> int:
        """Bytes of a shard in VRAM."""
        settings = self._settings
        if kind != SHADOW:
            return settings.full_bytes
        ranks = self.releases[release].ranks_of(layer, expert)
        return shadow_bytes(settings.shape, ranks, settings.eta, settings.number_bytes)

    def holders(self, layer: int, expert: int) -> tuple[str, ...]:
        """Nodes with the image of an expert on their disks."""
        return self._holders[layer, expert]


class Store:
    """What a node reads from images."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def image(self, row: Row) -> Image:
        """The parts of a shadow, all of the row's release."""
        return self._images.releases[row.release].image(row.layer, row.expert)

    def load(self, slot: Slot, assembly: Assembly) -> None:
        """Make a slot able to compute."""
        row = slot.row
        if row.kind != SHADOW:
            return
        image = self.image(row)
        slot.matrix = assembly.matrix(image)
        slot.parts = (image.factor.release, image.basis.release, image.residue.release)
        slot.digest = assembly.digest(slot.matrix)

    def output(self, layer: int, token: int, slot: Slot) -> tuple[int, ...]:
        """What a slot says to a token."""
        bank = self._images.bank
        if slot.matrix is None:
            return bank.output(layer, slot.row.expert, token)
        found = slot.outputs.get(token)
        if found is None:
            found = slot.outputs[token] = applied(slot.matrix, bank.input(layer, token))
        return found
