"""What must happen once everything is healed: nobody waits for money, bread or an answer for ever.

Each obligation begins when it arises, or when everything healed if that is later, and is judged if its time ends before
the run does. Ledgers and feeds have theirs in `converged` and `announced-each`.
"""

from models.gandom.events import Scanned, Uploaded
from models.gandom.invariants.charges import MONEY_EVENTS, Account, Accounts
from models.gandom.order import AWAITING, REFUNDING, UNPAID
from models.gandom.settings import Settings
from sim import SECOND, Check, Emitted, RunRecord, Verdict, show_ns

EXPIRY_SLACK = 60 * SECOND
SYNCS = 10
"""Scanners drain, as ledgers converge, within so many rounds of sync."""


def patience(settings: Settings) -> int:
    """Within what time (ns) the word of a decided intent arrives: by the poller, or by webhooks where there is none."""
    retries = 2 * settings.retry_cap + 6 * settings.call_timeout + 4 * settings.process[1]
    webhooks = 2 * settings.webhook_cap + settings.webhook_delay[1]
    return (settings.poll or webhooks) + retries


class Liveness(Check):
    """Decided intents move their orders, overdue orders close, refunds end, scanners drain."""

    name = "liveness"
    watches = (*MONEY_EVENTS, Scanned, Uploaded)

    def __init__(self, settings: Settings, accounts: Accounts) -> None:
        self._settings = settings
        self._accounts = accounts
        self._scans: dict[tuple[str, int], int] = {}
        self._uploads: dict[tuple[str, int], int] = {}
        self._left: dict[str, list[tuple[int, str]]] = {}  # order -> (time, state) from that time on
        self._decided: dict[str, int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Keep when each order came into which state, and when its intents were decided."""
        event = emitted.event
        if isinstance(event, Scanned):
            self._scans.setdefault((event.device, event.serial), emitted.t_ns)
        elif isinstance(event, Uploaded):
            self._uploads.setdefault((event.device, event.serial), emitted.t_ns)
        else:
            account = self._accounts.see(emitted)
            if account is not None:
                self._left.setdefault(account.order, []).append((emitted.t_ns, account.state))

    def conclude(self, record: RunRecord) -> Verdict:
        """The first obligation that was not kept."""
        if record.settle_ns >= record.end_ns:
            return Verdict(self.name, "pass", "nothing is claimed: the run has no settle phase", "liveness")
        for account in self._accounts.by_order.values():
            late = self._judge(account, record)
            if late is not None:
                return late
        for scan, t_ns in self._scans.items():
            due = max(t_ns, record.settle_ns) + SYNCS * self._settings.sync + 2 * self._settings.call_timeout
            if due <= record.end_ns and self._uploads.get(scan, due + 1) > due and scan[0] not in record.down:
                said = f"scan {scan[1]} of {scan[0]}, made at {show_ns(t_ns)}, was not taken in by {show_ns(due)}"
                return Verdict(self.name, "fail", said, "liveness", at_ns=due)
        return Verdict(self.name, "pass", "every obligation was met in time", "liveness")

    def _judge(self, account: Account, record: RunRecord) -> Verdict | None:
        wait = patience(self._settings)
        if account.decided_ns is not None:
            since = max(account.decided_ns, self._entered(account, (AWAITING,)) or 0)
            found = self._stuck(account, (AWAITING,), since, wait, record)
            if found:
                return self._fail(account, f"its intent was decided at {show_ns(account.decided_ns)}", found)
        refunding = self._entered(account, (REFUNDING,))
        if refunding is not None and (found := self._stuck(account, (REFUNDING,), refunding, wait, record)):
            return self._fail(account, f"it was to be refunded from {show_ns(refunding)} on", found)
        overdue = account.placed_ns + self._settings.expiry
        found = self._stuck(account, UNPAID, overdue, EXPIRY_SLACK + wait, record)
        return self._fail(account, f"it expired at {show_ns(overdue)} and holds bread", found) if found else None

    def _entered(self, account: Account, states: tuple[str, ...]) -> int | None:
        """When it came into one of these states for the first time."""
        return next((t_ns for t_ns, state in self._left.get(account.order, ()) if state in states), None)

    def _stuck(
        self, account: Account, states: tuple[str, ...], since: int, wait: int, record: RunRecord
    ) -> tuple[int, str] | None:
        """(deadline, state) if the order was still in one of these states when the time was over."""
        due = max(since, record.settle_ns) + wait
        if due > record.end_ns:
            return None
        state = ""
        for t_ns, entered in self._left.get(account.order, ()):
            if t_ns > due:
                break
            state = entered
        return (due, state) if state in states else None

    def _fail(self, account: Account, why: str, found: tuple[int, str]) -> Verdict:
        due, state = found
        said = f"{account.order} was still {state} at {show_ns(due)}: {why}"
        return Verdict(self.name, "fail", said, "liveness", at_ns=due)
