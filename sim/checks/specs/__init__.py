"""The objects that a history can be checked against, by the names that models and the command use."""

from sim.checks.specs.append_kv import AppendKv
from sim.checks.specs.append_log import AppendLog
from sim.checks.specs.bank import Bank
from sim.checks.specs.counter import Counter
from sim.checks.specs.lock import Lock
from sim.checks.specs.object_store import ObjectStore
from sim.checks.specs.queue import Queue
from sim.checks.specs.register import Register
from sim.checks.specs.sets import Set
from sim.checks.specs.spec import Exit, Spec, State, Together

SPECS: dict[str, Spec] = {
    "register": Register("register"),
    "cas-register": Register("cas-register"),
    "kv": Register("kv"),
    "kv-append": AppendKv(),
    "counter": Counter(),
    "set": Set(),
    "queue": Queue(),
    "lock": Lock(),
    "append-log": AppendLog(),
    "object-store": ObjectStore(),
    "bank": Bank(),
}
"""Name in a model or on the command line -> specification."""

__all__ = [
    "SPECS",
    "AppendKv",
    "AppendLog",
    "Bank",
    "Counter",
    "Exit",
    "Lock",
    "ObjectStore",
    "Queue",
    "Register",
    "Set",
    "Spec",
    "State",
    "Together",
]
