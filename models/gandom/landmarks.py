"""States that a run should have reached before its verdict means much: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.gandom.events import (
    Asked,
    CancelRaceLost,
    InTouch,
    KeyReplayed,
    Moved,
    OutOfTouch,
    PaidLate,
    Refusal,
    Resumed,
    Reviewed,
    Shortened,
    Uploaded,
    WebhookSeen,
)
from models.gandom.ledger import HOLD, SELL
from sim import Emitted, Landmark

Predicate = Callable[[Emitted], bool]


def _sold_in_partition() -> Predicate:
    away: dict[str, set[str]] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if isinstance(event, OutOfTouch):
            away.setdefault(event.site, set()).add(event.peer)
        elif isinstance(event, InTouch):
            away.setdefault(event.site, set()).discard(event.peer)
        elif isinstance(event, Moved):
            sold = event.movement.kind in (HOLD, SELL) and event.movement.effect < 0
            return sold and bool(away.get(event.movement.site))
        return False

    return reached


def _webhook_reordered() -> Predicate:
    newest: dict[str, int] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        assert isinstance(event, WebhookSeen)
        before = newest.get(event.order, 0)
        newest[event.order] = max(before, event.created)
        return event.created < before

    return reached


def _early_webhook() -> Predicate:
    return lambda emitted: isinstance(emitted.event, WebhookSeen) and emitted.event.early


def _replayed_500() -> Predicate:
    return lambda emitted: isinstance(emitted.event, KeyReplayed) and emitted.event.status == 500


def _offline_scan() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Uploaded) and emitted.event.offline


def _known_scan() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Uploaded) and emitted.event.result == "known"


def _stranded() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Refusal) and emitted.event.elsewhere > 0


def _cut_off() -> Predicate:
    return lambda emitted: isinstance(emitted.event, Refusal) and emitted.event.why.startswith("cut off")


def _always() -> Predicate:
    return lambda _: True


_ALL = (
    Landmark("sold_in_partition", (OutOfTouch, InTouch, Moved), _sold_in_partition),
    Landmark("transfer_asked", (Asked,), _always),
    Landmark("refused_while_stranded", (Refusal,), _stranded),
    Landmark("refused_cut_off", (Refusal,), _cut_off),
    Landmark("webhook_before_answer", (WebhookSeen,), _early_webhook),
    Landmark("webhook_reordered", (WebhookSeen,), _webhook_reordered),
    Landmark("key_replayed", (KeyReplayed,), _always),
    Landmark("key_replayed_500", (KeyReplayed,), _replayed_500),
    Landmark("paid_after_expiry", (PaidLate,), _always),
    Landmark("cancel_lost_race", (CancelRaceLost,), _always),
    Landmark("shortfall", (Shortened,), _always),
    Landmark("admin_resumed", (Resumed,), _always),
    Landmark("offline_scan", (Uploaded,), _offline_scan),
    Landmark("scan_repeated", (Uploaded,), _known_scan),
    Landmark("review", (Reviewed,), _always),
)

LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
