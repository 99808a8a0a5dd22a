"""Where things lie in the map. Numbers are big-endian, so that the order of keys is the order of numbers.

    k/<key>                     a value of the key-value store
    s/<session>                 a client's last serial and reply
    t                           logical time
    o/<bucket>/<key>            an object's metadata
    u/<upload>                  an upload
    p/<upload><part>            a part of a multipart upload
    c/<upload><n>               a chunk
    d/<upload>                  an upload whose chunks wait to be collected

No user's text is ever followed by anything, and a bucket's name has no slash: no two things have the same key.
"""

TIME = b"t"
VALUES = b"k/"
SESSIONS = b"s/"
OBJECTS = b"o/"
UPLOADS = b"u/"
PARTS = b"p/"
CHUNKS = b"c/"
GARBAGE = b"d/"


def value_key(key: bytes) -> bytes:
    """Of a key of the key-value store."""
    return VALUES + key


def session_key(session: int) -> bytes:
    """Of a client's session."""
    return SESSIONS + number(session)


def object_key(bucket: str, key: str) -> bytes:
    """Of an object."""
    return OBJECTS + f"{bucket}/{key}".encode()


def object_name(stored: bytes) -> tuple[str, str]:
    """(bucket, key) of an object's key in the map."""
    bucket, _, key = stored[len(OBJECTS) :].decode().partition("/")
    return bucket, key


def upload_key(upload: int) -> bytes:
    """Of an upload."""
    return UPLOADS + number(upload)


def part_key(upload: int, part: int) -> bytes:
    """Of a part of a multipart upload."""
    return PARTS + number(upload) + part.to_bytes(2, "big")


def parts_of(upload: int) -> bytes:
    """What the keys of all parts of an upload begin with."""
    return PARTS + number(upload)


def part_number(stored: bytes) -> int:
    """The number of the part at this key of the map."""
    return int.from_bytes(stored[-2:], "big")


def chunk_key(upload: int, n: int) -> bytes:
    """Of a chunk."""
    return CHUNKS + number(upload) + n.to_bytes(4, "big")


def chunks_of(upload: int) -> bytes:
    """What the keys of all chunks of an upload begin with."""
    return CHUNKS + number(upload)


def chunk_number(stored: bytes) -> int:
    """The number of the chunk at this key of the map."""
    return int.from_bytes(stored[-4:], "big")


def garbage_key(upload: int) -> bytes:
    """Of an upload whose chunks wait to be collected."""
    return GARBAGE + number(upload)


def number(n: int) -> bytes:
    """Eight bytes."""
    return n.to_bytes(8, "big")


def upload_of(stored: bytes) -> int:
    """The upload that a key of an upload, part, chunk or garbage names."""
    return int.from_bytes(stored[2:10], "big")
