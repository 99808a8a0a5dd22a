"""The machine with its own map: the object that a replicated log drives.

The shape is what any replicated log asks of a machine: `apply`, `query`, `snapshot`, `restore`, `digest`. Two replicas
that applied the same commands at the same indices are equal, byte for byte of their snapshots.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import NoReturn
from zlib import crc32

import msgspec

from models.veristore.machine.limits import Limits
from models.veristore.machine.machine import DEFAULT_LIMITS, DEFAULT_PARTS, Machine
from models.veristore.machine.memory import MemoryMap
from models.veristore.machine.parts import MachineParts
from models.veristore.machine.view import Change

Tell = Callable[[int, Sequence[Change]], None]
"""(index, changes) of a command that was applied."""

_MAGIC = b"VSM1"
_Items = list[tuple[bytes, bytes, int]]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, _Items]).decode


class StoreMachine:
    """A replica of the store. `apply` is a function of state, index and command: no clock, no chance, no disk.

    `tell`, if given, is shown the changes of each command, for whoever makes events of them; it must not answer back.
    """

    def __init__(
        self, limits: Limits = DEFAULT_LIMITS, parts: MachineParts = DEFAULT_PARTS, tell: Tell | None = None
    ) -> None:
        self._machine = Machine(limits, parts)
        self._tell = tell
        self._map = MemoryMap()
        self._applied = 0

    def apply(self, index: int, command: bytes) -> bytes:
        """Do one command, the one at `index`, which is greater than all before; returns its reply, encoded."""
        assert index > self._applied, f"the command at {index} comes after that at {self._applied}"
        outcome = self._machine.execute(self._map, index, command)
        self._map.apply(index, outcome.changes)
        self._applied = index
        if self._tell is not None and outcome.changes:
            self._tell(index, outcome.changes)
        return outcome.reply

    def query(self, question: bytes) -> bytes:
        """Answer a question, changing nothing; returns its reply, encoded."""
        return self._machine.answer(self._map, question)

    def snapshot(self) -> bytes:
        """Everything, with the index of the last command and a checksum."""
        body = _encode((self._applied, list(self._map.items())))
        return _MAGIC + crc32(body).to_bytes(4, "big") + body

    def restore(self, data: bytes) -> None:
        """Become what the snapshot was taken of. Raises ValueError, and changes nothing, if it is damaged."""
        applied, items = _read_snapshot(data)
        restored = MemoryMap()
        for key, value, version in items:
            restored.put(key, value, version)
        self._map, self._applied = restored, applied

    def digest(self) -> bytes:
        """Equal on all replicas that applied the same commands; 16 bytes. It costs nothing: see `MemoryMap.sum`."""
        text = self._applied.to_bytes(8, "big") + self._map.sum.to_bytes(16, "big")
        return blake2b(text, digest_size=16).digest()


def _read_snapshot(data: bytes) -> tuple[int, _Items]:
    if data[:4] != _MAGIC:
        _refuse("it does not begin as one")
    if crc32(data[8:]).to_bytes(4, "big") != data[4:8]:
        _refuse("its checksum does not match")
    try:
        return _decode(data[8:])
    except msgspec.MsgspecError as error:
        _refuse(str(error))


def _refuse(why: str) -> NoReturn:
    raise ValueError(f"this is no snapshot of the store: {why}")
