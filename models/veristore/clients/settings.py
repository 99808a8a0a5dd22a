"""What a scenario may choose about objects and clients: sizes, times of the collector, how clients try again."""

from models.veristore.machine.limits import HOUR, Limits
from sim import MS, SECOND, Duration, Parameters


class ClientSettings(Parameters):
    """The part of the store's parameters that its clients and its machine go by. Sizes are in bytes."""

    sessions: bool = True
    """Whether clients have sessions. Without them nothing is tried again but a conditional put, and a network that
    delivers a message twice has the command done twice: give it none that does."""
    attempt_timeout: Duration = 250 * MS
    chunk_size: int = 64 * 1024
    body_max: int = 3 * 64 * 1024
    """The largest body of an object, or of a part, that clients make up."""
    page_max: int = 4
    """The most keys that clients ask for at once."""
    part_min: int = 64 * 1024
    """The smallest part but the last one; 5 MiB in Amazon S3."""
    session_max: int = 1000
    grace: Duration = 60 * SECOND
    upload_ttl: Duration = 24 * HOUR
    result_kept: Duration = 24 * HOUR
    tick_every: Duration = 1 * SECOND
    collect_every: Duration = 60 * SECOND
    """How often the first client has the store reap and collect; its ticks bring time to the store."""

    def limits(self) -> Limits:
        """What the machine goes by."""
        return Limits(
            session_max=self.session_max,
            part_min=self.part_min,
            grace=self.grace,
            upload_ttl=self.upload_ttl,
            result_kept=self.result_kept,
        )
