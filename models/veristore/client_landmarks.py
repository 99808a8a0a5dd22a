"""States of clients and objects that a run should have reached: what `sometimes` can ask for."""

from collections.abc import Callable, Mapping

from models.veristore.client_events import CasLost, ConditionFailed, PageSeen, ReadFailed
from models.veristore.object_events import ChunkCollected, PartChanged, UploadChanged
from sim import Emitted, Event, Landmark

_CONFLICT = 409


def _each(holds: Callable[[Event], bool]) -> Callable[[], Callable[[Emitted], bool]]:
    return lambda: lambda emitted: holds(emitted.event)


def _is_reaped(event: Event) -> bool:
    """Nobody but the reaper aborts a put or a part without an answer."""
    return (
        isinstance(event, UploadChanged)
        and event.state == "aborted"
        and event.kind != "multipart"
        and not event.answered
    )


def _part_replaced() -> Callable[[Emitted], bool]:
    parts: dict[tuple[str, int, int], int] = {}

    def reached(emitted: Emitted) -> bool:
        event = emitted.event
        if not isinstance(event, PartChanged) or event.source is None:
            return False
        name = emitted.node, event.upload, event.part
        former = parts.get(name)
        parts[name] = event.source.upload
        return former not in (None, event.source.upload)

    return reached


_ALL = (
    Landmark("cas_lost", (CasLost,), _each(lambda _: True)),
    Landmark(
        "put_409",
        (ConditionFailed,),
        _each(lambda event: isinstance(event, ConditionFailed) and event.status == _CONFLICT),
    ),
    Landmark("upload_reaped", (UploadChanged,), _each(_is_reaped)),
    Landmark("chunk_collected", (ChunkCollected,), _each(lambda _: True)),
    Landmark("part_replaced", (PartChanged,), _part_replaced),
    Landmark("page_cut", (PageSeen,), _each(lambda event: isinstance(event, PageSeen) and event.truncated)),
    Landmark("read_outlasted_grace", (ReadFailed,), _each(lambda _: True)),
)

OBJECT_LANDMARKS: Mapping[str, Landmark] = {landmark.name: landmark for landmark in _ALL}
