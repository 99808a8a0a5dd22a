"""What a scenario may choose about LLM serving. Defaults with their labels are those of the page docs/llm_cache.md."""

from collections.abc import Iterable
from typing import Annotated, Literal

import pydantic
from pydantic import Field

from sim import MS, SECOND, Duration, Parameters
from sim.parameters import Probability, Size

Count = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, ge=1)]
Policy = Literal["round_robin", "least_loaded", "session", "prefix", "prefix_load", "threshold"]
POLICIES: tuple[Policy, ...] = ("round_robin", "least_loaded", "session", "prefix", "prefix_load", "threshold")


class Traffic(Parameters):
    """Who asks what. Lengths are in tokens, drawn log-normally by (median, p99).

    arrivals of sessions: poisson or on-off with mean gap `gap` in all; closed: `callers` that ask again as soon as they
    are answered; trace: the file `trace` in the layout of the Azure LLM inference trace 2023, its first `most` rows
    (0: all), `speed` percent as fast; none. Prompts grow turn by turn; `echo` says whether answers are in them.
    Users' words are made of `phrases` different blocks (0: all new). `hot`: that share of sessions is one and the same.
    """

    arrivals: Literal["poisson", "on-off", "closed", "trace", "none"] = "poisson"
    gap: Duration = 1 * SECOND
    on: Duration = 20 * SECOND
    off: Duration = 20 * SECOND
    callers: Positive = 4
    trace: str = ""
    most: Count = 0
    speed: Positive = 100
    clients: Positive = 2
    tenants: Positive = 3
    models: Positive = 1
    adapters: Count = 0
    systems: Positive = 32
    system: tuple[Positive, Positive] = (256, 2048)
    turns: Positive = 5
    turns_exactly: Count = 0
    user: tuple[Positive, Positive] = (80, 800)
    output: tuple[Positive, Positive] = (129, 601)
    length_max: Positive = 16_384
    think: tuple[Duration, Duration] = (8 * SECOND, 60 * SECOND)
    phrases: Count = 0
    echo: bool = True
    cancel: Probability = 30_000_000
    repeat: Probability = 20_000_000
    hot: Probability = 0
    mark: str = ""

    @pydantic.model_validator(mode="after")
    def _fit_together(self) -> "Traffic":
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterable[str]:
        if self.gap < 1 or self.on < 1:
            yield "gap, on: expected more than 0s"
        for name, (low, high) in (("user", self.user), ("output", self.output), ("think", self.think)):
            if low > high:
                yield f"{name}: expected (median, p99) with the median first, found {low} and {high}"
        if self.system[0] > self.system[1]:
            yield "system: expected the shortest length first"
        if self.arrivals == "trace" and not self.trace:
            yield "trace: expected the path of a file, found nothing; arrivals are to come from it"


class Settings(Parameters):
    """Parameters of `model: llm_cache`. The first `routers` nodes are routers, the others engines of one GPU each.

    block_tokens, hash_bits, verify, index: how KV memory is cut, keyed, compared and searched. total: blocks of an
    engine, each kv_bytes a token; all must lie within its `claim`. timing, gpu, chunk: how long things take. policy,
    w (weight of missing blocks), bound (percent of the mean load up to which a session stays): where requests go.
    running_max and queue_max: admission. stream_tokens: tokens in one word. load_every, dead_after, stall,
    queue_wait, attempts_max: when a router loses patience. feed: whether engines tell what they hold; feed_ttl
    without. log, commit, snapshot_every: the routers' index log. answer_within: what liveness claims.
    """

    traffic: Traffic = Traffic()
    routers: Positive = 2
    policy: Policy = "prefix_load"
    index: Literal["hash", "radix"] = "hash"
    verify: Literal["tokens", "none"] = "tokens"
    unsafe: bool = False
    block_tokens: Annotated[int, Field(strict=True, ge=1, le=1024)] = 16
    total: Positive = 8192
    kv_bytes: Size = 131_072
    claim: Size = 0
    hash_bits: Annotated[int, Field(strict=True, ge=4, le=64)] = 64
    timing: Literal["step", "fluid", "published", "serial"] = "fluid"
    gpu: Literal["a100", "h100"] = "a100"
    chunk: Positive = 512
    running_max: Positive = 16
    queue_max: Count = 64
    overtake_max: Count = 8
    stream_tokens: Positive = 16
    w: Annotated[int, Field(strict=True, ge=0, le=1000)] = 1
    bound: Annotated[int, Field(strict=True, ge=100)] = 125
    load_every: Duration = 100 * MS
    dead_after: Duration = 500 * MS
    queue_wait: Duration = 3 * SECOND
    retry_hint: Duration = 1 * SECOND
    stall: Duration = 20 * SECOND
    accept_within: Duration = 300 * MS
    resend: Duration = 200 * MS
    attempts_max: Positive = 3
    patience: Duration = 8 * SECOND
    drain: Duration = 5 * SECOND
    feed: Literal["on", "off"] = "on"
    feed_ttl: Duration = 60 * SECOND
    log: Literal["on", "off"] = "on"
    commit: Duration = 10 * MS
    snapshot_every: Positive = 5000
    answers_kept: Duration = 600 * SECOND
    shared_salt: bool = False
    version: Positive = 1
    answer_within: Duration = 60 * SECOND
    even_within: Duration = 30 * SECOND

    @pydantic.model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        for problem in self._problems():
            raise ValueError(problem)
        return self

    @property
    def block_bytes(self) -> int:
        """Bytes of one block of KV memory."""
        return self.block_tokens * self.kv_bytes

    def _problems(self) -> Iterable[str]:
        if self.verify == "none" and self.hash_bits < 64 and not self.unsafe:
            yield (
                "verify: none needs hash_bits: 64: shorter keys of different blocks are equal now and then, and one "
                "request would be answered from another's memory; expected verify: tokens, or unsafe: true to see it"
            )
        if self.claim and self.total * self.block_bytes > self.claim:
            yield f"claim: {self.total} blocks take {self.total * self.block_bytes} bytes, the claim is {self.claim}"
        if self.dead_after < 2 * self.load_every:
            yield "dead_after: expected at least twice load_every, or whoever is late once is dead"
        if min(self.load_every, self.commit, self.resend, self.accept_within, self.stall, self.patience) < 1:
            yield "load_every, commit, resend, accept_within, stall, patience: expected more than 0s"
