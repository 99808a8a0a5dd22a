"""The ledger: the one book of who has how much VRAM of which node, the placement map, and the lease of who leads.

Each change is a record of a journal, durable before anybody is told. A row is there before its shard is loaded and
struck out when its shard is surely gone. Others claim VRAM too: a claim waits until rows make room, and new rows
leave it free.
"""

from collections.abc import Iterable

from models.patterns import Journal, Lease, Leases
from models.rfid_moe import messages as m
from models.rfid_moe.events import MapChanged, Vram
from models.rfid_moe.settings import Settings
from models.rfid_moe.shards import PlacementMap, Row
from sim import Actor, Caller, Message, on

PLACEMENT = "placement"


class Struck(Message):
    """Rows that are no more."""

    rows: tuple[int, ...]


class Written(Message):
    """Rows that are there from now on, by which claim: (token, serial)."""

    token: int
    serial: int
    rows: tuple[Row, ...]


class Mapped(Message):
    """The map from now on."""

    map: PlacementMap


class Published(Message):
    """The compression release to go to."""

    release: int


class Reserved(Message):
    """Somebody else wants bytes of a node, known by `claim`; 0: no more."""

    claim: int
    node: str
    size: int


Record = Lease | Struck | Written | Mapped | Published | Reserved


class Ledger(Actor):
    """One incarnation. Everything is rebuilt from the journal; a lease that ran then may run for its whole time
    again.
    """

    def __init__(self, nodes: tuple[str, ...], settings: Settings) -> None:
        self.nodes = nodes
        self._settings = settings

    def on_start(self) -> None:
        """Read back."""
        self._journal: Journal[Record] = Journal(self.disk, "ledger", Record)
        self._leases = Leases(self._journal.append)
        self._rows: dict[int, Row] = {}
        self._used = dict.fromkeys(self.nodes, 0)
        self._claims: dict[int, Reserved] = {}
        self._granted: dict[int, None] = {}
        self._last_row = self._last_claim = 0
        self._map = PlacementMap(0, (), ())
        self._release = 0
        self._last_claimed = (0, 0)
        written = self._journal.read()
        for record in written:
            self._apply(record)
        for claim in list(self._claims):
            self._settle(self._claims[claim].node)
        for node in self.nodes:
            self._tell(node)

    def _apply(self, record: Record) -> None:
        if isinstance(record, Lease):
            until = self.elapsed() + self._settings.lease
            self._leases.restore(Lease(record.resource, record.holder, record.token, until))
        elif isinstance(record, Written):
            self._last_claimed = (record.token, record.serial)
            for row in record.rows:
                self._rows[row.number] = row
                self._used[row.node] += row.size
                self._last_row = max(self._last_row, row.number)
        elif isinstance(record, Struck):
            for number in record.rows:
                row = self._rows.pop(number)
                self._used[row.node] -= row.size
        elif isinstance(record, Mapped):
            self._map = record.map
        elif isinstance(record, Published):
            self._release = record.release
        else:
            self._reserve(record)

    def _reserve(self, record: Reserved) -> None:
        self._last_claim = max(self._last_claim, record.claim)
        if record.size:
            self._claims[record.claim] = record
        else:
            self._claims.pop(record.claim, None)
            self._granted.pop(record.claim, None)

    def _write(self, record: Record) -> None:
        self._journal.append(record)
        self._apply(record)

    # Placement

    @on(m.Campaign)
    def campaign(self, caller: Caller, campaign: m.Campaign) -> m.Elected | None:  # noqa: ARG002 - who asks is enough
        """Who asks first leads; who leads and asks again has a new token."""
        lease = self._leases.grant(PLACEMENT, caller.source, self.elapsed(), self._settings.lease)
        if lease is None:
            self.refuse(caller, "another leads")
            return None
        rows = tuple(self._rows.values())
        return m.Elected(lease.token, self._map, rows, self._claimed(), self._release)

    @on(m.Renew)
    def renew(self, caller: Caller, renew: m.Renew) -> m.Renewed | None:
        """As long as nobody else leads."""
        if self._leases.renew(PLACEMENT, renew.token, self.elapsed(), self._settings.lease) is None:
            self.refuse(caller, "the lease is over")
            return None
        return m.Renewed(self._claimed())

    @on(m.Commit)
    def commit(self, caller: Caller, commit: m.Commit) -> m.Done | None:
        """The next map."""
        if not self._leads(caller, commit.token):
            return None
        if commit.map == self._map:
            return m.Done()
        if commit.map.version != self._map.version + 1:
            self.refuse(caller, f"the map has version {self._map.version}")
            return None
        self._write(Mapped(commit.map))
        self.emit(MapChanged(commit.map, commit.why))
        return m.Done()

    @on(m.Claim)
    def claim(self, caller: Caller, claim: m.Claim) -> m.Granted | None:
        """Rows, as far as there is room."""
        if not self._leads(caller, claim.token) or (claim.token, claim.serial) <= self._last_claimed:
            return None  # a duplicate has its answer already, or will have it
        fitting: list[Row] = []
        taken = dict.fromkeys(self.nodes, 0)
        for row in claim.rows:
            if taken[row.node] + row.size <= self._free(row.node):
                taken[row.node] += row.size
                number = self._last_row + len(fitting) + 1
                fitting.append(_numbered(row, number))
        if fitting:
            self._write(Written(claim.token, claim.serial, tuple(fitting)))
            self._tell_all(row.node for row in fitting)
        return m.Granted(tuple(fitting))

    @on(m.Strike)
    def strike(self, caller: Caller, strike: m.Strike) -> m.Done | None:
        """Rows whose shards are gone. Those that are struck out already stay so."""
        if not self._leads(caller, strike.token):
            return None
        known = tuple(number for number in strike.rows if number in self._rows)
        nodes = dict.fromkeys(self._rows[number].node for number in known)
        if known:
            self._write(Struck(known))
            for node in nodes:
                self._settle(node)
            self._tell_all(nodes)
        return m.Done()

    @on(m.Publish)
    def publish(self, caller: Caller, publish: m.Publish) -> m.Done | None:
        """A compression release."""
        if not self._leads(caller, publish.token):
            return None
        if publish.release > self._release:
            self._write(Published(publish.release))
        return m.Done()

    def _leads(self, caller: Caller, token: int) -> bool:
        if self._leases.holds(PLACEMENT, token, self.elapsed()):
            return True
        self.refuse(caller, "the lease is over")
        return False

    # Claims of others

    @property
    def vram(self) -> int:
        """Bytes of one node."""
        return self._settings.vram

    def reserve(self, node: str, size: int) -> int:
        """Somebody claims bytes of a node for himself. Returns the claim, for `give_back`."""
        claim = self._last_claim + 1
        self._write(Reserved(claim, node, size))
        self._settle(node)
        self._tell(node)
        return claim

    def give_back(self, claims: Iterable[int]) -> None:
        """He needs them no more."""
        for claim in claims:
            record = self._claims.get(claim)
            if record is not None:
                self._write(Reserved(claim, record.node, 0))
                self._tell(record.node)

    def _settle(self, node: str) -> None:
        """Grant claims for which there is room now."""
        for claim, record in self._claims.items():
            if record.node == node and claim not in self._granted:
                room = self._settings.vram - self._used[node] - self._granted_bytes(node)
                if record.size <= room:
                    self._granted[claim] = None

    def _granted_bytes(self, node: str) -> int:
        return sum(self._claims[claim].size for claim in self._granted if self._claims[claim].node == node)

    def _free(self, node: str) -> int:
        waiting = sum(one.size for one in self._claims.values() if one.node == node)
        return self._settings.vram - self._used[node] - waiting

    def _claimed(self) -> tuple[tuple[str, int], ...]:
        sums: dict[str, int] = {}
        for record in self._claims.values():
            sums[record.node] = sums.get(record.node, 0) + record.size
        return tuple(sorted(sums.items()))

    def _tell_all(self, nodes: Iterable[str]) -> None:
        for node in dict.fromkeys(nodes):
            self._tell(node)

    def _tell(self, node: str) -> None:
        self.emit(Vram(node, self._used[node], self._granted_bytes(node), self._settings.vram))


def _numbered(row: Row, number: int) -> Row:
    return Row(number, row.node, row.epoch, row.layer, row.expert, row.kind, row.release, row.size)
