"""Pollers of the hosted store wait under one alarm, not under one each: nearly all are answered before they are due.

All wait equally long, so they come due in order of arrival.
"""

from collections import deque
from typing import TYPE_CHECKING

from models import agentflow
from sim import Caller

if TYPE_CHECKING:
    from models.agentflow import Store

Pollers = dict[tuple[str, int], Caller]


class OneAlarmDispatch(agentflow.Dispatch):
    """The alarm is set for the first that may still wait, and looks on from there when it rings."""

    def __init__(self, node: "Store") -> None:
        super().__init__(node)
        self._due: deque[tuple[int, Pollers, tuple[str, int], Caller]] = deque()
        self._alarm = node.timer(self._look)

    def send_away_later(self, pollers: Pollers, poller: tuple[str, int], caller: Caller) -> None:
        """The last of all that wait."""
        wait = self._node.settings.poll_wait
        if not self._due:
            self._alarm.reset(wait)
        self._due.append((self._node.elapsed() + wait, pollers, poller, caller))

    def _look(self) -> None:
        now = self._node.elapsed()
        while self._due and (self._due[0][0] <= now or not self._waits(*self._due[0][1:])):
            self.send_away(*self._due.popleft()[1:])
        if self._due:
            self._alarm.reset(self._due[0][0] - now)

    def _waits(self, pollers: Pollers, poller: tuple[str, int], caller: Caller) -> bool:
        return pollers.get(poller) == caller
