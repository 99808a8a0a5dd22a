"""How large and how many: what the machine refuses, with an error that says so. Defaults are those of Amazon S3."""

from dataclasses import dataclass

from sim import SECOND

KIB = 1024
MIB = 1024 * KIB
HOUR = 3600 * SECOND


@dataclass(frozen=True)
class Limits:
    """Sizes are in bytes, times in ns of logical time (see `Tick`)."""

    key_max: int = 1024
    value_max: int = 64 * KIB
    batch_max: int = 100
    scan_max: int = 1000
    session_max: int = 1000
    object_key_max: int = 1024
    chunk_max: int = 64 * KIB
    put_max: int = 5 * 1024 * MIB
    part_min: int = 5 * MIB
    parts_max: int = 10_000
    list_max: int = 1000
    grace: int = 60 * SECOND
    """How long chunks stay that no object names any more: longer than the longest read."""
    upload_ttl: int = 24 * HOUR
    """How old an open upload may become."""
    result_kept: int = 24 * HOUR
    """How long a completed multipart upload can be completed again, for the same answer."""
