# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of recovery from rotten disks. Each class overrides one rule of a part."""

from models.raft.acceptance import Acceptance
from models.raft.marked_log import MarkedLog
from models.raft.messages import Entry
from models.raft.repair import Repair


class BlindCut(MarkedLog):
    """Takes the first bad entry for a torn tail, whatever its mark says."""

    def keeps_place(self, index: int) -> bool:  # noqa: ARG002
        return False


class MinorityCut(Repair):
    """Cuts what one other server never had."""

    def was_never_committed(self, without: list[str]) -> bool:
        return bool(without)


class AcksFaulty(Acceptance):
    """Acknowledges entries whose place is kept, but which cannot be read."""

    def held(self, last_new: int) -> int:
        return last_new


class WrongRepair(MarkedLog):
    """Takes any entry of the same index for the one that was lost."""

    def is_same(self, entry: Entry, frame: bytes, chain: bytes) -> bool:  # noqa: ARG002
        return True
