"""How many servers each layer has: sizes by name, and counts that a scenario puts in the place of a size's own."""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Literal

import pydantic

from sim import Parameters

Positive = Annotated[int, pydantic.Field(strict=True, ge=1)]
SizeName = Literal["small", "default", "wide", "huge"]


@dataclass(frozen=True)
class Size:
    """Counts. With one group, objects and flow histories share it. Of schedulers and controllers there are `loops`."""

    groups: int
    replicas: int
    brokers: int
    partitions: int
    workers: int
    deciders: int
    flow_workers: int
    engines: int
    routers: int
    fronts: int
    loops: int
    gpu_nodes: int
    expert_nodes: int = 3
    preload_workers: int = 2


SIZES: dict[SizeName, Size] = {
    "small": Size(1, 3, 3, 2, 1, 1, 1, 1, 1, 1, 1, 2),
    "default": Size(2, 3, 3, 4, 2, 2, 2, 2, 2, 2, 2, 4),
    "wide": Size(2, 5, 5, 8, 4, 4, 4, 4, 2, 2, 2, 8),
    "huge": Size(2, 5, 9, 64, 60, 20, 60, 150, 8, 4, 2, 288),
}


class Counts(Parameters):
    """Counts that are not the size's own; what is left out is as the size says."""

    groups: Literal[1, 2] | None = None
    replicas: Positive | None = None
    brokers: Positive | None = None
    partitions: Positive | None = None
    workers: Positive | None = None
    deciders: Positive | None = None
    flow_workers: Positive | None = None
    engines: Positive | None = None
    routers: Positive | None = None
    fronts: Positive | None = None
    loops: Positive | None = None
    gpu_nodes: Positive | None = None
    expert_nodes: Positive | None = None
    preload_workers: Positive | None = None

    def over(self, size: SizeName) -> Size:
        """The size with these counts."""
        given = {name: count for name, count in self.model_dump().items() if count is not None}
        return replace(SIZES[size], **given)


assert Counts.model_fields.keys() == asdict(SIZES["small"]).keys(), "every count can be given"
