"""What models bring along for faults: behaviours and schedulers of their own, found by name as `<model>/<name>`."""

import importlib
from collections.abc import Mapping
from typing import cast


def find_own(name: str, room: str, table: str) -> type:
    """The class `<name>` in `table` of models.<model>.<room>; ValueError, in one line, if there is none."""
    model, _, wanted = name.partition("/")
    word = room.rstrip("s")
    try:
        module = importlib.import_module(f"models.{model}.{room}")
    except ModuleNotFoundError as error:
        raise ValueError(f"{name!r}: model {model!r} has no {room} of its own") from error
    found = cast("Mapping[str, type]", getattr(module, table, {}))
    if wanted not in found:
        raise ValueError(f"{name!r}: no such {word}; model {model!r} has the {room} {', '.join(sorted(found))}")
    return found[wanted]
