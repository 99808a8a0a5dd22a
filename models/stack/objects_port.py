"""The objects port: VeriStore's objects on a Raft group, and the same in the memory of one actor.

Each call takes a contact of its own out of a pool, for a contact does one thing at a time. A put is conditional on
there being nothing, so that the first of several equal ones is the object, and all get its ETag.
"""

from collections.abc import Sequence

from models import raft, veristore
from models.stack.backpressure import BUSY, Budget, Desk
from models.stack.ports import Clocked, Errand
from models.stack.raft_port import RaftPort
from models.stack.settings import StoreSettings
from models.stack.whole_put import WholePut
from sim import Actor, Refused

PORT = "objects"
PAGE = 100
CONTACTS_MAX = 16
"""How many calls of one actor may be under way; another one is refused at once."""


class ReplicatedObjects:
    """Of one actor."""

    def __init__(
        self, actor: Actor, servers: Sequence[str], settings: StoreSettings, budget: type[Budget] = Budget
    ) -> None:
        self._actor = actor
        self._servers = tuple(servers)
        self._settings = settings
        self._streams = actor.random.child("objects")
        self._free: list[RaftPort] = []
        self._made = 0
        self._writer = veristore.Writer(settings.chunk_size)
        self._reader = veristore.Reader(actor)
        self._desk = Desk(actor, PORT, budget)

    async def put(self, errand: Errand, bucket: str, key: str, body: bytes) -> str:
        """See `Objects`."""
        clocked, port = self._begin(errand, "put", bucket)
        computed = veristore.md5_of(body)
        try:
            if 0 < len(body) <= self._settings.chunk_size:
                reply = await port.put_whole(WholePut(bucket, key, body, computed), clocked.deadline)
            else:
                upload = await self._writer.prepare(port, bucket, key, body, clocked.deadline)
                reply = await port.ask(veristore.CommitPut(upload, veristore.IfAbsent()), clocked.deadline)
        finally:
            self._free.append(port)
        if isinstance(reply, veristore.Denied) and reply.status in (409, 412):
            return await self._known(clocked, bucket, key, computed)
        committed = veristore.done(reply, veristore.Committed)
        self._actor.emit(veristore.ObjectStored(bucket, key, committed.version, committed.etag, computed))
        return committed.etag

    async def _known(self, clocked: Clocked, bucket: str, key: str, computed: str) -> str:
        """The ETag of what is there already, if it is the same; an earlier attempt may have put it."""
        port = self._take()
        try:
            found = await self._reader.head(port, bucket, key, clocked.deadline)
        finally:
            self._free.append(port)
        if found is None or found.meta.etag != computed:
            raise Refused(f"{bucket}/{key} holds something else")
        return computed

    async def get(self, errand: Errand, bucket: str, key: str) -> bytes | None:
        """See `Objects`."""
        clocked, port = self._begin(errand, "get", bucket)
        try:
            found = await self._reader.read(port, bucket, key, clocked.deadline)
        finally:
            self._free.append(port)
        return None if found is None else found[1]

    async def list(self, errand: Errand, bucket: str, prefix: str) -> tuple[str, ...]:
        """See `Objects`."""
        clocked, port = self._begin(errand, "list", bucket)
        keys: list[str] = []
        try:
            after, more = "", True
            while more:
                question = veristore.ListObjects(bucket, prefix, "", after, PAGE)
                page = veristore.accepted(await port.query(question, clocked.deadline))
                assert isinstance(page, veristore.Listed), f"{page} is no page of a list"
                keys += [entry.key for entry in page.entries]
                after, more = page.last, page.truncated
        finally:
            self._free.append(port)
        return tuple(keys)

    async def delete(self, errand: Errand, bucket: str, key: str) -> None:
        """See `Objects`."""
        clocked, port = self._begin(errand, "delete", bucket)
        try:
            veristore.done(await port.ask(veristore.DeleteObject(bucket, key), clocked.deadline), veristore.Written)
        finally:
            self._free.append(port)

    def _begin(self, errand: Errand, verb: str, bucket: str) -> tuple[Clocked, RaftPort]:
        self._desk.admit(errand)
        port = self._take()
        self._desk.note(verb, bucket, errand)
        return Clocked(self._actor, errand), port

    def _take(self) -> RaftPort:
        if self._free:
            return self._free.pop()
        if self._made >= self.contacts_max():
            raise Refused(BUSY)
        self._made += 1
        retries = self._streams.child(str(self._made))
        return RaftPort(raft.Contact(self._actor, self._servers, self._settings, retries))

    def contacts_max(self) -> int:
        """How many calls may be under way at once."""
        return CONTACTS_MAX


class RememberedObjects:
    """The stand-in: objects in memory, for whoever is tested without a store."""

    def __init__(self) -> None:
        self._bodies: dict[tuple[str, str], bytes] = {}

    async def put(self, errand: Errand, bucket: str, key: str, body: bytes) -> str:
        """See `Objects`."""
        _refuse_late(errand)
        if self._bodies.setdefault((bucket, key), body) != body:
            raise Refused(f"{bucket}/{key} holds something else")
        return veristore.md5_of(body)

    async def get(self, errand: Errand, bucket: str, key: str) -> bytes | None:
        """See `Objects`."""
        _refuse_late(errand)
        return self._bodies.get((bucket, key))

    async def list(self, errand: Errand, bucket: str, prefix: str) -> tuple[str, ...]:
        """See `Objects`."""
        _refuse_late(errand)
        return tuple(sorted(key for home, key in self._bodies if home == bucket and key.startswith(prefix)))

    async def delete(self, errand: Errand, bucket: str, key: str) -> None:
        """See `Objects`."""
        _refuse_late(errand)
        self._bodies.pop((bucket, key), None)


def _refuse_late(errand: Errand) -> None:
    if errand.left <= 0:
        raise Refused("no time is left")
