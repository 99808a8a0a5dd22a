"""Records: the frames of log and manifest. A header with its own CRC, the payload, a CRC over both.

    magic u32 | version u8 | kind u8 | flags u16 | epoch u32 | length u32 | seq u64 | prev u32 | header CRC u32
    payload (length bytes) | payload CRC u32

all little endian. Length and sequence are trusted only after the header CRC matched; `prev` is the last CRC of the
record before, so a record fits in one place only.
"""

from struct import Struct
from typing import Final, NamedTuple
from zlib import crc32

MAGIC: Final = 0x52545356  # "VSTR"
VERSION: Final = 1
BATCH: Final = 1
HEAD: Final = 2
EDIT: Final = 3

_FIELDS = Struct("<IBBHIIQI")
_CRC = Struct("<I")
HEADER_SIZE: Final = _FIELDS.size + _CRC.size
OVERHEAD: Final = HEADER_SIZE + _CRC.size


class Record(NamedTuple):
    """One record as it stands in a file; `raw` is all of it, `crc` its last CRC."""

    kind: int
    epoch: int
    seq: int
    prev: int
    payload: bytes
    crc: int
    raw: bytes

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return len(self.raw)

    @property
    def header_crc(self) -> int:
        """The CRC that stands behind the header."""
        return int(_CRC.unpack_from(self.raw, _FIELDS.size)[0])


class Flaw(NamedTuple):
    """There is no whole record here; `how` says why. `foreign`: a whole one, of a version that is not known."""

    how: str
    foreign: bool = False


class Framing:
    """How records are written and read. `record_max` is the longest payload that there may be, in bytes."""

    def __init__(self, record_max: int) -> None:
        self._record_max = record_max

    def seal(self, kind: int, epoch: int, seq: int, prev: int, payload: bytes) -> Record:
        """Make a record."""
        fields = _FIELDS.pack(MAGIC, VERSION, kind, 0, epoch, len(payload), seq, prev)
        header = fields + _CRC.pack(self.crc(fields, b""))
        crc = self.crc(header[_FIELDS.size :], payload)
        return Record(kind, epoch, seq, prev, payload, crc, header + payload + _CRC.pack(crc))

    def crc(self, covered: bytes, payload: bytes) -> int:
        """A check sum over a part of the header and the payload."""
        return crc32(payload, crc32(covered))

    def read(self, data: bytes, at: int) -> Record | Flaw:
        """The record that begins at `at`."""
        if at + HEADER_SIZE > len(data):
            return Flaw("the file ends within a header")
        fields = data[at : at + _FIELDS.size]
        magic, version, kind, _, epoch, length, seq, prev = _FIELDS.unpack(fields)
        (crc,) = _CRC.unpack_from(data, at + _FIELDS.size)
        if crc != self.crc(fields, b""):
            return Flaw("the header does not match its CRC")
        if magic != MAGIC:
            return Flaw("this is no record")
        if version != VERSION:
            return Flaw(f"written by version {version}, and this is version {VERSION}", foreign=True)
        return self._with_payload(data, at, length, (kind, epoch, seq, prev))

    def _with_payload(self, data: bytes, at: int, length: int, said: tuple[int, int, int, int]) -> Record | Flaw:
        if length > self._record_max:
            return Flaw(f"{length:,} bytes are more than a record may have")
        end = at + HEADER_SIZE + length
        if end + _CRC.size > len(data):
            return Flaw("the file ends within a record")
        payload = data[at + HEADER_SIZE : end]
        (crc,) = _CRC.unpack_from(data, end)
        if crc != self.crc(data[at + _FIELDS.size : at + HEADER_SIZE], payload):
            return Flaw("the payload does not match its CRC")
        return Record(*said, payload, crc, data[at : end + _CRC.size])
