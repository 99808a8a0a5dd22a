"""What a leader knows of one peer's log: how far it matches, and what to send next (etcd's Progress).

In mode PROBE the leader does not know where the logs part: one message at a time finds out. In mode REPLICATE it sends
ahead of the answers, at most `in_flight_max` messages of entries. In mode SNAPSHOT the peer lags behind what the log
still holds, and gets a snapshot in pieces.
"""

from collections import deque

from models.raft.log import Log
from models.raft.messages import AppendReply
from models.raft.shipment import Shipment

PROBE = "probe"
REPLICATE = "replicate"
SNAPSHOT = "snapshot"


class Progress:
    """One peer, during one leader's term. `match` is proven equal, `next` is the first index to send."""

    __slots__ = (
        "_flights", "_in_flight_max", "answered", "heard", "match", "mode", "next", "probing", "round",
        "shipment", "since",
    )  # fmt: skip

    def __init__(self, following: int, in_flight_max: int, since: int = 0) -> None:
        self.match = 0
        self.next = following
        self.mode = PROBE
        self.probing = False  # a probe is on its way
        self.round = 0  # newest read round that the peer has confirmed
        self.since = since  # replies to messages of earlier rounds were to another membership of the peer
        self.answered = True  # since the last heartbeat
        self.heard = False  # in the present window of CheckQuorum
        self.shipment: Shipment | None = None  # in mode SNAPSHOT
        self._flights: deque[int] = deque()  # last index of each message of entries on its way
        self._in_flight_max = in_flight_max

    def may_send(self) -> bool:
        """Whether entries may be sent now."""
        if self.mode == REPLICATE:
            return len(self._flights) < self._in_flight_max
        return self.mode == PROBE and not self.probing

    def ship(self, shipment: Shipment) -> None:
        """A snapshot is on its way."""
        self._enter(SNAPSHOT)
        self.shipment = shipment

    def sent(self, count: int) -> None:
        """`count` entries from `next` on are on their way (0: an empty probe)."""
        if self.mode == REPLICATE:
            self.next += count
            self._flights.append(self.next - 1)
        else:
            self.probing = True

    def note_match(self, reply: AppendReply) -> None:
        """The peer holds the log up to `reply.match`. Replies may come late: what was known is never taken back."""
        self.match = max(self.match, reply.match)
        self.next = max(self.next, self.match + 1)

    def landed(self) -> None:
        """Drop what has been answered from the flights, and send ahead from now on."""
        if self.shipment is not None and self.match < self.shipment.place.index:
            return
        if self.mode != REPLICATE:
            self.next = self.match + 1
            self._enter(REPLICATE)
        flights = self._flights
        while flights and flights[0] <= self.match:
            flights.popleft()

    def is_old(self, refusal: AppendReply) -> bool:
        """Whether a refusal is not about what is being asked now."""
        if self.mode == PROBE:
            return refusal.prev_index != self.next - 1
        if self.mode == SNAPSHOT:
            return True
        return refusal.prev_index <= self.match

    def back_off(self, refusal: AppendReply, log: Log) -> None:
        """Go back to where the hint says that the logs may agree: one refusal skips a whole term on either side.

        A refusal that leads nowhere (a peer that lost what it had acknowledged) is left to the next heartbeat.
        """
        following = max(self.match, log.newest(refusal.hint_term, refusal.hint_index)) + 1
        leads_nowhere = following >= self.next
        self.next = following
        self._enter(PROBE)
        self.probing = leads_nowhere

    def lapse(self) -> None:
        """A heartbeat is due. A peer that was silent since the last one has lost what was sent ahead: probe again."""
        if self.mode == REPLICATE:
            if self._flights and not self.answered:
                self.next = self.match + 1
                self._enter(PROBE)
        elif self.mode == PROBE:
            self.probing = True  # the heartbeat is one
        self.answered = False

    def _enter(self, mode: str) -> None:
        self.mode = mode
        self.probing = False
        self.shipment = None
        self._flights.clear()
