"""What is said: messages between nodes and events for the checks, frozen values that all can be encoded.

Fields are integers, text, bytes, booleans, None, tuples of these and other messages. Lists, dicts and sets could be
changed after they were sent, floats differ between machines: both are refused where a handler is declared.
"""

import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Generic, NamedTuple, TypeVar, Union, dataclass_transform

import msgspec

R = TypeVar("R", bound="Message | None", covariant=True)


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Message(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """What nodes send each other. A subclass lists its fields; it is frozen, compared by value and cheap to encode."""


class Request(Message, Generic[R], frozen=True, array_like=True, tag=True, gc=False):
    """A message that `call` sends and that is answered with an `R`: ``class Get(Request[Value]): key: str``."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Event(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """What an actor tells the checks about its inside, with `emit`."""


class Emitted(NamedTuple):
    """An event as the checks see it: when (world time, ns), by whom, in which incarnation, at which trace record."""

    t_ns: int
    node: str
    incarnation: int
    record: int
    event: Event


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asked, and by which call: what `reply` and `refuse` need."""

    source: str
    id: int
    incarnation: int


class Ask(Message, frozen=True, array_like=True, tag=True, gc=False):
    """A request on the wire: call `id` of the sender's incarnation."""

    id: int
    incarnation: int
    body: Message


class Answer(Message, frozen=True, array_like=True, tag=True, gc=False):
    """The reply to call `id` on the wire; `refused` says why it did not happen."""

    id: int
    incarnation: int
    body: Message | None
    refused: str | None = None


class Timeout(Exception):
    """No answer came in time: the request may have happened, or may still happen."""


class Refused(Exception):
    """The other side said no: the request did not happen."""

    def __init__(self, reason: str, source: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.source = source


_PLAIN = (int, str, bytes, bool, type(None))


@cache
def check_fields(kind: type) -> None:
    """Refuse a message or event with a field that is not frozen or not exact; TypeError names the field and the fix."""
    hints = typing.get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        hint = hints.get(field.name, field.type)
        if not _is_frozen(hint):
            shown = hint.__name__ if isinstance(hint, type) and not typing.get_origin(hint) else str(hint)
            raise TypeError(
                f"{kind.__name__}.{field.name}: {shown} cannot be said; "
                "use int, str, bytes, bool, None, a tuple of these or another Message"
            )


def _is_frozen(hint: object) -> bool:
    if hint is Ellipsis or hint in _PLAIN or isinstance(hint, TypeVar):
        return True
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return True
    if origin in (Union, types.UnionType, tuple):
        return all(_is_frozen(part) for part in typing.get_args(hint))
    if origin is typing.Annotated:
        return _is_frozen(typing.get_args(hint)[0])
    if isinstance(origin or hint, type) and issubclass(typing.cast("type", origin or hint), msgspec.Struct):
        return bool(getattr(origin or hint, "__struct_config__").frozen)  # noqa: B009
    return False
