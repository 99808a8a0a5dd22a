"""What clients, controller and workers tell the checks about their inside. Times of a node's own clock are in ns."""

from sim import Event

PLANNED, LOADING, RESIDENT = "PLANNED", "LOADING", "RESIDENT"
USED, DROPPED, KILLED, LOST = "USED", "DROPPED", "KILLED", "LOST"
COLD, WARMING, IDLE, RUNNING, EXPIRED, DEAD = "COLD", "WARMING", "IDLE", "RUNNING", "EXPIRED", "DEAD"


class Asked(Event):
    """A client asks for the first time."""

    request: str
    function: str


class Taken(Event):
    """A client has the answer to a request, for the first time."""

    request: str
    function: str
    result: int


class ControllerStarted(Event):
    """A controller begins, with empty tables. `windows`: functions whose arrivals it still knows."""

    incarnation: int
    windows: tuple[str, ...]


class Arrived(Event):
    """A request has come to the controller, at `clock_ns` of its wall clock."""

    function: str
    request: str
    clock_ns: int


class Predicted(Event):
    """The plan of a ticket: load and drop so long after the arrival. `span` is that of the window, 0 without one."""

    function: str
    incarnation: int
    n: int
    load_after: int
    drop_after: int
    span: int
    keep: bool


class PlannerFailed(Event):
    """The planner died of this; the request goes on without a prediction."""

    function: str
    why: str


class Planned(Event):
    """Where the ticket's model goes was decided. Probability in billionths that a request comes within the horizon."""

    function: str
    chance: int
    span: int
    items: int
    displaced: int
    chosen: bool
    value: int


class Sent(Event):
    """The controller told a worker to load or unload a ticket's model."""

    function: str
    incarnation: int
    n: int
    verb: str
    worker: str


class Routed(Event):
    """A request goes to `worker`, which has been silent for `silent_ns`: because of a `resident` model, an `idle`
    container, or as the `least` loaded.
    """

    request: str
    function: str
    worker: str
    why: str
    silent_ns: int


class Heard(Event):
    """The controller believes what a worker of this epoch says under this serial."""

    worker: str
    epoch: int
    serial: int


class Hinted(Event):
    """The controller's table says from now on that a model is resident there, or that it is not."""

    worker: str
    container: str
    function: str
    resident: bool


class WorkerStarted(Event):
    """A worker begins an epoch with nothing loaded. `pools` are the MB of main memory and of each GPU."""

    epoch: int
    pools: tuple[int, ...]


class ContainerState(Event):
    """A container changes its state, for `request` if there is one, whose model takes `mb` of memory `pool`."""

    container: str
    user: str
    source: str
    target: str
    request: str = ""
    pool: int = 0
    mb: int = 0


class LoadState(Event):
    """A ticket changes its state; its model has or had `mb` in memory `pool` (0: main memory, k: GPU k) there."""

    function: str
    incarnation: int
    n: int
    container: str
    pool: int
    mb: int
    source: str
    target: str
    why: str


class Served(Event):
    """A worker has run a request, in ns of its own clock: when it came, began in its container and ended.

    how: hit (the model was resident), caught (it was being loaded), warm (only a container was there), cold (a
    container was made). `load_ns` of the time went into starting and loading.
    """

    request: str
    function: str
    container: str
    how: str
    hinted: bool
    came_ns: int
    begun_ns: int
    ended_ns: int
    start_ns: int
    load_ns: int
    result: int


class Slowed(Event):
    """From now on loads that begin take so many times as long."""

    factor: int


class Claimed(Event):
    """Others have `mb` of memory `pool` for themselves from now on, all together."""

    pool: int
    mb: int


class Memory(Event):
    """The ledger of memory `pool`: rows in all, rows of preloaded models, in MB."""

    pool: int
    used: int
    preloaded: int
