"""What a scenario may choose about a store. Sizes are in bytes."""

from typing import Annotated, Literal

from pydantic import Field

from models.veristore.clients.settings import ClientSettings
from sim import MS, SECOND, Duration

Count = Annotated[int, Field(strict=True, ge=1)]


class Settings(ClientSettings):
    """Parameters of `model: veristore`.

    recovery: what to do at the first bad record of the log; the modes are those of RocksDB's write-ahead log. marks:
    late (one node: with the next group) or early (replicated logs: under the record's own sync). A group of at most
    `group_max` commands is made durable together, after `group_window`. A checkpoint is made when the memtable has
    `memtable_max` bytes or the log `log_max` records above the floor, and every `checkpoint_every` (0: never).
    read_back: a run that was written is read before the log that it is made of is dropped.
    reserve: space that is given up when the disk is full, so that deletes and compaction can go on. digest_every: tell
    the checks the digest of the whole map after every so many checkpoints and compactions (0: never). standby: the last
    of several servers is empty, and is given a snapshot after `snapshot_every`.
    """

    recovery: Literal["torn-tail", "absolute", "point-in-time", "skip-any"] = "torn-tail"
    marks: Literal["late", "early"] = "late"
    mark_idle: Duration = 5 * MS
    group_max: Count = 64
    group_window: Duration = 1 * MS
    segment_records: Annotated[int, Field(strict=True, ge=1, le=256)] = 256
    record_max: Annotated[int, Field(strict=True, ge=1024)] = 256 * 1024
    memtable_max: Count = 64 * 1024
    log_max: Count = 4096
    block: Annotated[int, Field(strict=True, ge=64, le=65_536)] = 1024
    fan_in: Annotated[int, Field(strict=True, ge=2)] = 4
    read_back: bool = True
    manifest_edits: Count = 100
    reserve: Annotated[int, Field(strict=True, ge=0)] = 64 * 1024
    space_retry: Duration = 100 * MS
    checkpoint_every: Duration = 0
    digest_every: Annotated[int, Field(strict=True, ge=0)] = 1
    standby: bool = False
    snapshot_every: Duration = 1 * SECOND
