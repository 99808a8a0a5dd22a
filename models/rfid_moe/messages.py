"""What clients, dispatchers, expert nodes, controllers and the ledger say to each other."""

from models.rfid_moe.shards import PlacementMap, Row
from sim import Message, Request

# Clients and dispatchers


class Generated(Message):
    """An answer. `degraded` names the rungs of the ladder that lost something; none for a full one."""

    request: str
    degraded: tuple[int, ...]
    failed: bool


class Generate(Request[Generated]):
    """Run these tokens through the model. `phase` is that of the traffic: who is popular now."""

    request: str
    tokens: tuple[int, ...]
    phase: int


# Dispatchers and nodes


class Wanted(Message):
    """One pair of a step: the place of its token in the batch, and what is to be computed for it."""

    slot: int
    token: int
    expert: int
    kind: str
    release: int


class Compute(Message):
    """A part of a step, for one epoch of one node. (session, number) is unique: each part is sent once.

    `fetch`: the expert may be fetched from the node's own images first.
    """

    session: int
    number: int
    layer: int
    epoch: int
    wanted: tuple[Wanted, ...]
    fetch: bool


class Computed(Message):
    """The outputs of a part, in its order."""

    session: int
    number: int
    epoch: int
    outputs: tuple[tuple[int, ...], ...]


class Unable(Message):
    """The node cannot do this part."""

    session: int
    number: int
    why: str


class Popular(Message):
    """How often experts were wanted since the last such message: (layer, expert, pairs)."""

    counts: tuple[tuple[int, int, int], ...]


# Nodes and controllers


class Holding(Message):
    """A shard on a node."""

    row: int
    state: str


class Beat(Message):
    """A node is there, in this epoch, and holds these. Later words of an epoch have greater serials."""

    epoch: int
    serial: int
    holdings: tuple[Holding, ...]


class Load(Message):
    """Load the shard of a row. `token` is the fencing token of who says so."""

    token: int
    row: Row


class Drain(Message):
    """Give a row's shard up: what was asked before is still done. `map` is the version that gave it up, `why` the
    cause.
    """

    token: int
    epoch: int
    row: int
    map: int
    why: str


class Gone(Message):
    """A row's shard is not on the node and never will be."""

    epoch: int
    row: int


class Fetched(Message):
    """A peer has the image."""

    row: int


class Fetch(Request[Fetched]):
    """Send me the image of a row's shard."""

    row: Row


class MapIs(Message):
    """The map as it is committed."""

    map: PlacementMap


# Controllers and the ledger


class Elected(Message):
    """The lease is yours under this token. What is durable: map, rows, and how many bytes of each node others claim."""

    token: int
    map: PlacementMap
    rows: tuple[Row, ...]
    claimed: tuple[tuple[str, int], ...]
    release: int


class Campaign(Request[Elected]):
    """Let me lead the placement."""


class Renewed(Message):
    """The lease goes on. `claimed`: bytes of each node that others have or wait for."""

    claimed: tuple[tuple[str, int], ...]


class Renew(Request[Renewed]):
    """Let it go on."""

    token: int


class Done(Message):
    """It is durable."""


class Commit(Request[Done]):
    """Make this the map. Its version is the next one."""

    token: int
    map: PlacementMap
    why: str


class Granted(Message):
    """The rows that were written: those for which there was room."""

    rows: tuple[Row, ...]


class Claim(Request[Granted]):
    """Write rows; they carry number 0 and get one. Serials rise under a token: what comes again is not done again."""

    token: int
    serial: int
    rows: tuple[Row, ...]


class Strike(Request[Done]):
    """Strike rows out: what they stood for is no more."""

    token: int
    rows: tuple[int, ...]


class Publish(Request[Done]):
    """Go to a compression release."""

    token: int
    release: int
