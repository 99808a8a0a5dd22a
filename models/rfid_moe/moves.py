"""What leaves its place: copies that are too many, moves for balance, room for what has none, claims of others.

A move is a copy more for a while: the new one is claimed and loaded, the map that has it is committed, and only then
the old one, which is one too many, goes. Whatever goes leaves the map first.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from models.rfid_moe.placement import Cluster, Planner
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import FULL, SHADOW, STAGE, Row

CLAIM, TOO_MANY, ROOM = "a claim", "too many", "room"
"""Why something leaves."""


@dataclass(frozen=True)
class Leaving:
    """A row that is given up, and why."""

    row: Row
    why: str


class Moves:
    """Decides who leaves. `copies` is how many copies each expert should have; `leaving_first` old places of moves."""

    def __init__(self, settings: Settings, planner: Planner) -> None:
        self._settings = settings
        self._planner = planner
        self.copies: dict[tuple[int, int], int] = {}
        self._first: dict[int, None] = {}

    def surplus(self, cluster: Cluster) -> list[Leaving]:
        """Copies beyond what should be, and shadows beyond one or of older releases."""
        asked, leaving = cluster.mapped, []
        for (layer, expert), wanted in self.copies.items():
            full = cluster.of(layer, expert, FULL)
            if len(full) > wanted:
                leaving.append(Leaving(self._least_wanted(cluster, full), TOO_MANY))
            shadows = cluster.of(layer, expert, SHADOW)
            new = [row for row in shadows if row.release == cluster.release and row.number in asked]
            old = [row for row in shadows if row.release != cluster.release]
            leaving += [Leaving(row, "an older release") for row in old if new]
            leaving += [Leaving(row, TOO_MANY) for row in new[1:]]
        return leaving

    def stays(self, row: Row, why: str, others: int) -> bool:
        """Whether what is given up stays in the map for now: as long as its expert has not enough `others` there.

        For others who claim its place it goes at once; for an expert without any copy it goes if it is not the last.
        """
        if row.kind != FULL or why == CLAIM:
            return False
        return others < (self.copies.get((row.layer, row.expert), 1) if why == TOO_MANY else 1)

    def is_spare(self, row: Row, why: str, served: Container[tuple[int, int]]) -> bool:
        """Whether what the map does not have may go: one that nobody heard to be ready may be the only one that is."""
        return row.kind != FULL or why == CLAIM or (row.layer, row.expert) in served

    def _least_wanted(self, cluster: Cluster, full: list[Row]) -> Row:
        """The old place of a move, else the copy on the node that carries most."""
        return max(full, key=lambda row: (row.number in self._first, cluster.carried[row.node], row.number))

    def imbalance(self, cluster: Cluster) -> int:
        """The greatest load of a node over the mean, in percent."""
        loads = cluster.carried.values()
        return max(loads) * 100 * len(loads) // max(1, sum(loads)) if loads else 100

    def rebalance(self, cluster: Cluster) -> list[Row]:
        """New copies for moves from the node that carries most to the one that carries least, while that helps."""
        rows: list[Row] = []
        while len(rows) < self._settings.moves_max and self.imbalance(cluster) > self._settings.imbalance:
            row = self._best_move(cluster)
            if row is None:
                break
            rows.append(row)
        return rows

    def _best_move(self, cluster: Cluster) -> Row | None:
        carried = cluster.carried
        hot = max(carried, key=lambda node: (carried[node], node))
        for cold in sorted(carried, key=lambda node: (carried[node], node)):
            gap = carried[hot] - carried[cold]
            for row in sorted(cluster.standing, key=lambda row: row.number):
                if row.node != hot or row.kind != FULL or row.number in self._first:
                    continue
                share = cluster.load(row.layer, row.expert) // max(1, len(cluster.of(row.layer, row.expert, FULL)))
                if not gap // 4 <= share < gap:
                    continue
                found = self._planner.row_for(cluster, row.layer, row.expert, FULL, cold)
                if found is not None:
                    self._take(cluster, row, found, share)
                    return self.charged(found)
        return None

    def charged(self, row: Row) -> Row:
        """What a move takes in the ledger while both copies are there: all of it."""
        return row

    def _take(self, cluster: Cluster, old: Row, new: Row, share: int) -> None:
        cluster.room[new.node] -= new.size
        cluster.occupied[new.node, new.layer, new.expert] = None
        cluster.carried[old.node] -= share
        cluster.carried[new.node] += share
        self._first[old.number] = None

    def make_room(self, cluster: Cluster, homeless: Iterable[tuple[int, int]]) -> list[Leaving]:
        """For experts without any copy and without room anywhere: a shadow or a replica goes, one for each."""
        leaving: list[Leaving] = []
        gone: dict[int, None] = {}
        for layer, expert in homeless:
            victims = [
                row
                for row in cluster.standing
                if row.number not in gone and self._spare(cluster, row) and (row.layer, row.expert) != (layer, expert)
            ]
            own = [row for row in cluster.of(layer, expert, SHADOW) if row.number and len(cluster.nodes) == 1]
            if own or victims:
                row = own[0] if own else min(victims, key=lambda one: (one.kind != SHADOW, self._worth(cluster, one)))
                gone[row.number] = None
                leaving.append(Leaving(row, ROOM))
        return leaving

    def give_way(self, cluster: Cluster, node: str, need: int) -> tuple[list[Leaving], list[Row]]:
        """To others who claim `need` more bytes of a node: what leaves at once, and what is to be copied elsewhere
        first.
        """
        leaving, copied = [], []
        own = [row for row in cluster.standing if row.node == node]
        order = sorted(own, key=lambda row: (self._rank(cluster, row), self._worth(cluster, row)))
        for row in order:
            if need <= 0:
                break
            need -= row.size
            if self._rank(cluster, row) < 3:
                leaving.append(Leaving(row, CLAIM))
                continue
            found = self._planner.row_for(cluster, row.layer, row.expert, FULL)
            if found is None:
                leaving.append(Leaving(row, CLAIM))
            else:
                cluster.add(found)
                copied.append(found)
        return leaving, copied

    def _rank(self, cluster: Cluster, row: Row) -> int:
        if row.kind == FULL:
            return 1 if self._spare(cluster, row) else 3
        return 0 if row.kind == SHADOW else 2 if row.kind == STAGE else 3

    def _spare(self, cluster: Cluster, row: Row) -> bool:
        if row.kind == SHADOW:
            return True
        others = [one for one in cluster.of(row.layer, row.expert, FULL) if one.number != row.number]
        return row.kind == FULL and any(one.number in cluster.mapped for one in others)

    def _worth(self, cluster: Cluster, row: Row) -> tuple[int, int]:
        load = cluster.load(row.layer, row.expert) if row.kind != STAGE else 0
        return load, row.number
