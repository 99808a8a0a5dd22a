"""What gateway, cache and services are asked and answer; what they compute is a digest, which a check knows too."""

from hashlib import blake2b
from typing import TypeVar

import msgspec

from sim import Message, Request

M = TypeVar("M", bound=Message)

ANALYZER, OUTLINER, SPEECH, FALLBACK = "analyzer", "outliner", "speech", "speech-fallback"
PRIMARY = (ANALYZER, OUTLINER, SPEECH)
DONE, DEGRADED, FAILED, RUNNING = "DONE", "DONE_DEGRADED", "FAILED", "RUNNING"
CONFLICT, NO_QUOTA, GONE, OVER = "conflict", "quota", "gone", "over"
PLACEHOLDER = b"starting up"
SEGMENTS = 4


def digest(*parts: object) -> bytes:
    """Eight bytes that stand for some content."""
    return blake2b(repr(parts).encode(), digest_size=8).digest()


def compute(provider: str, version: int, content: bytes) -> bytes:
    """What this provider's model of this version makes of the content."""
    return digest(provider, version, content)


def segment(provider: str, recording: str, n: int) -> bytes:
    """What a provider hears in one piece of a recording."""
    return digest(provider, recording, n)


def transcript(pieces: tuple[bytes, ...]) -> bytes:
    """The whole text."""
    return digest(pieces)


class Order(Message):
    """A request as it was accepted: one version of the resume, a job or a recording of one, and a time to be over."""

    id: str
    user: str
    request: str
    version: int
    job: str
    recording: str
    epoch: int
    deadline: int


class Submit(Request["Receipt"]):
    """Improve my resume for this job. `request`: the client's own id. Refused: CONFLICT, NO_QUOTA."""

    user: str
    request: str
    version: int
    job: str
    recording: str


class Receipt(Message):
    """The request is known by this id."""

    id: str


class Status(Message):
    """How far a request is, and who made its result."""

    state: str
    result: bytes
    providers: tuple[str, ...]


class GetStatus(Request[Status]):
    """How far is it?"""

    id: str


class Edit(Request[Receipt]):
    """I have changed my resume: there is one version more."""

    user: str


class Delete(Request[Receipt]):
    """Forget everything about me; a `serial` that is not higher than the last one is a repeat."""

    user: str
    serial: int


class Resume(Message):
    """One version of a resume, by digest."""

    version: int
    content: bytes


class GetResume(Request[Resume]):
    """The version of a resume; 0: the newest."""

    user: str
    version: int


class Finish(Request[Receipt]):
    """The flow is at its end. Refused with OVER or GONE if nobody waits any more."""

    id: str
    state: str
    result: bytes
    providers: tuple[str, ...]


class Answer(Message):
    """What a service says. Status 200 alone says nothing: the body names the model, or it is no answer."""

    provider: str
    version: int
    body: bytes
    segments: tuple[tuple[int, bytes], ...] = ()
    complete: bool = True


class Query(Request[Answer]):
    """Work for a service, charged once under its key. Refused: `429`, or an error."""

    key: str
    order: str
    content: bytes
    recording: str


class Entry(Message):
    """What the cache holds: the key is said again inside."""

    key: bytes
    user: str
    epoch: int
    kind: str
    content: bytes
    provider: str
    version: int
    body: bytes


class Fetch(Request[Entry]):
    """What is stored under this key? Refused if nothing is."""

    key: bytes


class Store(Request[Receipt]):
    """Keep this under this key."""

    key: bytes
    entry: Entry


class Artefact(Message):
    """The result of a step: who made it of what, and the text."""

    provider: str
    version: int
    body: bytes


class Work(Message):
    """The input of a step."""

    order: Order
    content: bytes


def pack(message: Message) -> bytes:
    """A message as the input or the result of a step."""
    return msgspec.msgpack.encode(message)


def unpack(data: bytes, kind: type[M]) -> M:
    """The message again."""
    return msgspec.msgpack.decode(data, type=kind)
