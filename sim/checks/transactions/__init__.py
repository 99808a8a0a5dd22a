"""Transactions on lists: anomalies of isolation, found in the cycles of their dependencies.

`check_transactions` takes transactions and says which levels they rule out, `Transactions` is the check of a run.
"""

from sim.checks.transactions.anomaly import Anomaly, Dependency
from sim.checks.transactions.isolation import Isolation, Transactions, check_transactions
from sim.checks.transactions.levels import WEAKER
from sim.checks.transactions.picture import cycle_of
from sim.checks.transactions.transaction import Transaction, transactions_of

__all__ = [
    "WEAKER",
    "Anomaly",
    "Dependency",
    "Isolation",
    "Transaction",
    "Transactions",
    "check_transactions",
    "cycle_of",
    "transactions_of",
]
