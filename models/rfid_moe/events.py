"""What the checks are told. Numbers of pairs, bytes and versions are whole; errors and bounds are in millionths."""

from models.rfid_moe.shards import PlacementMap
from sim import Event


class NodeStarted(Event):
    """An expert node begins an epoch with empty VRAM."""

    epoch: int


class ShardState(Event):
    """A shard of this node goes from one state to another.

    `parts` are the releases of its parts, `digest` that of the matrix it computes with (both when READY). `map` is the
    version of the map that gave it up (when DRAINING), `staged` that it lies in the stage.
    """

    row: int
    layer: int
    expert: int
    kind: str
    release: int
    size: int
    source: str
    target: str
    why: str
    parts: tuple[int, ...] = ()
    digest: bytes = b""
    map: int = 0
    staged: bool = False


class Vram(Event):
    """The ledger of one node: bytes of rows, bytes of others' claims that were granted, and all there are."""

    of: str
    rows: int
    claimed: int
    total: int


class Compressed(Event):
    """A release, layer by layer: budget in ranks, ranks and full ranks of each group, bytes used and allowed."""

    release: int
    layer: int
    budget: int
    ranks: tuple[int, ...]
    full: tuple[int, ...]
    size: int
    size_max: int


class Infeasibly(Event):
    """A release cannot be made: the one before stays."""

    release: int
    why: str


class MapChanged(Event):
    """The ledger has a new map."""

    map: PlacementMap
    why: str


class Leads(Event):
    """A controller leads from now on."""

    token: int


class Rebalanced(Event):
    """Loads of nodes, the greatest over the mean in percent, and how many moves follow."""

    imbalance: int
    moves: int


class FullService(Event):
    """Whether every expert has all of its copies and shadow, with nothing on its way, as the leader knows."""

    full: bool


class MapTaken(Event):
    """A dispatcher goes by this version from now on."""

    version: int


class Sent(Event):
    """One pair of a part: the expert that the token wanted and the one that is asked."""

    slot: int
    wanted: int
    expert: int
    kind: str
    release: int


class Dispatched(Event):
    """A part of a step leaves for a node: rung 0 for the first try."""

    session: int
    number: int
    step: int
    layer: int
    to: str
    epoch: int
    map: int
    rung: int
    pairs: tuple[Sent, ...]


class Returned(Event):
    """A part came back in time, or the node said that it cannot (`able` false)."""

    session: int
    number: int
    able: bool


class Expired(Event):
    """A part did not come back in time. `waited` in ns of the dispatcher's clock."""

    session: int
    number: int
    waited: int


class Ignored(Event):
    """A result came that nobody waits for any more."""

    session: int
    number: int


class Computing(Event):
    """A node computes with shards of these releases for an epoch: (layer, expert, kind, release asked, release
    held).
    """

    asked_epoch: int
    epoch: int
    shards: tuple[tuple[int, int, str, int, int], ...]


class Dropped(Event):
    """The share of an expert in a token is left out."""

    session: int
    step: int
    layer: int
    slot: int
    wanted: int


class Used(Event):
    """One term of a sum: which expert stands for which, by which part, with what weight, from which rung."""

    wanted: int
    expert: int
    kind: str
    release: int
    weight: int
    rung: int
    number: int


class Combined(Event):
    """A token's output at a layer, and what is certified of its error."""

    session: int
    step: int
    layer: int
    request: str
    slot: int
    token: int
    phase: int
    terms: tuple[Used, ...]
    output: tuple[int, ...]
    bound: int


class Answered(Event):
    """A request ends. `reasons` are the rungs from 3 on that it used; error and bound are relative, in millionths."""

    request: str
    degraded: bool
    reasons: tuple[int, ...]
    failed: bool
    error: int
    bound: int


class Asked(Event):
    """A client wants an answer."""

    request: str


class Taken(Event):
    """A client has an answer."""

    request: str
    degraded: bool
    failed: bool


class Shifted(Event):
    """The traffic changes: others are popular now."""

    phase: int
