"""The controller of placement: it leads by a lease, looks at what there is, and does the next thing that is missing.

Level-triggered: each round compares what the ledger has with what nodes say, so a lost word, a crash or a new leader
changes nothing but when it happens. Durable are the map, the rows and the release, all of them in the ledger.
"""

from models.rfid_moe import events as e
from models.rfid_moe import messages as m
from models.rfid_moe.images import Images
from models.rfid_moe.moves import TOO_MANY, Leaving
from models.rfid_moe.parts import Parts
from models.rfid_moe.placement import Cluster
from models.rfid_moe.rollouts import Rollouts
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import FULL, READY, SHADOW, STAGE, Copy, PlacementMap, Row
from sim import MS, SECOND, Actor, Refused, Timeout, on

SAY_AGAIN = 500 * MS


class Controller(Actor):
    """One incarnation. It knows nothing durable: the ledger tells it when it is elected."""

    def __init__(
        self, ledger: str, nodes: tuple[str, ...], dispatchers: tuple[str, ...], images: Images, settings: Settings,
        parts: Parts,
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._nodes = nodes
        self._dispatchers = dispatchers
        self.images = images
        self.settings = settings
        self._parts = parts
        self._zones = {node: number % settings.zones for number, node in enumerate(nodes)}

    def on_start(self) -> None:
        """Follow, until the lease is free."""
        parts, settings = self._parts, self.settings
        self.watch = parts.watch(settings.dead_after)
        self.popularity = parts.popularity(self.images.bank.calibration)
        self.planner = parts.planner(settings)
        self.moves = parts.moves(settings, self.planner)
        self.rollouts = Rollouts(settings, self.images.releases)
        self.rows: dict[int, Row] = {}
        self.map = PlacementMap(0, (), ())
        self.token = self._until = self._serial = 0
        self._in_round = False
        self._full: bool | None = None
        self._age = self.timer(self.age)
        self._age.reset(SECOND)
        self._tick = self.timer(self.tick)
        self._tick.reset(self.random.between(1, settings.tick))

    # What is heard

    @on(m.Beat)
    def beat(self, source: str, beat: m.Beat) -> None:
        """From a node."""
        self.watch.hear(source, beat, self.elapsed())

    @on(m.Gone)
    def gone(self, source: str, gone: m.Gone) -> None:
        """From a node: a shard is no more."""
        row = self.rows.get(gone.row)
        if row is not None and (row.node, row.epoch) == (source, gone.epoch):
            self._gone[gone.row] = None

    @on(m.Popular)
    def popular(self, source: str, popular: m.Popular) -> None:  # noqa: ARG002
        """From a dispatcher."""
        self.popularity.hear(popular)

    def age(self) -> None:
        """Once a second."""
        self._age.reset(SECOND)
        self.popularity.age()

    # Rounds

    @property
    def leads(self) -> bool:
        """Whether the lease still runs, by this clock."""
        return self.token > 0 and self.elapsed() < self._until

    def tick(self) -> None:
        """Begin a round, unless the last one is still going on."""
        self._tick.reset(self.settings.tick)
        if not self._in_round:
            self._in_round = True
            self.spawn(self._round())

    async def _round(self) -> None:
        try:
            if self.token:
                await self._lead()
            else:
                await self._campaign()
        except (Timeout, Refused):
            self._step_down()
        self._in_round = False

    def _step_down(self) -> None:
        self.token = 0
        self._tick.reset(self.settings.lease // 2 + self.random.between(0, self.settings.lease // 4))

    async def _campaign(self) -> None:
        asked = self.elapsed()
        elected = await self.call(self._ledger, m.Campaign(), timeout=self.settings.lease // 2)
        self.token, self.map = elected.token, elected.map
        self._extend(asked)
        self.rows = {row.number: row for row in elected.rows}
        self._claimed = dict(elected.claimed)
        self.rollouts.now = elected.release
        self._gone: dict[int, None] = {}
        self._leaving: dict[int, str] = {}
        self._left_by: dict[int, int] = {}
        self._told: dict[int, int] = {}
        self._said = self._moved = self.elapsed()
        self._full = None
        self._unbalanced = False
        self.moves.copies = {}
        self.watch.assume(self.map, self.elapsed())
        self.emit(e.Leads(self.token))
        self._say_map()

    def _extend(self, asked: int) -> None:
        """The lease as this clock may count it: from when it was asked for, a tenth less for clocks that differ."""
        self._until = asked + self.settings.lease * 9 // 10
        self._renew_at = asked + self.settings.lease // 4

    async def _lead(self) -> None:
        if self.elapsed() >= self._renew_at:
            asked = self.elapsed()
            renewed = await self.call(self._ledger, m.Renew(self.token), timeout=self.settings.lease // 2)
            self._claimed = dict(renewed.claimed)
            self._extend(asked)
        await self._release_on_time()
        await self._strike()
        self._decide()
        await self._commit()
        await self._claim()
        if self.leads:
            self._command()
            self._tell_service()

    async def _release_on_time(self) -> None:
        due = self.rollouts.due(self.elapsed())
        if due is None:
            return
        release = self.images.releases.get(due)
        if release is None:
            self.emit(e.Infeasibly(due, "no ranks for every group within the budget"))
            self.rollouts.skip(due)
            return
        await self.call(self._ledger, m.Publish(self.token, due), timeout=self.settings.lease // 2)
        self.rollouts.now = due
        for event in self.rollouts.told(release):
            self.emit(event)

    async def _strike(self) -> None:
        """Rows of ended epochs, and of shards that are gone."""
        over = [
            row.number
            for row in self.rows.values()
            if row.number in self._gone or self.watch.epoch(row.node) > row.epoch
        ]
        if over:
            await self.call(self._ledger, m.Strike(self.token, tuple(over)), timeout=self.settings.lease // 2)
            for number in over:
                del self.rows[number]
                for known in (self._gone, self._leaving, self._left_by, self._told):
                    known.pop(number, None)

    # What should be

    def cluster(self) -> Cluster:
        """What there is now."""
        now = self.elapsed()
        nodes = {node: self.watch.epoch(node) for node in self._nodes if self.watch.lives(node, now)}
        rows = [row for row in self.rows.values() if nodes.get(row.node) == row.epoch]
        room = {node: self.settings.vram - self._claimed.get(node, 0) for node in nodes}
        for row in self.rows.values():
            if row.node in room:
                room[row.node] -= row.size
        standing = [row for row in rows if row.number not in self._leaving]
        release = self.rollouts.now
        mapped = {copy.row: None for copy in self.map.copies}
        load, size = self.popularity.load, self.images.size
        return Cluster(nodes, self._zones, room, load, size, release, rows, standing, mapped)

    def _decide(self) -> None:
        """Who leaves."""
        self._reconsider()
        cluster = self.cluster()
        self._wants: list[Row] = []
        if not cluster.nodes:
            return
        due = self.elapsed() - self._moved >= self.settings.rebalance
        if not self.moves.copies or due:
            self._moved = self.elapsed()
            self._unbalanced = True
            self.moves.copies = self.planner.copies(cluster.load, len(cluster.nodes), self.moves.copies)
        leaving = self.moves.surplus(cluster)
        for node in cluster.nodes:
            if cluster.room[node] < 0:
                gone, copied = self.moves.give_way(cluster, node, -cluster.room[node] - self._going(node))
                leaving += gone
                self._wants += copied
        self._give_up(leaving)
        self._want(self.cluster() if leaving or self._wants else cluster)

    def _going(self, node: str) -> int:
        return sum(self.rows[number].size for number in self._leaving if self.rows[number].node == node)

    def _reconsider(self) -> None:
        """What leaves and is wanted after all stays, if it still serves."""
        for number, why in list(self._leaving.items()):
            row = self.rows[number]
            standing = [
                one.number
                for one in self.rows.values()
                if (one.layer, one.expert, one.kind) == (row.layer, row.expert, FULL)
                and one.number not in self._leaving
                and self.watch.lives(one.node, self.elapsed())
            ]
            wanted = self.moves.copies.get((row.layer, row.expert), 1)
            if why == TOO_MANY and row.kind == FULL and number not in self._left_by and len(standing) < wanted:
                del self._leaving[number]

    def _give_up(self, leaving: list[Leaving]) -> None:
        for one in leaving:
            self._leaving.setdefault(one.row.number, one.why)

    def _want(self, cluster: Cluster) -> None:
        for row in self._wants:
            cluster.add(row)
        self._wants += self.planner.missing(cluster, self.moves.copies)
        homeless = [key for key in self.moves.copies if not cluster.of(*key, FULL)]
        if homeless and not self._leaving:
            self._give_up(self.moves.make_room(cluster, homeless))
        elif self._unbalanced and not self._wants and not self._leaving:
            self._unbalanced = False
            imbalance = self.moves.imbalance(cluster)
            moved = self.moves.rebalance(cluster)
            self._wants += moved
            self.emit(e.Rebalanced(imbalance, len(moved)))

    # What is done about it

    def _mapped(self) -> PlacementMap:
        """The map as it should be now."""
        now = self.elapsed()
        alive = tuple((node, self.watch.epoch(node)) for node in self._nodes if self.watch.lives(node, now))
        epochs = dict(alive)
        serving = [
            row
            for row in self.rows.values()
            if row.kind in (FULL, SHADOW) and epochs.get(row.node) == row.epoch and self.watch.state(row) == READY
        ]
        counts: dict[tuple[int, int], int] = {}
        for row in serving:
            if row.kind == FULL and row.number not in self._leaving:
                counts[row.layer, row.expert] = counts.get((row.layer, row.expert), 0) + 1
        copies = tuple(_copy(row) for row in serving if self._stays(row, counts))
        return PlacementMap(self.map.version + 1, copies, alive)

    def _stays(self, row: Row, counts: dict[tuple[int, int], int]) -> bool:
        """Whether a row that serves is in the map. `counts` are copies that are not to leave."""
        why = self._leaving.get(row.number)
        if why is None:
            return True
        return row.number not in self._left_by and self.moves.stays(row, why, counts.get((row.layer, row.expert), 0))

    async def _commit(self) -> None:
        new = self._mapped()
        if (new.copies, new.alive) != (self.map.copies, self.map.alive):
            why = "a node" if new.alive != self.map.alive else "a shard"
            await self.call(self._ledger, m.Commit(self.token, new, why), timeout=self.settings.lease // 2)
            self.map = new
            self._say_map()
        asked = {copy.row for copy in self.map.copies}
        served = {(copy.layer, copy.expert) for copy in self.map.copies if copy.kind == FULL}
        for number, why in self._leaving.items():
            if number not in asked and self.moves.is_spare(self.rows[number], why, served):
                self._left_by.setdefault(number, self.map.version)

    def _say_map(self) -> None:
        self._said = self.elapsed()
        for dispatcher in self._dispatchers:
            self.send(dispatcher, m.MapIs(self.map))

    async def _claim(self) -> None:
        if self._wants:
            self._serial += 1
            wanted = m.Claim(self.token, self._serial, tuple(self._wants))
            granted = await self.call(self._ledger, wanted, timeout=self.settings.lease // 2)
            for row in granted.rows:
                self.rows[row.number] = row

    def _command(self) -> None:
        """Say what nodes should do, again if they have not done it for a while."""
        now = self.elapsed()
        if now - self._said >= SAY_AGAIN:
            self._say_map()
        for row in self.rows.values():
            if now - self._told.get(row.number, -SECOND) < self.settings.retry or not self.watch.lives(row.node, now):
                continue
            if row.number in self._left_by:
                why, by = self._leaving[row.number], self._left_by[row.number]
                self._say(row, m.Drain(self.token, row.epoch, row.number, by, why))
            elif row.number not in self._leaving and self.watch.state(row) is None:
                self._say(row, m.Load(self.token, row))

    def _say(self, row: Row, command: m.Load | m.Drain) -> None:
        self._told[row.number] = self.elapsed()
        self.send(row.node, command)

    def _tell_service(self) -> None:
        full = self._is_full()
        if full != self._full:
            self._full = full
            self.emit(e.FullService(full))

    def _is_full(self) -> bool:
        """Nothing is missing, on its way or leaving."""
        if self._leaving or self._wants:
            return False
        cluster = self.cluster()
        asked = {copy.row for copy in self.map.copies}
        if any(row.kind != STAGE and row.number not in asked for row in cluster.rows):
            return False
        shadows = self.settings.shadows and cluster.release > 0
        for (layer, expert), copies in self.moves.copies.items():
            if len(cluster.of(layer, expert, FULL)) != copies:
                return False
            if shadows and len(cluster.of(layer, expert, SHADOW)) != 1:
                return False
        return bool(self.moves.copies)

    # For selectors

    def hottest(self) -> str:
        """The node that carries most."""
        carried = self.cluster().carried
        return max(carried, key=lambda node: (carried[node], node), default="")

    def last_holder(self, layer: int, expert: int) -> str:
        """The node with the only copy of an expert in the map; empty if there are more, or none."""
        held = [copy.node for copy in self.map.copies if (copy.layer, copy.expert, copy.kind) == (layer, expert, FULL)]
        return held[0] if len(held) == 1 else ""


def _copy(row: Row) -> Copy:
    return Copy(row.number, row.node, row.epoch, row.layer, row.expert, row.kind, row.release)
