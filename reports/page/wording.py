"""What is in a message or an event, in words: its kind, and its contents with the names of its fields.

A message with another message as its `body` is a wrapping (a call, an answer, an envelope): its kind is that of what
is inside.
"""

from reports.page.text import visible
from sim.explore.telling import Record, names_of, say

CONTENT_MAX = 160

Said = list[object]


def kind_of(record: Record) -> str:
    """The kind of the message or event in a record."""
    said = record.said
    assert said is not None, "only messages and events have a kind"
    return _kind(said)


def content_of(record: Record) -> str:
    """Its contents without its kind."""
    said = record.said
    assert said is not None, "only messages and events have contents"
    return visible(_content(said), CONTENT_MAX)


def _kind(said: Said) -> str:
    inside = _inside(said)
    if inside is not None:
        return _kind(inside)
    return "Refused" if _refusal(said) else str(said[0])


def _inside(said: Said) -> Said | None:
    """What is wrapped."""
    place = 3 if said[0] in ("Ask", "Answer") else _place_of_body(said)
    if not 0 < place < len(said):
        return None
    found = said[place]
    return found if isinstance(found, list) and found and isinstance(found[0], str) else None


def _place_of_body(said: Said) -> int:
    names = names_of(said)
    return names.index("body") + 1 if "body" in names else 0


def _refusal(said: Said) -> str:
    """Why a request was refused; empty if that is not what this says."""
    return str(said[4] or "") if said[0] == "Answer" and len(said) > 4 else ""


def _content(said: Said) -> str:
    inside = _inside(said)
    if inside is None:
        text = say(said)
        return _refusal(said) or (text[text.index("(") + 1 : -1] if text.endswith(")") else "")
    about = f"{said[1]}: " if said[0] not in ("Ask", "Answer") and isinstance(said[1], str) else ""
    return about + _content(inside)
