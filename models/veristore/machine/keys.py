"""Where things lie in the map. Numbers are big-endian, so that the order of keys is the order of numbers.

    k/<key>                     a value of the key-value store
    s/<session>                 a client's last serial and reply
    t                           logical time

No user's text is ever followed by anything, and a bucket's name has no slash: no two things have the same key.
"""

TIME = b"t"
VALUES = b"k/"
SESSIONS = b"s/"


def value_key(key: bytes) -> bytes:
    """Of a key of the key-value store."""
    return VALUES + key


def session_key(session: int) -> bytes:
    """Of a client's session."""
    return SESSIONS + number(session)


def number(n: int) -> bytes:
    """Eight bytes."""
    return n.to_bytes(8, "big")


def read_number(key: bytes, prefix: bytes) -> int:
    """The number that stands behind `prefix`."""
    return int.from_bytes(key[len(prefix) : len(prefix) + 8], "big")
