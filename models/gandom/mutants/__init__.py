"""Known bugs of shops, each a subclass that overrides one rule: what a simulator must find.

`breaks` names the promises that may show it, strongest first; `recipe` is the smallest scenario that finds it.
"""

from models.gandom.mutants import money, stock, tabs
from models.gandom.mutants.bug import PUBLISHED, bug
from models.gandom.parts import Parts

CALM_SEEDS = 5
"""What needs no fault must be found in so many calm runs."""

_STOCK = (
    bug(
        "check-then-take",
        "reads the stock, and takes from it later without a condition",
        "no-oversell rights-sum",
        Parts(reservations=stock.CheckThenTake),
        f"{PUBLISHED} (unless its database forbids negatives)",
        "mutants/calm-central",
        CALM_SEEDS,
    ),
    bug(
        "sets-absolute",
        "an edit overwrites the number",
        "converged moved-once",
        Parts(counts=stock.SetsAbsolute),
        PUBLISHED,
        "edit-during-sale",
        CALM_SEEDS,
    ),
    bug(
        "scan-adds",
        "a repeated scan adds again",
        "scan-once",
        Parts(ingestion=stock.ScanAdds),
        PUBLISHED,
        "double-scan",
    ),
    bug(
        "counter-sync",
        "merges increments and decrements, without rights (PN-counter)",
        "no-oversell rights-sum",
        Parts(escrow=stock.CounterSync),
        "Balegas and others (2015)",
        "last-loaf",
    ),
    bug(
        "last-writer",
        "the stock of a sku is what the last write left",
        "moved-once converged no-oversell",
        Parts(ledger=stock.LastWriter),
        f"{PUBLISHED} (edit form); common",
        "mutants/calm-stock",
        CALM_SEEDS,
    ),
    bug(
        "taker-counts",
        "the asker credits itself before the donor wrote",
        "rights-sum no-oversell",
        Parts(escrow=stock.TakerCounts),
        "folklore of bounded counters",
        "mutants/lossy-sync",
    ),
    bug(
        "transfer-twice",
        "credits a transfer at each receipt",
        "rights-sum no-oversell",
        Parts(escrow=stock.TransferTwice),
        "folklore of bounded counters",
        "mutants/lossy-sync",
    ),
    bug(
        "sync-by-count",
        "sends from the peer's count on, instead of by serials of each site",
        "converged",
        Parts(sync=stock.SyncByCount),
        "common",
        "mutants/lossy-sync",
    ),
)

_ORDERS = (
    bug(
        "paid-when-placed",
        "writes an order PAID when it is made",
        "charge-order cents-conserved",
        Parts(checkout=money.PaidWhenPlaced),
        f"{PUBLISHED} (no call of a provider was found in what was read)",
        "calm",
        CALM_SEEDS,
    ),
    bug(
        "no-request-id",
        "each POST is a new order",
        "order-once",
        Parts(checkout=stock.NoRequestId),
        PUBLISHED,
        "double-click",
        CALM_SEEDS,
    ),
    bug(
        "any-status",
        "lets any state follow any other",
        "legal-state",
        Parts(book=money.AnyStatus),
        PUBLISHED,
        "double-click",
        CALM_SEEDS,
    ),
    bug(
        "restocks-each-reject",
        "a second reject puts the bread back again",
        "held-right",
        Parts(reservations=money.RestocksEachReject),
        PUBLISHED,
        "double-click",
        CALM_SEEDS,
    ),
    bug(
        "second-write",
        "writes order and receipt in two transactions",
        "charge-order",
        Parts(settlement=money.SecondWrite),
        PUBLISHED,
        "crash-every-step",
    ),
    bug(
        "redirect-is-paid",
        "takes the customer's return for the payment",
        "charge-order cents-conserved",
        Parts(returns=money.RedirectIsPaid),
        "common",
        "mutants/slow-cards",
    ),
    bug(
        "releases-first",
        "releases the holds before the intent is canceled",
        "held-right no-oversell",
        Parts(payments=money.ReleasesFirst),
        "common",
        "expiry-race",
    ),
    bug(
        "float-cents",
        "adds totals in binary fractions",
        "cents-conserved",
        Parts(pricing=money.FloatCents),
        "common",
        "calm",
        CALM_SEEDS,
    ),
)

_PAYMENTS = (
    bug(
        "key-per-try",
        "has a new idempotency key for each repetition",
        "one-charge",
        Parts(payments=money.KeyPerTry),
        "common",
        "charge-lost-reply",
    ),
    bug(
        "key-for-ever",
        "uses a key again after 24 h, without looking",
        "one-charge",
        Parts(payments=money.KeyForEver),
        "Stripe, Idempotent requests: how long keys are kept",
        "provider-down-25h",
    ),
    bug(
        "retries-500",
        "takes a stored 500 for not charged, and a new key",
        "one-charge",
        Parts(payments=money.Retries500),
        "Stripe, Idempotent requests: errors are stored",
        "provider-500",
    ),
    bug(
        "event-is-truth",
        "takes the state from the event, not from the intent",
        "legal-state charge-order",
        Parts(inbox=money.EventIsTruth),
        "common",
        "webhook-storm",
    ),
    bug(
        "answers-first",
        "answers 2xx before the event is durable",
        "liveness charge-order",
        Parts(inbox=money.AnswersFirst),
        "common",
        "mutants/webhooks-alone",
    ),
    bug(
        "webhook-only",
        "has no poller",
        "liveness charge-order",
        Parts(poller=money.WebhookOnly),
        "common",
        "webhook-lost",
    ),
)

_TABS = (
    bug(
        "polls-pending",
        "asks every 3 s for the orders that are pending now",
        "announced-each",
        Parts(admin=tabs.PollsPending),
        PUBLISHED,
        "calm",
        CALM_SEEDS,
    ),
    bug(
        "reload-forgets",
        "counts what waits when it is loaded as announced",
        "announced-each",
        Parts(admin=tabs.ReloadForgets),
        PUBLISHED,
        "admin-reload",
    ),
    bug(
        "polls-overlap",
        "takes an older answer for that to the newest question",
        "announced-each",
        Parts(admin=tabs.PollsOverlap),
        PUBLISHED,
        "two-tabs",
    ),
    bug(
        "acks-before-announce",
        "stores the cursor before it announces",
        "announced-each",
        Parts(admin=tabs.AcksBeforeAnnounce),
        "common",
        "admin-reload",
    ),
)

MUTANTS = {mutant.name: mutant for mutant in (*_STOCK, *_ORDERS, *_PAYMENTS, *_TABS)}
