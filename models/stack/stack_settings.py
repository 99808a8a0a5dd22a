"""What a scenario may choose about the whole stack: its size, and every layer's own parameters."""

from typing import Literal

import pydantic
from pydantic import TypeAdapter

from models import agentflow, llm_cache, rfid_moe, smartsearch, tyche, veriflow
from models.stack import sizes
from models.stack.settings import StoreSettings
from models.stack.sizes import Counts, Positive, SizeName
from sim import MS, SECOND, Duration, DurationRange, Parameters
from sim.parameters import Size

_range = TypeAdapter(DurationRange).validate_python
WORK, TRAIN = _range("60ms..240ms"), _range("500ms..2s")


STORE: dict[str, object] = {"snapshot_every": 500, "keep_tail": 100, "tick_every": "2s", "collect_every": "10s"}
SEARCH: dict[str, object] = {
    "fetch_wait": "800ms", "relay_poll": "200ms", "broker_heartbeat": "150ms",
    "group_heartbeat": "300ms", "sweep": "500ms", "collect": "1s", "retry_first": "500ms", "retry_cap": "4s",
    "embed_first": "100ms", "results": 3,
}  # fmt: skip
FLOW: dict[str, object] = {
    "poll_wait": "1s", "slots": 6, "decisions": 4, "decision_timeout": "2s", "services": 1, "patience": "20s",
}  # fmt: skip
SERVING: dict[str, object] = {
    "total": 512, "stream_tokens": 8, "load_every": "500ms", "dead_after": "1500ms", "queue_wait": "1s", "stall": "2s",
    "attempts_max": 2, "answer_within": "8s", "running_max": 8, "queue_max": 8, "answers_kept": "20s",
}  # fmt: skip
CLUSTER: dict[str, object] = {
    "devices": 2, "types": ("a100",), "queues": ({"name": "training", "cohort": ""},), "renew": "1200ms", "lost": "3s",
    "tolerance": "2s", "resync": "3s", "bookmark": "1s", "leader": "3s", "ttl": "5s", "patience": "12s",
}  # fmt: skip
EXPERTS: dict[str, object] = {
    "controllers": 1, "dispatchers": 1, "layers": 2, "experts": 4, "group": 2, "top": 2, "replicas": 0, "images": 1,
    "beat": "200ms", "dead_after": "1s", "tick": "200ms",
}  # fmt: skip
PRELOAD: dict[str, object] = {
    "functions": tuple(
        {
            "name": f"encode-{tenant}", "user": tenant, "load": "600ms", "transfer": "200ms", "mb": 3000,
            "execution": "20ms", "gpu": True, "arrivals": {"process": "silent"},
        }
        for tenant in smartsearch.TENANTS
    ),
    "estimator": "calibrated", "start": "100ms..300ms", "gpus": 1, "gpu_mb": 8192, "serve_within": "12s",
}  # fmt: skip
OWN: dict[str, dict[str, object]] = {
    "store": STORE, "search": SEARCH, "flow": FLOW, "serving": SERVING, "cluster": CLUSTER, "mixture": EXPERTS,
    "preload": PRELOAD,
}  # fmt: skip
"""What the layers' parameters are here unless a scenario says otherwise."""


class StackSettings(Parameters):
    """Parameters of `model: stack`.

    size: how many servers each layer has, and counts: of what there are to be others than the size says (see
    `sizes`). store, search, flow, serving, cluster, mixture, preload: the parameters of the layers. experts: whether
    answers are those of a mixture of experts, which has nodes of its own. functions: whether questions are encoded by
    functions of a serverless layer, which loads models before they are asked for (see `preload.policy`). inference:
    whether prompts are answered by LLM serving with its cache, or by engines that stand in for it: engine_places,
    engine_time: how many questions such a one has at once, and how long it works on one. gpus: whether training jobs
    and engines have the GPUs of a cluster, or jobs are remembered by who wants them, and engines have GPUs of their
    own. embed: whether a document's chunks go to SmartSearch's embedder one by one, or to a GPU as a job. rollouts:
    whether what a job has trained is released to the engines. engine_memory: what an engine claims of a device.
    train: how much work a job is. engine_patience: how long a call waits for an answer. submits_max: how many
    submissions the API has under way before it says 429. patience: within how long of healing goodput is back.
    gather: how long the store of runs gathers what it writes while it has just written.
    """

    size: SizeName = "small"
    counts: Counts = Counts()
    store: StoreSettings
    search: smartsearch.Settings
    flow: agentflow.Settings
    serving: llm_cache.Settings
    inference: Literal["cache", "stand_in"] = "cache"
    cluster: veriflow.Settings
    gpus: Literal["veriflow", "stand_in"] = "veriflow"
    experts: bool = False
    mixture: rfid_moe.Settings
    functions: bool = False
    preload: tyche.Settings
    embed: Literal["light", "jobs"] = "light"
    rollouts: bool = False
    engine_memory: Size = 20 * 2**30
    train: DurationRange = TRAIN
    engine_places: Positive = 4
    engine_time: DurationRange = WORK
    engine_patience: Duration = 2 * SECOND
    submits_max: Positive = 16
    gather: Duration = 25 * MS
    patience: Duration = 18 * SECOND

    @pydantic.model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, given: object) -> object:
        """What a scenario says of a layer is laid over the stack's own choice."""
        if not isinstance(given, dict):
            return given
        return {**given, **{name: _laid_over(own, given.get(name, {})) for name, own in OWN.items()}}

    @property
    def counted(self) -> sizes.Size:
        """How many servers there are of each kind."""
        return self.counts.over(self.size)

    @property
    def organisations(self) -> int:
        """How many organisations agree on what they kept."""
        return 0


class OrganisationSettings(StackSettings):
    """Parameters of `model: models.stack:ORGANISATIONS`: those of the stack, with four organisations beside it."""

    @property
    def organisations(self) -> int:
        """With four, one may lie."""
        return 4


def _laid_over(own: dict[str, object], given: object) -> object:
    return {**own, **given} if isinstance(given, dict) else given
