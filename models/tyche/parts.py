"""What a cluster is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.tyche.chance import Chance
from models.tyche.container import Containers
from models.tyche.loads import Loads
from models.tyche.planner import Planner
from models.tyche.predictor import Predictor
from models.tyche.runs import Runs
from models.tyche.stamps import Stamps
from models.tyche.table import Table
from models.tyche.timers import Timers
from models.tyche.window import Window


@dataclass(frozen=True)
class Parts:
    """The class of every part of the controller and of a worker."""

    window: type[Window] = Window
    predictor: type[Predictor] = Predictor
    chance: type[Chance] = Chance
    timers: type[Timers] = Timers
    stamps: type[Stamps] = Stamps
    table: type[Table] = Table
    planner: type[Planner] = Planner
    containers: type[Containers] = Containers
    loads: type[Loads] = Loads
    runs: type[Runs] = Runs
