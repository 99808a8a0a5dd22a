"""The guard: what the agent may do at all, whatever planner and page say."""

from models.ui_navigator.words import CLICK, DELETE, ESCAPE, FILL, FINISH, WAIT, Action, Snapshot

VERBS = (CLICK, FILL, ESCAPE, WAIT, FINISH)
FORBIDDEN = (DELETE,)
"""Irreversible, and in no task's intent."""


class Guard:
    """Asked before every act."""

    def allows(self, snapshot: Snapshot, action: Action) -> bool:
        """Whether the verb is allowed, the element in the snapshot, and Escape has something to close."""
        if action.verb not in VERBS or action.element in FORBIDDEN:
            return False
        if action.verb == ESCAPE:
            return snapshot.modal
        return action.verb == WAIT or action.element in snapshot.elements
