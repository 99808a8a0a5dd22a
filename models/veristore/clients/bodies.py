"""Bodies that can be told apart: a token that no other write of the run has, padded to a size."""

from hashlib import md5

_END = b"\n"


def pad(token: str, size: int) -> bytes:
    """The token again and again, `size` bytes but at least one whole token with its end."""
    line = token.encode() + _END
    return (line * (size // len(line) + 1))[: max(size, len(line))]


def read_token(body: bytes) -> str | None:
    """The token of a body that `pad` made; None if these bytes are no such body."""
    head, end, _ = body.partition(_END)
    try:
        token = head.decode()
    except UnicodeDecodeError:
        return None
    return token if end and pad(token, len(body)) == body else None


def md5_of(body: bytes) -> str:
    """The MD5 sum in hex."""
    return md5(body, usedforsecurity=False).hexdigest()
