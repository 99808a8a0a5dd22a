"""Bugs of compression, placement and loading."""

from collections.abc import Sequence

from models.rfid_moe.allocation import floor_max
from models.rfid_moe.compression import Allocation, Assembly, Image, Residue, projection_of
from models.rfid_moe.images import Store
from models.rfid_moe.moves import Moves
from models.rfid_moe.placement import Cluster, Planner
from models.rfid_moe.popularity import Popularity
from models.rfid_moe.residual import Projection
from models.rfid_moe.shards import Row
from models.rfid_moe.watch import Watch


class FloorMax(Allocation):
    """Each group gets max(1, floor(K C_g / sum C))."""

    def ranks(self, scores: Sequence[int], full: Sequence[int], budget: int) -> tuple[int, ...]:
        """As it is described."""
        return tuple(min(rank, most) for rank, most in zip(floor_max(scores, budget), full, strict=True))


class ForeignSeed(Assembly):
    """eta is put where another group's P says."""

    def projection(self, residue: Residue) -> Projection:
        """Of the next group."""
        return projection_of(self._shape, residue.release, residue.layer, residue.group + 1, len(residue.values))


class MixedRollout(Store):
    """A_e of the new release, B_g and eta of the one before, which is on the disk."""

    def image(self, row: Row) -> Image:
        """Two releases in one."""
        image = super().image(row)
        older = self._images.releases.get(row.release - 1)
        if older is None:
            return image
        before = older.image(row.layer, row.expert)
        return Image(image.factor, before.basis, before.residue, image.place)


class CalibrationOnly(Popularity):
    """What was popular in calibration is so for ever."""

    def load(self, layer: int, expert: int) -> int:
        """Whatever is heard."""
        return self._calibration[layer][expert] + 1


class TwinsTogether(Planner):
    """Room is all that a node must have."""

    def may_hold(self, cluster: Cluster, node: str, layer: int, expert: int) -> bool:  # noqa: ARG002
        """Whatever it holds."""
        return True


class DrainsFirst(Moves):
    """A copy goes as soon as another one is on its way."""

    def stays(self, row: Row, why: str, others: int) -> bool:  # noqa: ARG002
        """Whether or not the other one serves."""
        return False


class MovesUncharged(Moves):
    """The bytes of a new copy are taken to be those of the old one, which are in the ledger already."""

    def charged(self, row: Row) -> Row:
        """Nothing more."""
        return Row(0, row.node, row.epoch, row.layer, row.expert, row.kind, row.release, 0)


class StaleMap(Watch):
    """A node that crashed is taken for the one it was."""

    def epoch(self, node: str) -> int:
        """The first one."""
        first = self._views.get(node)
        return 0 if first is None else 1
