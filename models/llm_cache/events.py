"""What clients, routers and engines tell the checks. Times are in ns, blocks are numbers, keys as stored."""

from models.llm_cache.messages import Origin
from sim import Event


class Asked(Event, gc=False):
    """A client asks for the first time."""

    request: str
    origin: Origin
    session: str
    prompt: bytes
    max_new: int


class Delivered(Event, gc=False):
    """Tokens from `position` on have reached the client."""

    request: str
    position: int
    tokens: bytes
    version: int


class Got(Event, gc=False):
    """The last word has reached the client: done, failed, canceled, refused, conflict."""

    request: str
    state: str
    why: str
    version: int
    first_ns: int
    total_ns: int
    count: int


class Repeated(Event, gc=False):
    """The answer to a request that a client sent twice, as the second one got it."""

    request: str
    state: str
    tokens: bytes
    version: int


class Received(Event, gc=False):
    """A router takes a request on."""

    request: str
    version: int


class Routed(Event, gc=False):
    """An attempt goes to `node`, of which `believed` blocks are believed to be held since `entry_epoch` (0: none).

    `silent_ns` is how long the node had not been heard of, `draining` whether it had said that it takes no more.
    """

    request: str
    attempt: str
    node: str
    epoch: int
    policy: str
    believed: int
    entry_epoch: int
    silent_ns: int
    draining: bool
    blocks: int


class Left(Event, gc=False):
    """A router's attempt is over: done, refused, silent, dead, withdrawn."""

    request: str
    attempt: str
    why: str


class Ended(Event, gc=False):
    """A router's request is over."""

    request: str
    state: str
    why: str
    attempts: int


class Answered(Event, gc=False):
    """A request is done: what its answer cost. `held_ns` is from Received on, `queued_ns` what of it was waiting."""

    request: str
    attempt: str
    version: int
    digest: bytes
    prompt: int
    reused: int
    computed: int
    queued_ns: int
    held_ns: int


class Phantom(Event, gc=False):
    """Fewer blocks were there than were believed."""

    request: str
    node: str
    believed: int
    held: int


class Missed(Event, gc=False):
    """More blocks were there than were believed."""

    request: str
    node: str
    believed: int
    held: int


class SessionMoved(Event, gc=False):
    """A session has another home from now on."""

    session: str
    source: str
    target: str
    why: str


class NodeDead(Event, gc=False):
    """A router has not heard of a node for too long, or knows that its epoch is over."""

    node: str
    epoch: int


class Known(Event, gc=False):
    """A router knows that this is the node's epoch now."""

    node: str
    epoch: int


class Folded(Event, gc=False):
    """A router's entries of a node at a serial of its feed: how many, their blocks in the book, their keys xored."""

    node: str
    epoch: int
    serial: int
    entries: int
    used: int
    mark: int
    how: str


class FeedGap(Event, gc=False):
    """A serial of a node's feed is missing."""

    node: str
    epoch: int
    expected: int
    found: int


class Written(Event, gc=False):
    """Records behind number `first` go to the index log: the digest of each, and what they are worth."""

    first: int
    digests: tuple[bytes, ...]


class Synced(Event, gc=False):
    """So many records of the index log are durable."""

    records: int


class IndexRecovered(Event, gc=False):
    """What a router read: so many records, which chain to this digest; entries, and those of nobody it may believe."""

    records: int
    digest: bytes
    entries: int
    torn: bool


class Compacted(Event, gc=False):
    """The index log was replaced by a snapshot of so many records' effect."""

    records: int
    entries: int


class RouterStarted(Event, gc=False):
    """A router begins its `term`."""

    term: int


class EngineStarted(Event, gc=False):
    """An epoch of an engine begins with all blocks free."""

    epoch: int
    version: int
    model: str
    total: int
    block_bytes: int
    claim: int


class BlockState(Event, gc=False):
    """Blocks change their state."""

    source: str
    target: str
    blocks: tuple[int, ...]


class Freed(BlockState, gc=False):
    """A change of state whose target is FREE: nothing is in these blocks any longer."""


class Pinned(Event, gc=False):
    """An attempt needs these blocks."""

    attempt: str
    blocks: tuple[int, ...]


class Unpinned(Event, gc=False):
    """It no longer does; the blocks are touched in this order."""

    attempt: str
    blocks: tuple[int, ...]
    refs: tuple[int, ...]


class FillBegan(Event, gc=False):
    """An attempt will compute these blocks, the `first`-th of its text and those behind it."""

    attempt: str
    first: int
    blocks: tuple[int, ...]
    keys: tuple[int, ...]
    taken_over: bool


class Joined(Event, gc=False):
    """An attempt waits for blocks that another one computes."""

    attempt: str
    blocks: tuple[int, ...]


class FillLost(Event, gc=False):
    """Nobody computes these blocks any longer."""

    attempt: str
    blocks: tuple[int, ...]


class Filled(Event, gc=False):
    """Blocks are complete: what was really computed, behind which block (-1: none)."""

    attempt: str
    request: str
    origin: Origin
    version: int
    parent: int
    blocks: tuple[int, ...]
    keys: tuple[int, ...]
    contents: tuple[bytes, ...]
    public: int


class Evicted(Event, gc=False):
    """Blocks were given up, in this order; ages in ns since they were touched."""

    blocks: tuple[int, ...]
    keys: tuple[int, ...]
    ages: tuple[int, ...]


class Queued(Event, gc=False):
    """An attempt waits in an engine; lower orders came earlier. `again`: it was preempted."""

    attempt: str
    order: int
    again: bool


class Admitted(Event, gc=False):
    """It waits no longer."""

    attempt: str
    order: int


class Reused(Event, gc=False):
    """The leading blocks of an attempt's text that were there, or became complete while it waited for them."""

    attempt: str
    request: str
    blocks: tuple[int, ...]
    keys: tuple[int, ...]


class Preempted(Event, gc=False):
    """An attempt gives its blocks back and is computed again later: so many tokens were in memory."""

    attempt: str
    lost: int


class Gone(Event, gc=False):
    """An attempt has left its engine: finished, canceled, preempted."""

    attempt: str
    why: str


class Pool(Event, gc=False):
    """What an engine's pool says of itself."""

    free: int
    filling: int
    cached: int
    used: int


class Told(Event, gc=False):
    """What an engine's feed has named up to a serial: how many keys, xored."""

    epoch: int
    serial: int
    held: int
    mark: int


class Loaded(Event, gc=False):
    """What an engine's word of its load says."""

    queued: int
    running: int


class EpochRefused(Event, gc=False):
    """An attempt was meant for another epoch."""

    attempt: str
    meant: int
    epoch: int


class Collided(Event, gc=False):
    """A key was found, and its tokens are not those looked for."""

    key: int


class VersionRolled(Event, gc=False):
    """An engine has another version from now on."""

    version: int


class Drained(Event, gc=False):
    """An engine that is to change its version has finished or canceled what it had."""

    canceled: int
