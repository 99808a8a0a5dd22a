"""Which isolation levels a history of transactions rules out, and why.

Kingsbury and Alvaro, "Elle" (2020): dependencies are inferred from what was read, and every anomaly that is reported
has happened. What is not ruled out may still not hold: this history does not show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.checks.check import Check, RunRecord
from sim.checks.components import components
from sim.checks.transactions import graph
from sim.checks.transactions.anomaly import Anomaly, Kind
from sim.checks.transactions.cycles import Component, suffix_of
from sim.checks.transactions.direct import find_direct
from sim.checks.transactions.levels import WEAKER, below, ruled_out, strongest
from sim.checks.transactions.transaction import List, Transaction, transactions_of
from sim.checks.transactions.versions import Key, Versions
from sim.checks.transactions.words import tell_cycle, tell_lost_update
from sim.checks.verdict import Status, Verdict

STRICTEST = "strict-serializable"


@dataclass(frozen=True, slots=True)
class Isolation:
    """The outcome of a check. `excluded` are the levels that are ruled out, `open` the strongest that are not.

    `status` speaks of the wanted `level`; unknown if nothing was read, so that nothing can be said.
    """

    status: Status
    level: str
    anomalies: tuple[Anomaly, ...]
    excluded: tuple[str, ...]
    open: tuple[str, ...]
    transactions: int
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was found, in one line."""
        if not self.anomalies:
            return f"{self.transactions:,} transactions, no anomaly" if self.status == "pass" else "nothing was read"
        names = ", ".join(dict.fromkeys(one.name for one in self.anomalies))
        weakest = next(iter(self.excluded), "")
        still = f"; may still be {', '.join(self.open)}" if self.open else ""
        return f"{names}: not {weakest}{still}. {self.anomalies[0].text}"


def check_transactions(
    transactions: Sequence[Transaction], level: str = STRICTEST, *, sessions: bool = True, realtime: bool = True
) -> Isolation:
    """Look for anomalies. ValueError for a level there is not; `WEAKER` lists them."""
    if level not in WEAKER:
        raise ValueError(f"no isolation level {level!r}; there are {', '.join(WEAKER)}")
    versions = Versions(transactions)
    anomalies = find_direct(transactions, versions)
    anomalies += _lost_updates(transactions, versions)
    anomalies += _cycles(transactions, versions, sessions=sessions, realtime=realtime)
    excluded = ruled_out(one.name for one in anomalies)
    wanted = {level, *below(level)}
    read = any(key.reads for key in versions.keys.values())
    status: Status = "fail" if wanted & set(excluded) else "pass" if read else "unknown"
    anomalies.sort(key=lambda one: (not wanted & set(ruled_out([one.name])), len(one.transactions)))
    may = strongest(one for one in WEAKER if one not in excluded)
    return Isolation(status, level, tuple(anomalies), excluded, may, len(transactions), _notes(transactions, versions))


def _notes(transactions: Sequence[Transaction], versions: Versions) -> tuple[str, ...]:
    without = sum(not key.agreed for key in versions.keys.values())
    unknown = sum(one.outcome == "unknown" for one in transactions)
    said = (
        (without, f"of {len(versions.keys):,} keys tell no order of versions and gave no dependencies"),
        (unknown, f"of {len(transactions):,} transactions have an unknown outcome"),
    )
    return tuple(f"{count:,} {what}" for count, what in said if count)


def _lost_updates(transactions: Sequence[Transaction], versions: Versions) -> list[Anomaly]:
    found = []
    for key in versions.keys.values():
        writers = {place for place, _ in key.writers.values() if transactions[place].outcome == "ok"}
        by_version: dict[int, list[int]] = {}
        values: dict[int, List] = {}
        for place, value in key.reads:
            if place in writers and key.order[: len(value)] == value:
                by_version.setdefault(len(value), []).append(place)
                values[len(value)] = value
        for size, places in by_version.items():
            if len(places) > 1:
                found.append(tell_lost_update(key, values[size], places, transactions))
                break
    return found


def _cycles(
    transactions: Sequence[Transaction], versions: Versions, *, sessions: bool, realtime: bool
) -> list[Anomaly]:
    """The shortest cycle of each name, first of data alone, then with sessions, then with real time."""
    keys = list(versions.keys.values())
    levels: list[frozenset[Kind]] = [frozenset()]
    levels += [frozenset(("session",))] if sessions else []
    levels += [levels[-1] | {"realtime"}] if realtime else []
    if not _components(keys, transactions, levels[-1]):
        return []
    found: dict[str, Anomaly] = {}
    for extra in levels:
        for nodes in _components(keys, transactions, extra):
            inside = dict.fromkeys(nodes)
            edges = [one for key in keys for one in graph.dependencies(key, inside)]
            for name, cycle in Component(nodes, edges, transactions, extra).cycles():
                full = name + suffix_of(cycle)
                if name not in found and full not in found:
                    found[full] = tell_cycle(full, cycle, transactions, versions.keys)
    return list(found.values())


def _components(keys: Sequence[Key], transactions: Sequence[Transaction], extra: frozenset[Kind]) -> list[list[int]]:
    edges = graph.edges_of(keys, len(transactions))
    if "session" in extra:
        graph.add_sessions(edges, transactions)
    if "realtime" in extra:
        graph.add_real_time(edges, transactions)
    return [group for group in components(edges, len(transactions)) if len(group) > 1]


class Transactions(Check):
    """The transactions of the run's history are isolated as well as `level` promises."""

    name = "transactions"

    def __init__(self, level: str = STRICTEST) -> None:
        self._level = level

    def conclude(self, record: RunRecord) -> Verdict:
        """Look for anomalies that rule the level out."""
        return judge(transactions_of(record.history), self._level)


def judge(transactions: Sequence[Transaction], level: str = STRICTEST) -> Verdict:
    """The verdict of transactions about a level, with its reasons."""
    if not transactions:
        return Verdict(Transactions.name, "unknown", "no transaction was called, so nothing was decided", "history")
    found = check_transactions(transactions, level)
    involved = [transactions[place] for one in found.anomalies[:1] for place in one.transactions]
    return Verdict(
        Transactions.name,
        found.status,
        found.sentence if found.status != "pass" or found.anomalies else f"{found.sentence}; may be {level}",
        "history",
        "list-append",
        found.transactions,
        tuple(one.op for one in involved),
        max((one.ret_ns or 0 for one in involved), default=None),
        found.notes,
        tuple(one.text for one in found.anomalies[1:8]),
    )
