"""What a scenario may choose about the bakery: who sells, how stock is shared, how the provider behaves."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from sim import MS, SECOND, Duration, DurationRange, Parameters
from sim.parameters import Probability

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

_range = TypeAdapter(DurationRange).validate_python

Count = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, ge=1)]


class Settings(Parameters):
    """Parameters of `model: gandom`. The first server is the office; the last ones are scanners, admins, the provider.

    The servers are, in order: office, storefronts, provider, `admins`, `scanners`. Skus are `k0`, `k1`, ... with
    `prices` in cents; the office opens with `opening` of each. `stock: escrow`: each site sells from its own rights;
    `central`: the office decides and a storefront that has not heard from it for `contact` refuses. A site asks for
    rights when it has fewer than `low`. Sites exchange what they have every `sync`, scanners upload as often, and every
    `tick` a site looks at what is due.

    An order that is not paid within `expiry` closes. A site asks the provider itself every `poll` (0: it relies on
    webhooks), and repeats a call that failed after at most `retry_cap`. The provider takes `process` for a request and
    `slow` for a slow card, answers `errors_500` of charges and refunds with 500 *after the effect*, keeps keys for
    `key_ttl`. Of its webhooks `webhook_lost` are never sent, `webhook_doubled` come again after they were accepted,
    each leaves after `webhook_delay` and is repeated for three days, at most `webhook_cap` apart. An admin's tab asks
    every `feed_every`. Customers click twice with probability `double_click`, and as often does a scanner read twice
    (`double_scan`).
    """

    stock: Literal["escrow", "central"] = "escrow"
    admins: Count = 2
    scanners: Count = 1
    prices: tuple[Positive, ...] = (115, 240, 350)
    opening: Count = 12
    low: Count = 2
    sync: Duration = 1 * SECOND
    contact: Duration = 3 * SECOND
    tick: Duration = 1 * SECOND
    expiry: Duration = 15 * MINUTE
    poll: Duration = 60 * SECOND
    call_timeout: Duration = 1 * SECOND
    retry_cap: Duration = 8 * SECOND
    feed_every: Duration = 500 * MS
    process: DurationRange = _range("50ms..300ms")
    slow: DurationRange = _range("1s..5s")
    errors_500: Probability = 0
    key_ttl: Duration = 24 * HOUR
    webhook_lost: Probability = 0
    webhook_doubled: Probability = 0
    webhook_delay: DurationRange = _range("20ms..2s")
    webhook_cap: Duration = 1 * HOUR
    double_click: Probability = 100_000_000
    double_scan: Probability = 100_000_000
