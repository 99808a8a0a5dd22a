"""The cycle of an anomaly as a graph that can be drawn: for reports and notebooks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.checks.transactions.anomaly import Anomaly
from sim.checks.transactions.transaction import Transaction

if TYPE_CHECKING:
    import networkx


def cycle_of(anomaly: Anomaly, transactions: Sequence[Transaction]) -> "networkx.MultiDiGraph[str]":
    """A node for each transaction, named T and its number, with its steps as `label`.

    Edges carry the `kind` of dependency (ww, wr, rw, session, realtime) and the `key`. Anomalies without a cycle give
    their transactions and no edges.
    """
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(name=anomaly.name)
    for place in anomaly.transactions:
        one = transactions[place]
        graph.add_node(f"T{one.op}", label=str(one), process=one.process)
    for edge in anomaly.cycle:
        before, after = (f"T{transactions[place].op}" for place in (edge.before, edge.after))
        graph.add_edge(before, after, kind=edge.kind, key=edge.key)
    return graph
