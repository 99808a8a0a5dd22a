"""Where shards belong: every expert once, hot ones more often, a shadow elsewhere; zones spread, never two on one node.

Replicas go greedily to the expert with the highest load per copy, as DeepSeek's load balancer for expert parallelism
does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import FULL, SHADOW, STAGE, Row

Size = Callable[[int, int, str, int], int]
Load = Callable[[int, int], int]
Copies = Mapping[tuple[int, int], int]
REPLICA = "replica"
ENOUGH = 115
"""Percent of the least highest load per copy with which a distribution of replicas is left as it is."""


@dataclass
class Cluster:
    """Nodes that live, with their epochs, and what the ledger has on them. Room in bytes.

    `standing` are rows that are to stay, `rows` all of the present epochs, those that are being given up included, and
    `mapped` those that are in the committed map.
    """

    nodes: Mapping[str, int]
    zones: Mapping[str, int]
    room: dict[str, int]
    load: Load
    size: Size
    release: int
    rows: Sequence[Row]
    standing: Sequence[Row]
    mapped: Mapping[int, None]
    by_expert: dict[tuple[int, int], list[Row]] = field(default_factory=dict)
    occupied: dict[tuple[str, int, int], None] = field(default_factory=dict)
    carried: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort rows by what they hold."""
        self.carried = dict.fromkeys(self.nodes, 0)
        for row in self.rows:
            self.occupied[row.node, row.layer, row.expert] = None
        for row in self.standing:
            self.by_expert.setdefault((row.layer, row.expert), []).append(row)
        for rows in self.by_expert.values():
            full = [row for row in rows if row.kind == FULL]
            for row in full:
                self.carried[row.node] += self.load(row.layer, row.expert) // len(full)

    def of(self, layer: int, expert: int, kind: str) -> list[Row]:
        """Standing rows of an expert, of one kind."""
        return [row for row in self.by_expert.get((layer, expert), ()) if row.kind == kind]

    def add(self, row: Row) -> None:
        """A row that will be there."""
        self.room[row.node] -= row.size
        self.occupied[row.node, row.layer, row.expert] = None
        self.by_expert.setdefault((row.layer, row.expert), []).append(row)
        if row.kind == FULL:
            self.carried[row.node] += self.load(row.layer, row.expert)


class Planner:
    """Says which rows are missing, and where they go."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def copies(self, load: Load, nodes: int, present: Copies) -> dict[tuple[int, int], int]:
        """How many copies each expert should have: the next replica to the highest load per copy, ties by number.

        What is present stays in a layer where it carries hardly more: chance alone moves no shard.
        """
        settings, wanted = self._settings, {}
        most = max(1, nodes - 1 if settings.shadows else nodes)
        for layer in range(settings.layers):
            loads = [load(layer, expert) for expert in range(settings.experts)]
            counts = _greedy(loads, settings.replicas, most)
            before = [present.get((layer, expert), 0) for expert in range(settings.experts)]
            if (
                sum(before) == sum(counts)
                and min(before)
                and 100 * _peak(loads, before) <= ENOUGH * _peak(loads, counts)
            ):
                counts = before
            wanted.update({(layer, expert): count for expert, count in enumerate(counts)})
        return wanted

    def missing(self, cluster: Cluster, copies: Mapping[tuple[int, int], int]) -> list[Row]:
        """Rows to claim: stages, then what has no copy, then shadows, then replicas; the hottest first."""
        rows = list(self._stages(cluster))
        order = sorted(copies, key=lambda key: (-cluster.load(*key), key))
        for what in (FULL, SHADOW, REPLICA):
            for layer, expert in order:
                rows += self._missing_of(cluster, layer, expert, what, copies[layer, expert])
            if any(not cluster.of(*key, FULL) for key in order):
                break  # nothing takes room before everybody has a copy
        return rows

    def _missing_of(self, cluster: Cluster, layer: int, expert: int, what: str, copies: int) -> Iterable[Row]:
        if what == SHADOW:
            held = [row for row in cluster.of(layer, expert, SHADOW) if row.release == cluster.release]
            lacking = 1 - len(held) if self._settings.shadows and cluster.release else 0
        else:
            lacking = (1 if what == FULL else copies) - len(cluster.of(layer, expert, FULL))
        for _ in range(lacking):
            row = self.row_for(cluster, layer, expert, SHADOW if what == SHADOW else FULL)
            if row is not None:
                cluster.add(row)
                yield row

    def _stages(self, cluster: Cluster) -> Iterable[Row]:
        there = {row.node for row in cluster.rows if row.kind == STAGE}
        size = self._settings.full_bytes
        for node, epoch in cluster.nodes.items():
            if node not in there and cluster.room[node] >= size:
                row = Row(0, node, epoch, -1, -1, STAGE, 0, size)
                cluster.add(row)
                yield row

    def row_for(self, cluster: Cluster, layer: int, expert: int, kind: str, node: str = "") -> Row | None:
        """A row for one more copy, on the best node that may hold it (or on the one named); None if there is none."""
        release = cluster.release if kind == SHADOW else 0
        size = cluster.size(layer, expert, kind, release)
        fitting = [
            name
            for name in ([node] if node else cluster.nodes)
            if cluster.room[name] >= size and self.may_hold(cluster, name, layer, expert)
        ]
        if not fitting:
            return None
        zones = [cluster.zones[row.node] for row in cluster.by_expert.get((layer, expert), ())]
        weight = cluster.carried if kind == FULL else {name: -cluster.room[name] for name in fitting}
        best = min(fitting, key=lambda name: (zones.count(cluster.zones[name]), weight[name], name))
        return Row(0, best, cluster.nodes[best], layer, expert, kind, release, size)

    def may_hold(self, cluster: Cluster, node: str, layer: int, expert: int) -> bool:
        """One copy of an expert on a node, whatever its kind."""
        return (node, layer, expert) not in cluster.occupied


def _greedy(loads: Sequence[int], replicas: int, most: int) -> list[int]:
    counts = [1] * len(loads)
    for _ in range(replicas):
        free = [expert for expert, count in enumerate(counts) if count < most]
        if free:
            counts[min(free, key=lambda expert: (-loads[expert] * 10_000 // counts[expert], expert))] += 1
    return counts


def _peak(loads: Sequence[int], counts: Sequence[int]) -> int:
    return max(load // count for load, count in zip(loads, counts, strict=True))
