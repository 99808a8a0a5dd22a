"""What a client tells the checks beside its history: what it saw of objects, pages and pairs, and from when to when."""

from models.veristore.object_events import Extent
from sim import Event


class PairSeen(Event):
    """The two keys of a pair in one scan, as (token, version) or None; a batch writes both or none."""

    pair: str
    first: tuple[str, int] | None
    second: tuple[str, int] | None


class ReadBegan(Event):
    """Read number `read` of this client may read these chunks until logical time `until`."""

    read: int
    bucket: str
    key: str
    version: int
    etag: str
    size: int
    extents: tuple[Extent, ...]
    until: int


class ReadEnded(Event):
    """The read has all its bytes: `size` of them, from which this ETag is computed."""

    read: int
    bucket: str
    key: str
    version: int
    etag: str
    size: int


class ReadFailed(Event):
    """The read did not get its bytes, because of `why`: the code of the answer."""

    read: int
    bucket: str
    key: str
    version: int
    why: str
    until: int


class ObjectStored(Event):
    """A put was answered: the version it made, its ETag, and the ETag that the client's own bytes have."""

    bucket: str
    key: str
    version: int
    etag: str
    computed: str


class PageAsked(Event):
    """Page number `page` of this client is asked for."""

    page: int
    bucket: str


class PageSeen(Event):
    """The page has come: its elements in answer to this question. Keys come with their versions."""

    page: int
    bucket: str
    prefix: str
    delimiter: str
    after: str
    max_keys: int
    keys: tuple[tuple[str, int], ...]
    prefixes: tuple[str, ...]
    truncated: bool


class ConditionFailed(Event):
    """A conditional write had no effect; the status is 412, 409 or 404."""

    bucket: str
    key: str
    status: int


class CasLost(Event):
    """A swap or a batch found another version than it expected, and did nothing."""

    key: str
