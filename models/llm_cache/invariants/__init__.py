"""The promises of LLM serving, by the names that verdicts use. Each factory makes the check of one run."""

from collections.abc import Callable, Mapping
from typing import cast

from models.llm_cache.invariants.answers import DeliveredOnce, OutputCold
from models.llm_cache.invariants.books import BookTrue, IndexConverges, LogTrue
from models.llm_cache.invariants.fills import OneFill
from models.llm_cache.invariants.known import Known
from models.llm_cache.invariants.liveness import Liveness
from models.llm_cache.invariants.memory import MemoryConserved, RefcountTrue
from models.llm_cache.invariants.order import LruOrder, NoOvertake
from models.llm_cache.invariants.reuse import ChainTrue, Closed, TenantApart
from models.llm_cache.invariants.routes import AliveRoute, AttemptsBound, EpochTrue
from models.llm_cache.settings import Settings
from sim import Check, System

_MADE: Mapping[str, Callable[[Settings, Known], Check]] = {
    "output-cold": OutputCold,
    "delivered-once": DeliveredOnce,
    "memory-conserved": MemoryConserved,
    "refcount-true": RefcountTrue,
    "one-fill": OneFill,
    "chain-true": ChainTrue,
    "closed": Closed,
    "tenant-apart": TenantApart,
    "epoch-true": EpochTrue,
    "alive-route": AliveRoute,
    "attempts-bound": AttemptsBound,
    "lru-order": LruOrder,
    "book-true": BookTrue,
    "no-overtake": NoOvertake,
    "index-converges": IndexConverges,
    "log-true": LogTrue,
    "liveness": Liveness,
}


def _factory(make: Callable[[Settings, Known], Check]) -> Callable[[System], Check]:
    return lambda system: make(cast("Settings", system.parameters), system.shared(Known))


CHECKS: Mapping[str, Callable[[System], Check]] = {name: _factory(make) for name, make in _MADE.items()}
