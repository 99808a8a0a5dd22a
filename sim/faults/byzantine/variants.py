"""Small changes of a message: small lies find more than garbage, which everybody drops (ByzzFuzz, OOPSLA 2023).

A message class may say with `variants(stream)` what its neighbours are. For all others the neighbours are messages that
differ in one field: a number by one, a truth value turned over, a text or value that stood there before, one name for
another.
"""

from collections.abc import Sequence

import msgspec

from sim.faults.byzantine.fields import Leaf, Path, get, leaves, replace
from sim.world.message import Message
from sim.world.signatures import Certificate, Share, Signer, Tag, digest_of
from sim.world.streams import Stream

_KEPT = 16


class Vocabulary:
    """What stood in which field before: the last values of each field of each type."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._seen: dict[tuple[type, Path], dict[object, None]] = {}

    def learn(self, message: Message) -> None:
        """Remember the text and bytes of a message."""
        for path, value in _open_leaves(message):
            if isinstance(value, (str, bytes)):
                seen = self._seen.setdefault((type(message), path), {})
                seen[value] = None
                if len(seen) > _KEPT:
                    del seen[next(iter(seen))]

    def neighbours(self, message: Message, leaf: Leaf) -> list[object]:
        """What could stand in a field instead."""
        path, value = leaf
        if isinstance(value, bool):
            return [not value]
        if isinstance(value, int):
            return [value - 1, value + 1] if value > 1 else [1 - value]
        if not isinstance(value, (str, bytes)):
            return []
        known = [one for one in self._seen.get((type(message), path), ()) if one != value]
        if value in self._names:
            known = [name for name in self._names if name != value]
        return known or [value + "'" if isinstance(value, str) else value + b"'"]


def variants(message: Message, vocabulary: Vocabulary, stream: Stream, field: str | None = None) -> list[Message]:
    """Neighbours of a message, of the field named `field` if one is given; none if there is nothing to change."""
    own = _own_variants(message, stream) if field is None else []
    if own:
        return own
    found: list[Message] = []
    for path, value in _open_leaves(message):
        if field is None or field in path:
            found += [replace(message, path, other) for other in vocabulary.neighbours(message, (path, value))]
    return found


def resign(before: Message, after: Message, signer: Signer) -> Message:
    """`after` with one's own signatures on what was changed: a liar can sign whatever he likes in his own name."""
    changed = [(path, value) for path, value in leaves(before) if _at(after, path) != value]
    for path, _ in [leaf for leaf in leaves(after) if leaf[0][-1:] == ("seal",)]:
        share = get(after, path[:-1])
        meant = signer.meant(share) if isinstance(share, Share) else None
        if meant is not None:
            after = _signed_anew(after, path[:-1], meant, changed, signer)
    return after


def subjects(said: Message, digest: bytes) -> list[tuple[Path, object, bool]]:
    """What a signed digest is about: (path, value, whether it was the value's digest that was signed), those first."""
    found = [(path, value, digest_of(digest_of(value)) == digest) for path, value in _open_leaves(said)]
    return [one for one in found if one[2]] + [one for one in found if digest_of(one[1]) == digest]


def _signed_anew(
    after: Message, path: Path, meant: tuple[Tag, bytes], changed: Sequence[Leaf], signer: Signer
) -> Message:
    tag, digest = meant
    fields = {str(place[-1]): get(after, place) for place, _ in changed if place}
    new = msgspec.structs.replace(tag, **{name: fields[name] for name in ("round", "proposer") if name in fields})
    for place, value in changed:
        if digest_of(value) == digest:
            return replace(after, path, signer.share(new, get(after, place)))
        if digest_of(digest_of(value)) == digest:
            return replace(after, path, signer.share(new, digest_of(get(after, place))))
    return after


def _at(message: Message, path: Path) -> object:
    try:
        return get(message, path)
    except (AttributeError, IndexError):
        return None


def _open_leaves(message: Message) -> list[Leaf]:
    """The fields that a lie can change by itself: all but those of signatures and certificates."""
    closed = [path for path, _ in leaves(message) if path[-1:] == ("seal",)]
    inside = {path[:-1] for path in closed if isinstance(get(message, path[:-1]), (Share, Certificate))}
    return [leaf for leaf in leaves(message) if leaf[0] and leaf[0][:-1] not in inside]


def _own_variants(message: Message, stream: Stream) -> list[Message]:
    """What the class of the message, or of what it carries, says itself."""
    say = getattr(message, "variants", None)
    if say is not None:
        return list(say(stream))
    body = getattr(message, "body", None)
    if isinstance(body, Message):
        return [msgspec.structs.replace(message, body=one) for one in _own_variants(body, stream)]
    return []
