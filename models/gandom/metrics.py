"""What a run of the bakery cost: a fold over emitted events, for tables and pictures. It decides nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.gandom.events import (
    Announced,
    Charged,
    Entry,
    KeyReplayed,
    Moved,
    OrderState,
    Receipted,
    RefundPaid,
    Refusal,
    Synced,
    WebhookSeen,
)
from models.gandom.ledger import Movement
from models.gandom.messages import CUT_OFF
from models.gandom.order import PAID
from sim import Emitted

Step = tuple[int, int]
"""(time in ns, value from then on)"""


@dataclass
class Metrics:
    """Numbers of one run; times and delays in ns, money in cents.

    `rights` and `views` (of all stock that is free) are by (site, sku), `stock` is what is truly free: all movements of
    all sites, whoever has heard of them. `refused_stranded` counts customers who were
    turned away while the site knew of stock elsewhere, `refused_cut_off` those whom a storefront turned away because
    it could not ask. `under_way` is money that was charged and neither booked nor paid back. `announce` are delays from
    a feed's entry to the first ring of each tab, `word` those from a charge to PAID, `webhook` those from the
    provider's event to the shop's taking it in.
    """

    rights: dict[tuple[str, str], list[Step]] = field(default_factory=dict)
    views: dict[tuple[str, str], list[Step]] = field(default_factory=dict)
    stock: dict[str, list[Step]] = field(default_factory=dict)
    under_way: list[Step] = field(default_factory=list)
    refused: int = 0
    refused_stranded: int = 0
    refused_cut_off: int = 0
    charged: int = 0
    refunded: int = 0
    keys_replayed: int = 0
    announce: list[int] = field(default_factory=list)
    word: list[int] = field(default_factory=list)
    webhook: list[int] = field(default_factory=list)


class _Fold:
    """Takes each fact once, as they may be told again."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self._seen: set[tuple[object, ...]] = set()
        self._entries: dict[str, int] = {}
        self._charges: dict[str, tuple[int, int]] = {}
        self._under_way = 0

    def take(self, emitted: Emitted) -> None:
        """Add one event."""
        event, t_ns = emitted.event, emitted.t_ns
        match event:
            case Synced():
                self._sums(event, t_ns)
            case Moved():
                self._move(event.movement, t_ns)
            case Refusal():
                self.metrics.refused += 1
                self.metrics.refused_stranded += event.elsewhere > 0
                self.metrics.refused_cut_off += event.why == CUT_OFF
            case KeyReplayed():
                self.metrics.keys_replayed += 1
            case Charged() | RefundPaid() | Receipted():
                self._money(event, t_ns)
            case OrderState() if event.after == PAID and event.order in self._charges:
                if self._is_new("paid", event.order):
                    self.metrics.word.append(t_ns - self._charges[event.order][0])
            case WebhookSeen() if self._is_new("webhook", event.event):
                self.metrics.webhook.append(max(0, t_ns - event.created))
            case Entry() if event.what == "placed":
                self._entries.setdefault(event.order, t_ns)
            case Announced() if event.order in self._entries and self._is_new("ring", event.admin, event.order):
                self.metrics.announce.append(t_ns - self._entries[event.order])

    def _is_new(self, *fact: object) -> bool:
        known = fact in self._seen
        self._seen.add(fact)
        return not known

    def _sums(self, event: Synced, t_ns: int) -> None:
        for sku, rights in event.rights:
            self.metrics.rights.setdefault((event.site, sku), []).append((t_ns, rights))
        for sku, stock in event.stock:
            self.metrics.views.setdefault((event.site, sku), []).append((t_ns, stock))

    def _move(self, movement: Movement, t_ns: int) -> None:
        if self._is_new("moved", movement.site, movement.serial):
            steps = self.metrics.stock.setdefault(movement.sku, [])
            steps.append((t_ns, (steps[-1][1] if steps else 0) + movement.effect))

    def _money(self, event: Charged | RefundPaid | Receipted, t_ns: int) -> None:
        refunded = event.refunded if isinstance(event, RefundPaid) else 0
        if not self._is_new(type(event).__name__, event.intent, refunded):
            return
        metrics = self.metrics
        if isinstance(event, Charged):
            metrics.charged += event.cents
            self._charges.setdefault(event.order, (t_ns, event.cents))
            self._under_way += event.cents
        elif isinstance(event, Receipted):
            self._under_way -= event.cents
        else:
            metrics.refunded += event.cents
            if ("Receipted", event.intent, 0) not in self._seen:
                self._under_way -= event.cents
        metrics.under_way.append((t_ns, self._under_way))


def measure(emitted: Iterable[Emitted]) -> Metrics:
    """The metrics of a run, from all that was emitted in it, in order."""
    fold = _Fold()
    for one in emitted:
        fold.take(one)
    return fold.metrics


def middle(values: Sequence[int]) -> int:
    """The median, the lower of two; 0 of nothing."""
    return sorted(values)[(len(values) - 1) // 2] if values else 0
