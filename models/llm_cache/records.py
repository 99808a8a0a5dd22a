"""Records of a router's index log: what it was told, in the order in which it believed it."""

from sim import Message


class WroteStored(Message, gc=False):
    """These keys of an engine are held, each entry of `size` blocks."""

    node: str
    epoch: int
    serial: int
    keys: tuple[int, ...]
    size: int


class WroteRemoved(Message, gc=False):
    """They no longer are."""

    node: str
    epoch: int
    serial: int
    keys: tuple[int, ...]


class WroteEpoch(Message, gc=False):
    """An engine has begun this epoch: nothing of it is held."""

    node: str
    epoch: int


class WroteSession(Message, gc=False):
    """A session's home."""

    session: str
    node: str
    epoch: int


class WroteAll(Message, gc=False):
    """All keys of an engine at a serial: of an inventory, or of a snapshot."""

    node: str
    epoch: int
    serial: int
    keys: tuple[int, ...]
    size: int


class Head(Message, gc=False):
    """The first record of a file: how many records came before it, and what they chain to."""

    records: int
    digest: bytes


Record = WroteStored | WroteRemoved | WroteEpoch | WroteSession | WroteAll
