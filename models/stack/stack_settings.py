"""What a scenario may choose about the whole stack: its size, and every layer's own parameters."""

from typing import Annotated, Literal

import pydantic
from pydantic import TypeAdapter

from models import agentflow, smartsearch
from models.stack.settings import StoreSettings
from sim import SECOND, Duration, DurationRange, Parameters

Positive = Annotated[int, pydantic.Field(strict=True, ge=1)]
WORK = TypeAdapter(DurationRange).validate_python("60ms..240ms")


def _store() -> StoreSettings:
    given = {"snapshot_every": 500, "keep_tail": 100, "tick_every": "2s", "collect_every": "10s"}
    return StoreSettings.model_validate(given)


def _search() -> smartsearch.Settings:
    given = {
        "fetch_wait": "100ms", "replica_lag": "1500ms", "relay_poll": "50ms", "sweep": "500ms", "collect": "1s",
        "retry_first": "500ms", "retry_cap": "8s", "embed_first": "100ms", "results": 3,
    }  # fmt: skip
    return smartsearch.Settings.model_validate(given)


def _flow() -> agentflow.Settings:
    given = {"poll_wait": "1s", "slots": 6, "decision_timeout": "2s", "services": 1}
    return agentflow.Settings.model_validate(given)


class StackSettings(Parameters):
    """Parameters of `model: stack`.

    size: how many servers each layer has (see `deployment`). store, search, flow: the parameters of the layers; search
    has the number of its brokers and workers from the size. question_time: how long a question may take from its start
    to its answer. engine_places, engine_time: how many questions an engine works on at once, and how long on one.
    submits_max: how many submissions the API has under way before it says 429. patience: within how long of healing
    goodput is back.
    """

    size: Literal["small", "default", "wide"] = "small"
    store: StoreSettings = pydantic.Field(default_factory=_store)
    search: smartsearch.Settings = pydantic.Field(default_factory=_search)
    flow: agentflow.Settings = pydantic.Field(default_factory=_flow)
    engine_places: Positive = 4
    engine_time: DurationRange = WORK
    submits_max: Positive = 16
    patience: Duration = 30 * SECOND
