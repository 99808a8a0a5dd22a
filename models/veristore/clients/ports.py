"""Which of several independent stores holds what: keys are spread by their names, objects by their buckets."""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

from models.veristore.clients.port import Port
from models.veristore.machine.replies import Denied, Reply
from sim import Message, Refused, Timeout

T = TypeVar("T", bound=Message)


class Ports:
    """All stores of a system, each with a bucket of its own."""

    def __init__(self, ports: Sequence[Port]) -> None:
        self.all = tuple(ports)
        self.buckets = tuple(f"bucket-{number}" for number in range(1, len(self.all) + 1))

    def of(self, name: str) -> Port:
        """The store that holds what has this name."""
        return self.all[crc32(name.encode()) % len(self.all)]

    def bucket_of(self, name: str) -> str:
        """The bucket of the store that holds what has this name."""
        return self.buckets[crc32(name.encode()) % len(self.all)]

    def of_bucket(self, bucket: str) -> Port:
        """The store that holds a bucket."""
        return self.all[self.buckets.index(bucket)]


def done(reply: Reply, kind: type[T]) -> T:
    """What a command was answered. Denied: it surely did nothing, so Refused.

    An answer of another kind is one to another command, from a store that has lost what it knew of the session. Then
    nobody knows: Timeout.
    """
    if isinstance(reply, kind):
        return reply
    if isinstance(reply, Denied):
        raise Refused(f"{reply.code}: {reply.detail}")
    raise Timeout(f"the store answers something else: {reply}")


def accepted(reply: Reply) -> Reply:
    """What a question was answered, unless the store denied it: Refused."""
    if isinstance(reply, Denied):
        raise Refused(f"{reply.code}: {reply.detail}")
    return reply
