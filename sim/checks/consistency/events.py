"""What replicas tell of their state."""

from sim.world.message import Event


class ReplicaState(Event):
    """The digest of all that a replica holds, told whenever it changes or now and then."""

    digest: bytes | int


class ReplicaGone(Event):
    """A replica is down or removed, until it tells of a state again: the one that says so, or the one it names.

    Nobody else's word on who is alive is taken: a replica that told of a state and of which nobody said this is live.
    """

    replica: str = ""
