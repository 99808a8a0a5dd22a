"""What must happen to the log once everything is healed: replicas in sync, nothing unread, clients served."""

from typing import Literal

from models.smartsearch.events import HighWatermark, IsrChanged, OffsetCommitted, Stopped
from models.smartsearch.layout import Layout
from models.smartsearch.settings import Settings
from sim import SECOND, Check, Emitted, RunRecord, Verdict, show_ns

SLACK = 2 * SECOND


def patience(settings: Settings) -> int:
    """How long the log may take to be whole again after everything has healed, in ns."""
    return 2 * settings.group_session + settings.replica_lag + settings.broker_session + SLACK


class LogLiveness(Check):
    """Within two group sessions, a replica lag, a broker session and two seconds."""

    name = "log-liveness"
    watches = (IsrChanged, HighWatermark, OffsetCommitted, Stopped)

    def __init__(self, settings: Settings, layout: Layout) -> None:
        self._settings = settings
        self._layout = layout
        self._states: dict[int, list[tuple[int, IsrChanged]]] = {}
        self._marks: dict[int, list[tuple[int, int]]] = {}
        self._commits: dict[int, list[tuple[int, int]]] = {}
        self._stopped: Emitted | None = None

    def observe(self, emitted: Emitted) -> None:
        """Keep when what was reached."""
        event = emitted.event
        if isinstance(event, IsrChanged):
            self._states.setdefault(event.partition, []).append((emitted.t_ns, event))
        elif isinstance(event, HighWatermark):
            self._marks.setdefault(event.partition, []).append((emitted.t_ns, event.offset))
        elif isinstance(event, OffsetCommitted):
            self._commits.setdefault(event.partition, []).append((emitted.t_ns, event.offset))
        elif isinstance(event, Stopped):
            self._stopped = emitted

    def conclude(self, record: RunRecord) -> Verdict:
        """Without a settle phase nothing is claimed; one that is too short decides nothing."""
        healed, due = record.settle_ns, record.settle_ns + patience(self._settings)
        if healed >= record.end_ns:
            return self._say("pass", "nothing is claimed: the run has no settle phase")
        if due > record.end_ns:
            needed = show_ns(due - healed)
            return self._say("unknown", f"the claim needs a settle phase of {needed}, this one is shorter")
        if record.down:
            return self._say("pass", f"nothing is claimed: {', '.join(record.down)} did not come back")
        unread = self._unread(healed, due) if self._settings.only_log else ""
        why = self._out_of_sync(due) or unread or self._unserved(record, healed, due)
        if why:
            return self._say("fail", why, due)
        return self._say("pass", f"the log was whole within {show_ns(due - healed)} of healing")

    def _out_of_sync(self, due: int) -> str:
        for partition, states in sorted(self._states.items()):
            last = [state for t_ns, state in states if t_ns <= due]
            if last and (len(last[-1].isr) < self._settings.replication or not last[-1].leader):
                isr, leader = ", ".join(last[-1].isr), last[-1].leader or "nobody"
                return f"at {show_ns(due)} {leader} leads partition {partition}, and only {isr or 'nobody'} is in sync"
        return ""

    def _unread(self, healed: int, due: int) -> str:
        for partition in range(self._layout.documents):
            there = max((offset for t_ns, offset in self._marks.get(partition, ()) if t_ns <= healed), default=0)
            read = max((offset for t_ns, offset in self._commits.get(partition, ()) if t_ns <= due), default=0)
            if read < there:
                said = f"the group has read partition {partition} to {read} at {show_ns(due)}"
                return f"{said}, of {there} records that there were at {show_ns(healed)}"
        return ""

    def _unserved(self, record: RunRecord, healed: int, due: int) -> str:
        """A client none of whose appends was acknowledged, though it tried."""
        tried: dict[str, bool] = {}
        for op in record.history:
            if op.f == "append" and healed <= op.call_ns <= due:
                tried[op.client] = tried.get(op.client, False) or op.outcome == "ok"
        lost = sorted(client for client, done in tried.items() if not done)
        if not lost or self._settings.acks == "none":
            return ""
        return f"no append of {lost[0]} was acknowledged between {show_ns(healed)} and {show_ns(due)}"

    def _say(self, status: Literal["pass", "fail", "unknown"], detail: str, at_ns: int | None = None) -> Verdict:
        return Verdict(self.name, status, detail, "liveness", at_ns=at_ns)
