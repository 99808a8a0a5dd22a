"""What a scenario may choose: the log's timing and promises, the pipeline's budgets, and who there is."""

from typing import Annotated, Literal

import pydantic

from sim import MS, SECOND, Duration, Parameters
from sim.parameters import Size

Count = Annotated[int, pydantic.Field(strict=True, ge=0)]
Positive = Annotated[int, pydantic.Field(strict=True, ge=1)]

HOUR = 3600 * SECOND
DAY = 24 * HOUR

SCALED = (
    "broker_heartbeat", "broker_session", "replica_lag", "fetch_wait", "request_timeout", "group_heartbeat",
    "group_session", "poll_interval", "rebalance_delay", "lease", "sweep", "stuck", "retry_first", "retry_cap",
    "collect", "relay_poll", "relay_lease", "embed_timeout",
)  # fmt: skip
"""What the profile `kafka` has twenty times as long."""


class Settings(Parameters):
    """Parameters of `model: smartsearch`.

    The servers are, in order: `brokers`, a controller; unless `only_log`, a database, an embedder, an API, two relays
    and a caretaker (sweeper and collector); all others are workers. With `only_log` they are plain consumers.

    profile: `fast` divides Apache Kafka's and SmartSearch's times by 20; a time that is given stays as given.
    flush: whether a broker syncs each append (`each`) or leaves it to the page cache (`none`). unclean: whether a
    replica out of sync may lead. Retention cuts segments older than `retention_age` or beyond `retention_bytes` of a
    partition (0: never). reset: what a consumer does whose offset is gone. in_flight: how many documents of a
    partition a worker has under way. index: where searches look, `inline` in the database or in a `replica` that is
    fed by the log. stuck: after how long the sweeper announces a waiting document anew. embed_mean, embed_cv_percent:
    the embedder's service time (log-normal), one call at a time; `embed_delay` and `overhead` take nobody's turn.
    """

    profile: Literal["fast", "kafka"] = "fast"
    only_log: bool = False
    brokers: Positive = 3
    partitions: Positive = 4
    replication: Positive = 3
    min_isr: Positive = 2
    acks: Literal["all", "one", "none"] = "all"
    flush: Literal["none", "each"] = "none"
    unclean: bool = False
    broker_heartbeat: Duration = 100 * MS
    broker_session: Duration = 450 * MS
    replica_lag: Duration = 1500 * MS
    fetch_wait: Duration = 25 * MS
    fetch_max: Positive = 50
    request_timeout: Duration = 400 * MS
    producer_expiry: Duration = 7 * DAY
    segment_records: Positive = 64
    retention_age: Duration = 0
    retention_bytes: Size = 0
    reset: Literal["error", "earliest", "latest"] = "error"
    group_heartbeat: Duration = 150 * MS
    group_session: Duration = 2250 * MS
    poll_interval: Duration = 15 * SECOND
    rebalance_delay: Duration = 150 * MS
    in_flight: Positive = 1
    work: Duration = 5 * MS
    lease: Duration = 3 * SECOND
    sweep: Duration = 250 * MS
    stuck: Duration = 5 * SECOND
    collect: Duration = 250 * MS
    attempts_max: Positive = 5
    retry_first: Duration = 1 * SECOND
    retry_cap: Duration = 30 * SECOND
    backlog_max: Positive = 1000
    relay_poll: Duration = 20 * MS
    relay_lease: Duration = 1 * SECOND
    embed_mean: Duration = 15 * MS
    embed_cv_percent: Count = 50
    embed_exponential: bool = False
    embed_delay: Duration = 8500 * 1000
    embed_first: Duration = 484 * MS
    embed_timeout: Duration = 2 * SECOND
    overhead: Duration = 5 * MS
    version: Positive = 1
    results: Positive = 5
    index: Literal["inline", "replica"] = "inline"
    staleness: Duration = 2 * SECOND
    paragraphs: Positive = 6
    poison: Annotated[int, pydantic.Field(strict=True, ge=0, le=100)] = 0
    """Percent of documents that no embedder can take."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _scale(cls, given: object) -> object:
        if not isinstance(given, dict) or given.get("profile") != "kafka":
            return given
        defaults = {name: f"{20 * cls.model_fields[name].default}ns" for name in SCALED}
        return {**defaults, **given}

    @pydantic.model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.replication > self.brokers:
            raise ValueError(f"replication: expected at most the {self.brokers} brokers, found {self.replication}")
        if self.min_isr > self.replication:
            raise ValueError(f"min_isr: expected at most replication {self.replication}, found {self.min_isr}")
        for longer, shorter in (
            ("broker_session", "broker_heartbeat"),
            ("group_session", "group_heartbeat"),
            ("replica_lag", "fetch_wait"),
            ("retry_cap", "retry_first"),
        ):
            if getattr(self, longer) < getattr(self, shorter):
                raise ValueError(f"{longer}: expected at least {shorter}")
        return self
