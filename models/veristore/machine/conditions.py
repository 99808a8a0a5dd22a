"""Conditional writes: judged at their start, by an answer, and again at their commit, where alone it counts.

| condition           | at the start  | not at the commit, though at the start | no object |
|---------------------|---------------|----------------------------------------|-----------|
| If-None-Match: *    | exists: 412   | 409                                    | goes on   |
| If-Match: etag      | differs: 412  | 409                                    | 404       |

None of the three has any effect.
"""

from models.veristore.machine.commands import Condition, IfAbsent
from models.veristore.machine.replies import Denied
from models.veristore.machine.stored import Meta


class Conditions:
    """Judges conditions."""

    def at_start(self, meta: Meta | None, condition: Condition | None) -> Denied | None:
        """Why a write may not begin while `meta` is the object; None if it may."""
        if condition is None:
            return None
        if isinstance(condition, IfAbsent):
            return None if meta is None else Denied(412, "PreconditionFailed", "there is an object of this key")
        if meta is None:
            return Denied(404, "NoSuchKey", "there is no object of this key")
        if meta.etag != condition.etag:
            return Denied(412, "PreconditionFailed", f"the object's ETag is {meta.etag}, not {condition.etag}")
        return None

    def at_commit(self, meta: Meta | None, condition: Condition | None, judged: bool) -> Denied | None:
        """Why a write may not happen; `judged`: it was let in at its start, so another write came in between."""
        refusal = self.at_start(meta, condition)
        if refusal is None or not judged:
            return refusal
        return Denied(409, "ConditionalRequestConflict", refusal.detail)
