"""What a server tells the checks about its inside. `term` is the server's own term at that moment.

`chain` is the digest of (chain before, entry): two logs with equal chains at an index are equal up to there.
"""

from sim import Event


class Recovered(Event):
    """Read back from the disk at start: the vow, the snapshot's index (0: none) and the log behind it.

    The log holds entries `first`..`last`; `base_chain` is the chain before `first`, `chains` are theirs (8 bytes each).
    `newcomer`: the disk was replaced, and until the group has taken the server in again it does not vote.
    """

    term: int
    voted: str | None
    first: int
    last: int
    chain: bytes
    chains: bytes
    terms: tuple[tuple[int, int], ...]
    """(first index, term) of every stretch of entries of one term."""
    base_chain: bytes = bytes(8)
    snapshot_index: int = 0
    newcomer: bool = False


class VowSaved(Event):
    """The vow is durable."""

    term: int
    voted: str | None


class Granted(Event):
    """A vote (or with `pre` the promise of one) for `to` in term `asked`."""

    term: int
    to: str
    asked: int
    pre: bool


class Denied(Event):
    """A vote for `to` in term `asked` was refused, because of `why`."""

    term: int
    to: str
    asked: int
    pre: bool
    why: str


class BecameLeader(Event):
    """Elected in `term` by `voted_by`, of `voters`, with the log that ends at `last`."""

    term: int
    last: int
    chain: bytes
    voters: tuple[str, ...]
    voted_by: tuple[str, ...]


class SteppedDown(Event):
    """A leader or candidate is follower again."""

    term: int
    why: str


class Appended(Event):
    """The entry at `index` is durable."""

    term: int
    index: int
    entry_term: int
    chain: bytes
    kind: str


class Truncated(Event):
    """The log lost, durably, every entry from `first` on."""

    term: int
    first: int


class Committed(Event):
    """Everything up to `index` is known to be committed; `leading`: by the leader's own count."""

    term: int
    index: int
    entry_term: int
    chain: bytes
    leading: bool


class Applied(Event):
    """The machine took the entry at `index`; `effective`: it acted, and did not answer from the session's memory."""

    term: int
    index: int
    entry_term: int
    chain: bytes
    session: int
    serial: int
    effective: bool


class StateDigest(Event):
    """Digest of machine and sessions after the entry at `index`."""

    term: int
    index: int
    digest: bytes


class ReadBegan(Event):
    """A leader took read number `read` of its incarnation; `mode` is the scenario's `reads`."""

    term: int
    read: int
    mode: str


class ReadServed(Event):
    """Read number `read` was answered from the state at `applied`, having to see `read_index`."""

    term: int
    read: int
    read_index: int
    applied: int
    mode: str


class Progressed(Event):
    """A leader learned that `peer` holds its log up to `match`; it will send from `next` on."""

    term: int
    peer: str
    match: int
    next: int


class SnapshotSaved(Event):
    """The state up to `index` is durable as a snapshot."""

    term: int
    index: int
    entry_term: int
    chain: bytes


class SnapshotInstalled(Event):
    """A leader's snapshot up to `index` took the place of everything before, durably."""

    term: int
    index: int
    entry_term: int
    chain: bytes


class Compacted(Event):
    """The log begins at `first` now; what was before is in the snapshot."""

    term: int
    first: int


class ConfigAppended(Event):
    """The entry at `index`, which ends the prefix `chain`, names a new configuration, in force at once."""

    term: int
    index: int
    chain: bytes
    voters: tuple[str, ...]
    learners: tuple[str, ...]


class CopyLost(Event):
    """The disk has lost the entry at `index`, of term `entry_term` (0: nobody knows); its place is kept."""

    term: int
    index: int
    entry_term: int


class Repaired(Event):
    """The entry at `index` is there again, by a copy from `source`."""

    term: int
    index: int
    entry_term: int
    chain: bytes
    source: str


class Recognised(Event):
    """A server whose disk was replaced is a member again, as the `generation`-th of its name."""

    term: int
    generation: int


class LeaseExtended(Event):
    """A leader may answer reads alone until `until` of its own clock, in ns."""

    term: int
    until: int


class TransferStarted(Event):
    """A leader has begun to hand its leadership over to `to`."""

    term: int
    to: str
