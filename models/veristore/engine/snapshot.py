"""A snapshot: the whole map at one seq as a stream of chunks, and how an empty store becomes it.

The first chunk says of which seq it is, its digest and how many chunks follow; every chunk has a CRC over its number
and content. Restoring writes one run and then one manifest: before the manifest has its name, nothing was restored.
"""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

import msgspec

from models.veristore.engine.block import DATA, Block, pack, unpack
from models.veristore.engine.damage import BadSnapshot, NotEmpty
from models.veristore.engine.manifest import Edit, Listed
from models.veristore.engine.memtable import Entry
from models.veristore.engine.run import write_run
from models.veristore.engine.tree import digest_of
from sim import Message

if TYPE_CHECKING:
    from models.veristore.engine.engine import Engine

VERSION: Final = 1
_HEAD = Struct("<II")
_PER_CHUNK = 64


class Title(Message):
    """The first chunk's content."""

    version: int
    seq: int
    chain: bytes
    digest: int
    chunks: int


class Copy(NamedTuple):
    """A snapshot that was read and checked: the map's entries in order of their keys, at `seq`."""

    seq: int
    chain: bytes
    digest: int
    entries: tuple[Entry, ...]


class EntryFormat:
    """How the entries of a chunk become bytes and come back."""

    def pack(self, entries: Sequence[Entry]) -> bytes:
        """Each field with its length before it."""
        return len(entries).to_bytes(2, "little") + pack(entries)

    def unpack(self, data: bytes) -> list[Entry]:
        """The entries of bytes whose CRC was right."""
        return unpack(Block(DATA, int.from_bytes(data[:2], "little"), data[2:], 0))


def take(engine: "Engine") -> list[bytes]:
    """The chunks of a snapshot of what the engine shows now."""
    entries, form = engine.tree.entries(), engine.parts.entries()
    groups = [form.pack(entries[at : at + _PER_CHUNK]) for at in range(0, len(entries), _PER_CHUNK)]
    title = Title(VERSION, engine.tree.applied, engine.shown_chain, digest_of(entries), len(groups))
    return [_seal(number, body) for number, body in enumerate([msgspec.msgpack.encode(title), *groups])]


def read(chunks: Sequence[bytes], form: EntryFormat) -> Copy:
    """Read a snapshot; BadSnapshot says what is wrong with it."""
    bodies = [_open(number, chunk) for number, chunk in enumerate(chunks)]
    if not bodies:
        raise BadSnapshot("the snapshot is empty")
    try:
        title = msgspec.msgpack.decode(bodies[0], type=Title)
    except msgspec.MsgspecError as error:
        raise BadSnapshot("the first chunk is no title of a snapshot") from error
    if title.version != VERSION:
        raise BadSnapshot(f"the snapshot is of version {title.version}, and this is version {VERSION}")
    if title.chunks != len(bodies) - 1:
        raise BadSnapshot(f"the snapshot has {title.chunks} chunks, and {len(bodies) - 1} are there")
    return Copy(title.seq, title.chain, title.digest, tuple(_entries(bodies[1:], form)))


async def restore(engine: "Engine", copy: Copy) -> None:
    """Make the empty directory of `engine` a store with this content; NotEmpty if it is one already."""
    storage = engine.storage
    if engine.exists:
        raise NotEmpty("a store is there already")
    edit = Edit(floor=copy.seq, chain=copy.chain, epoch=0, highest=copy.seq, next_run=2)
    if copy.entries:
        run = write_run(1, storage, engine.blocks, copy.entries)
        await storage.sync(run.name)
        await storage.sync_names()
        edit = msgspec.structs.replace(edit, add=(Listed(1, storage.size(run.name)),))
    await engine.manifest.create(edit)


def _entries(bodies: Sequence[bytes], form: EntryFormat) -> Iterator[Entry]:
    for body in bodies:
        yield from form.unpack(body)


def _seal(number: int, body: bytes) -> bytes:
    return _HEAD.pack(crc32(body, crc32(number.to_bytes(4, "little"))), number) + body


def _open(number: int, chunk: bytes) -> bytes:
    if len(chunk) < _HEAD.size:
        raise BadSnapshot(f"chunk {number} is cut short")
    crc, said = _HEAD.unpack_from(chunk)
    body = chunk[_HEAD.size :]
    if said != number:
        raise BadSnapshot(f"chunk {said} stands where chunk {number} should")
    if crc != crc32(body, crc32(number.to_bytes(4, "little"))):
        raise BadSnapshot(f"chunk {number} does not match its CRC")
    return body
