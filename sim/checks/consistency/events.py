"""What replicas tell of their state."""

from sim.world.message import Event


class ReplicaState(Event):
    """The digest of all that a replica holds, told whenever it changes or now and then."""

    digest: bytes
