"""What the joints between layers tell the checks, beside what every layer tells itself."""

from sim import Event


class PortCalled(Event):
    """A call starts at a port, on behalf of a client's operation, with so much of its time left (ns).

    `place` is where: a bucket for objects, a session for inference.
    """

    port: str
    verb: str
    place: str
    operation: str
    key: str
    tenant: str
    attempt: int
    left: int


class Submitted(Event):
    """A document was accepted: what the client was told, and the object that its text is."""

    tenant: str
    request: str
    doc: int
    bucket: str
    key: str


class HandedOver(Event):
    """The claim of an attempt at a document is held by this run from now on."""

    doc: int
    job: int
    attempt: int
    run: str


class TextFetched(Event):
    """A run read the text of its document from the store; `digest` is that of the bytes, in hex."""

    run: str
    doc: int
    tenant: str
    bucket: str
    digest: str


class Retrieved(Event):
    """A question's documents, each of which was read and was READY; and why they are fewer than promised, if so."""

    operation: str
    tenant: str
    documents: tuple[int, ...]
    degraded: tuple[str, ...]


class Answered(Event):
    """A client was given an answer: to which prompt, citing what, by which version, why it is less than promised."""

    operation: str
    tenant: str
    documents: tuple[int, ...]
    prompt: bytes
    text: bytes
    degraded: tuple[str, ...]
    version: int


class Asked(Event):
    """A client asks for something, which must be over within so much time (ns). It may ask for the same twice."""

    operation: str
    verb: str
    tenant: str
    time: int


class AskerBegan(Event):
    """Whoever asks engines from here has just begun: what it asked before, nobody waits for."""


class AskerLeft(Event):
    """Nobody waits any more for the answer to this request to a function."""

    request: str


class PoolHeld(Event):
    """An engine, or a preloader, has memory of a device from now on, in this epoch of the node, for its row `row`."""

    node: str
    device: int
    epoch: int
    row: str
    size: int


class PoolFreed(Event):
    """The engine, or the preloader, of this node has no memory of a device any more."""
