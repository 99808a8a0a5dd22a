"""What an ETag is: it names content, not a version. Equal bodies have equal ETags, as in Amazon S3 without encryption.

So a condition on an ETag can hold although the object changed twice in between (ABA).
"""

from collections.abc import Sequence
from hashlib import md5


class Etags:
    """Makes ETags from MD5 sums."""

    def of_body(self, digest: bytes) -> str:
        """The ETag of a body with this MD5 sum."""
        return digest.hex()

    def of_parts(self, digests: Sequence[str]) -> str:
        """The ETag of a multipart object: the MD5 of the parts' binary MD5s, a hyphen, and how many parts there are."""
        joined = b"".join(bytes.fromhex(digest) for digest in digests)
        return f"{md5(joined, usedforsecurity=False).hexdigest()}-{len(digests)}"
