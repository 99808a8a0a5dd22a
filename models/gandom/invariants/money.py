"""Promises about money: one charge for each paid order, and every cent in the books."""

from models.gandom.events import Charged, OrderState
from models.gandom.invariants.charges import MONEY_EVENTS, Account, Accounts
from models.gandom.order import AWAITING, CANCELED, EXPIRED, KEPT, PAID, PLACED, REFUNDED, REFUNDING
from sim import Emitted, RunRecord, Verdict, show_ns
from sim.invariants import Invariant, when


class ChargeOrder(Invariant):
    """Each order that ever was PAID has one succeeded intent of its total; every other charge is paid back in full."""

    name = "charge-order"
    watches = MONEY_EVENTS
    claim = "paid orders and charges were one for one"

    def __init__(self, accounts: Accounts, patience_ns: int) -> None:
        super().__init__()
        self._accounts = accounts
        self._patience_ns = patience_ns

    def observe(self, emitted: Emitted) -> None:
        """Nothing is paid before the provider says so."""
        account = self._accounts.see(emitted)
        event = emitted.event
        paid = isinstance(event, OrderState) and event.after == PAID
        if account is not None and paid and not _matching(account):
            self.contradict(emitted, f"{account.order} became PAID by {when(emitted)}, without a charge of its total")

    def conclude(self, record: RunRecord) -> Verdict:
        """Receipts and charges, one for one, where there was time for the word to arrive."""
        for account in self._accounts.by_order.values():
            if self._found is not None:
                break
            self._judge(account, record)
        return super().conclude(record)

    def _judge(self, account: Account, record: RunRecord) -> None:
        receipts = [one for one in account.receipts if one.intent in account.charges]
        if account.was_paid and len(receipts) != 1:
            said = f"{account.order} was PAID, with {len(receipts)} receipts of charges of its own"
            self._found = Verdict(self.name, "fail", said, at_ns=account.since_ns)
            return
        for charge in account.charges.values():
            due = max(charge.at_ns, record.settle_ns) + self._patience_ns
            is_kept = account.was_paid and any(one.intent == charge.intent for one in receipts)
            if not is_kept and charge.refunded < charge.cents and due <= record.end_ns:
                said = f"{charge.intent} charged {charge.cents} cents at {show_ns(charge.at_ns)} for {account.order}"
                said += f", which is {account.state}, and nothing was paid back by {show_ns(due)}"
                self._found = Verdict(self.name, "fail", said, at_ns=due)


def _matching(account: Account) -> bool:
    """Whether exactly one charge of the order is not paid back, and it is of the order's total."""
    kept = [one for one in account.charges.values() if one.refunded < one.cents]
    return len(kept) == 1 and kept[0].cents == account.total


class OneCharge(Invariant):
    """At most one succeeded, unrefunded charge for each order at any instant, at the provider."""

    name = "one-charge"
    watches = MONEY_EVENTS
    claim = "no card was charged twice for an order"

    def __init__(self, accounts: Accounts) -> None:
        super().__init__()
        self._accounts = accounts

    def observe(self, emitted: Emitted) -> None:
        """Count at each charge."""
        account = self._accounts.see(emitted)
        if account is None or not isinstance(emitted.event, Charged):
            return
        kept = [one.intent for one in account.charges.values() if one.refunded < one.cents]
        if len(kept) > 1:
            self.contradict(emitted, f"{account.order} was charged by {' and '.join(kept)}: {when(emitted)}")


_MAY_BE_HELD = (AWAITING, REFUNDING, CANCELED, EXPIRED)
"""The word, or the money, may be under way."""


class CentsConserved(Invariant):
    """Charged - refunded = totals of the orders that are kept, plus those whose word or refund is under way."""

    name = "cents-conserved"
    watches = MONEY_EVENTS
    claim = ""

    def __init__(self, accounts: Accounts) -> None:
        super().__init__()
        self._accounts = accounts

    def observe(self, emitted: Emitted) -> None:
        """The books of one order, at each of its events."""
        account = self._accounts.see(emitted)
        if account is None or not account.state:
            return
        if account.total != account.lines_total:
            said = f"{account.order} is to cost {account.total} cents; its lines come to {account.lines_total}"
            self.contradict(emitted, said)
        wrong = _wrong(account)
        if wrong:
            self.contradict(emitted, f"{account.order} is {account.state} with {wrong}, by {when(emitted)}")

    def conclude(self, record: RunRecord) -> Verdict:
        """The books of the whole run."""
        accounts = self._accounts.by_order.values()
        charges = [charge for account in accounts for charge in account.charges.values()]
        charged, refunded = sum(one.cents for one in charges), sum(one.refunded for one in charges)
        kept = sum(one.total for one in accounts if one.state in KEPT)
        under_way = sum(one.net for one in accounts if one.state not in KEPT)
        books = f"{charged:,} cents charged - {refunded:,} refunded = {kept:,} of orders + {under_way:,} under way"
        self.claim = books
        if self._found is None and charged - refunded != kept + under_way:
            self._found = Verdict(self.name, "fail", f"{books}: that is not so", at_ns=record.end_ns)
        return super().conclude(record)


def _wrong(account: Account) -> str:
    """What is wrong with the money of an order, given its state."""
    net, total = account.net, account.total
    if account.state in KEPT and net != total:
        return f"{net} cents of its {total} paid"
    if account.state in (PLACED, REFUNDED) and net:
        return f"{net} cents that are not its own"
    if account.state in _MAY_BE_HELD and net not in (0, total):
        return f"{net} cents paid for a total of {total}"
    return ""
