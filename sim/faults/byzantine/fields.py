"""The fields of any message, however deep: read by their path, replaced by their path."""

from collections.abc import Iterator

import msgspec

from sim.world.message import Message

Path = tuple[str | int, ...]
Leaf = tuple[Path, object]


def leaves(said: object, path: Path = ()) -> Iterator[Leaf]:
    """(path, value) of everything in a message that holds nothing else, in order; empty tuples are among them."""
    if isinstance(said, msgspec.Struct):
        for name in said.__struct_fields__:
            yield from leaves(getattr(said, name), (*path, name))
    elif isinstance(said, tuple) and said:
        for place, part in enumerate(said):
            yield from leaves(part, (*path, place))
    else:
        yield path, said


def parts(said: object, kind: type[msgspec.Struct], path: Path = ()) -> Iterator[tuple[Path, msgspec.Struct]]:
    """(path, value) of everything of one type in a message, outermost first."""
    if isinstance(said, kind):
        yield path, said
    elif isinstance(said, msgspec.Struct):
        for name in said.__struct_fields__:
            yield from parts(getattr(said, name), kind, (*path, name))
    elif isinstance(said, tuple):
        for place, part in enumerate(said):
            yield from parts(part, kind, (*path, place))


def get(said: object, path: Path) -> object:
    """What stands at a path."""
    for step in path:
        said = getattr(said, step) if isinstance(step, str) else said[step]  # type: ignore[index]
    return said


def replace(said: Message, path: Path, value: object) -> Message:
    """The message with `value` at `path`."""
    changed = _replace(said, path, value)
    assert isinstance(changed, Message), "a path leads into the message"
    return changed


def _replace(said: object, path: Path, value: object) -> object:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        assert isinstance(said, msgspec.Struct), "names lead into structs"
        return msgspec.structs.replace(said, **{step: _replace(getattr(said, step), rest, value)})
    assert isinstance(said, tuple), "numbers lead into tuples"
    return (*said[:step], _replace(said[step], rest, value), *said[step + 1 :])


def innermost(message: Message) -> Message:
    """What a message carries, where it is an envelope: a message with another one in its field `body`."""
    body = getattr(message, "body", None)
    return innermost(body) if isinstance(body, Message) else message


def kind_of(message: Message) -> str:
    """The name of a message's type, inside all envelopes."""
    return type(innermost(message)).__name__
