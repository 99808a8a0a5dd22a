"""What a bucket and an object may be called, and which numbers are uploads: the first thing that is looked at."""

from models.veristore.machine.limits import Limits
from models.veristore.machine.replies import Deny

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_EDGES = _LETTERS - frozenset(".-")


def check_bucket(bucket: str) -> None:
    """A bucket's name has 3 to 63 small letters, digits, dots and hyphens, the first and last no dot or hyphen."""
    fits = 3 <= len(bucket) <= 63 and _LETTERS.issuperset(bucket)
    if not fits or bucket[0] not in _EDGES or bucket[-1] not in _EDGES:
        raise Deny(400, "InvalidBucketName", f"{bucket!r} is no name of a bucket")


def check_object(bucket: str, key: str, limits: Limits) -> None:
    """An object's key has 1 to 1,024 bytes of UTF-8."""
    check_bucket(bucket)
    size = len(key.encode())
    if not size:
        raise Deny(400, "InvalidArgument", "an object's key has at least one byte")
    if size > limits.object_key_max:
        raise Deny(400, "KeyTooLongError", f"a key of {size} bytes, more than {limits.object_key_max}")


def no_such_upload(upload: int) -> Deny:
    """There is none, or it is over."""
    return Deny(404, "NoSuchUpload", f"there is no open upload {upload}")


def is_id(upload: int) -> bool:
    """Whether a number can be an upload's at all."""
    return 0 < upload < 2**63
