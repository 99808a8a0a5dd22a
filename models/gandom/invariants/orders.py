"""Promises about orders: each once, only legal steps, and every line held, then sold or released, once."""

from models.gandom.events import IntentState, OrderPlaced, OrderState
from models.gandom.invariants.charges import MONEY_EVENTS, Account, Accounts
from models.gandom.invariants.told import LEDGER_EVENTS, Told
from models.gandom.ledger import HOLD, RELEASE, RESTOCK, SELL, Movement
from models.gandom.order import LEGAL, PLACED
from sim import Emitted
from sim.invariants import Invariant, when


class OrderOnce(Invariant):
    """One order for each (customer, request id)."""

    name = "order-once"
    watches = (OrderPlaced,)
    claim = "no request became two orders"

    def __init__(self) -> None:
        super().__init__()
        self._orders: dict[tuple[str, str], OrderPlaced] = {}

    def observe(self, emitted: Emitted) -> None:
        """Compare with what the request became before."""
        event = emitted.event
        assert isinstance(event, OrderPlaced)
        first = self._orders.setdefault((event.customer, event.request), event)
        if first.order != event.order:
            said = f"request {event.request} of {event.customer} became {first.order} and {event.order}"
            self.contradict(emitted, f"{said}: {when(emitted)}")


class LegalState(Invariant):
    """Only the steps of the state machine, whatever the order of webhooks; what is closed stays so."""

    name = "legal-state"
    watches = (OrderPlaced, OrderState)
    claim = "every order went by legal steps"

    def __init__(self) -> None:
        super().__init__()
        self._states: dict[str, list[str]] = {}

    def observe(self, emitted: Emitted) -> None:
        """Follow each order step by step."""
        event = emitted.event
        if isinstance(event, OrderPlaced):
            self._states.setdefault(event.order, [PLACED])
            return
        assert isinstance(event, OrderState)
        states = self._states.setdefault(event.order, [])
        if event.n < len(states):
            if states[event.n] != event.after:
                self.contradict(emitted, f"step {event.n} of {event.order} was {states[event.n]}, now {event.after}")
        elif event.n > len(states):
            self.contradict(emitted, f"{event.order} took step {event.n} after {len(states) - 1}: {when(emitted)}")
        else:
            if event.before != states[-1] or event.after not in LEGAL[event.before]:
                step = f"from {states[-1]} (said {event.before}) to {event.after}"
                self.contradict(emitted, f"{event.order} went {step}: {when(emitted)}")
            states.append(event.after)


class HeldRight(Invariant):
    """Each line held is sold or released, once; released only when no money can come; put back once."""

    name = "held-right"
    watches = (*LEDGER_EVENTS, *MONEY_EVENTS, IntentState)
    claim = "every held line was sold or released once, and put back at most once"

    def __init__(self, told: Told, accounts: Accounts) -> None:
        super().__init__()
        self._told = told
        self._accounts = accounts
        self._lines: dict[tuple[str, str], int] = {}

    def observe(self, emitted: Emitted) -> None:
        """Count what became of each line."""
        self._accounts.see(emitted)
        entry = self._told.see(emitted)
        if not isinstance(entry, Movement) or not self._is_of_a_line(entry):
            return
        line = entry.reason
        self._lines[line, entry.kind] = self._lines.get((line, entry.kind), 0) + 1
        self._judge(emitted, entry, line)

    def _is_of_a_line(self, entry: Movement) -> bool:
        return entry.kind in (HOLD, RELEASE, RESTOCK) or (entry.kind == SELL and entry.held)

    def _judge(self, emitted: Emitted, entry: Movement, line: str) -> None:
        held, sold = self._lines.get((line, HOLD), 0), self._lines.get((line, SELL), 0)
        released, restocked = self._lines.get((line, RELEASE), 0), self._lines.get((line, RESTOCK), 0)
        if held != 1 or sold + released > 1:
            said = f"line {line} was held {held} times, sold {sold} times and released {released} times"
            self.contradict(emitted, f"{said}: {when(emitted)}")
        if restocked > sold:
            self.contradict(emitted, f"line {line} was sold {sold} times and put back {restocked}: {when(emitted)}")
        if entry.kind == RELEASE:
            self._judge_release(emitted, line)

    def _judge_release(self, emitted: Emitted, line: str) -> None:
        account = self._accounts.by_order.get(line.rpartition("/")[0])
        if account is None:
            return
        alive = [name for name in account.intents if _is_alive(account, name)]
        if alive:
            state = account.intents[alive[0]]
            self.contradict(emitted, f"line {line} was released while {alive[0]} was {state}: {when(emitted)}")


def _is_alive(account: Account, intent: str) -> bool:
    """Whether an intent may still bring money, or has, and it was not paid back."""
    charge = account.charges.get(intent)
    if charge is not None:
        return charge.refunded < charge.cents
    return account.intents[intent] == "processing"
