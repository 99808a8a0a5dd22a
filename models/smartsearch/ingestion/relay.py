"""The relay: it reads unsent rows in order, appends them to the log, and marks them sent when they are acknowledged.

Two relays take turns by a lease in the database. A lease does not stop one that was paused; the epoch of its producer
does: whoever takes over begins a new session, and the brokers refuse the old one.
"""

from typing import TYPE_CHECKING

from models.patterns import Letter
from models.smartsearch.ingestion import messages as m
from models.smartsearch.layout import Layout
from models.smartsearch.log.producer import Producer
from models.smartsearch.settings import Settings
from sim import Actor, Refused, Timeout

if TYPE_CHECKING:
    from models.smartsearch.parts import Parts

BATCH = 64


class Relay(Actor):
    """One incarnation. It has no state: where it stands is the outbox."""

    def __init__(self, settings: Settings, layout: Layout, parts: "Parts") -> None:  # noqa: ARG002 - as all servers
        self._settings = settings
        self._layout = layout

    def on_start(self) -> None:
        """Wait for a turn."""
        self._producer = Producer(self, self._layout, self._settings, "relay")
        self._active = False
        self._heard = 0
        self.spawn(self._story())

    async def _story(self) -> None:
        while True:
            if await self._has_turn():
                await self._pass_on()
            await self.sleep(self._settings.relay_poll)

    async def _has_turn(self) -> bool:
        """Ask for the turn a few times per lease; another relay's end of turn shows at the brokers, not here."""
        settings = self._settings
        if self._active and self.elapsed() - self._heard < settings.relay_lease // 4:
            return True
        try:
            said = await self.call(self._layout.database, m.TakeTurn(self.name), timeout=settings.request_timeout)
        except (Refused, Timeout):
            return self._active
        self._heard = self.elapsed()
        if said.active and not self._active:
            self._producer.close()  # a new session: whatever the other relay has under way is refused from then on
        self._active = said.active
        return said.active

    async def _pass_on(self) -> None:
        """Send what is unsent, partitions side by side, each in the order of its rows."""
        try:
            found = await self.call(self._layout.database, m.Unsent(BATCH), timeout=self._settings.request_timeout)
        except (Refused, Timeout):
            return
        if not found.rows:
            return
        try:
            if not self._producer.is_open:
                await self._producer.open(self._deadline())
        except Timeout:
            return
        lanes: dict[int, list[Letter]] = {}
        for letter in found.rows:
            lanes.setdefault(self._partition(letter), []).append(letter)
        tasks = [self.spawn(self._send(partition, letters)) for partition, letters in lanes.items()]
        sent = tuple([row for task in tasks for row in await task])
        if sent:
            await self._mark(sent)

    async def _send(self, partition: int, letters: list[Letter]) -> list[int]:
        """Rows that are acknowledged. What is behind one that is not waits for the next time."""
        sent: list[int] = []
        for letter in letters:
            key = letter.to.partition("/")[2]
            try:
                await self._producer.send(partition, key, letter.body, self._deadline())
            except (Refused, Timeout):
                break
            sent.append(letter.id)
        if not self._producer.is_open:
            self._active = False  # another relay has begun a session, or nobody knows what is in the log: ask anew
        return sent

    async def _mark(self, rows: tuple[int, ...]) -> None:
        try:
            await self.call(self._layout.database, m.MarkSent(rows), timeout=self._settings.request_timeout)
        except (Refused, Timeout):
            return  # they are sent again: consumers bear that

    def _partition(self, letter: Letter) -> int:
        topic, _, doc = letter.to.partition("/")
        if topic == m.TO_WORK:
            return int(doc) % self._layout.documents
        return self._layout.indexed if topic == m.TO_INDEX else self._layout.dead

    def _deadline(self) -> int:
        return self.elapsed() + 5 * self._settings.request_timeout
