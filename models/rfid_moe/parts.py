"""What the serving of experts is built from. A mutant puts a subclass that overrides one rule in the place of one
part.
"""

from dataclasses import dataclass

from models.rfid_moe.combining import Combiner
from models.rfid_moe.compression import Allocation, Assembly
from models.rfid_moe.dispatch import Dispatch
from models.rfid_moe.images import Store
from models.rfid_moe.ladder import Ladder
from models.rfid_moe.moves import Moves
from models.rfid_moe.placement import Planner
from models.rfid_moe.popularity import Popularity
from models.rfid_moe.watch import Watch


@dataclass(frozen=True)
class Parts:
    """The class of every part of dispatchers, nodes and controllers."""

    allocation: type[Allocation] = Allocation
    assembly: type[Assembly] = Assembly
    store: type[Store] = Store
    ladder: type[Ladder] = Ladder
    dispatch: type[Dispatch] = Dispatch
    combiner: type[Combiner] = Combiner
    planner: type[Planner] = Planner
    moves: type[Moves] = Moves
    popularity: type[Popularity] = Popularity
    watch: type[Watch] = Watch
