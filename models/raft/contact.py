"""How one client reaches a Raft group: sessions, retries, hints.

An operation is done once, however often it is sent: all attempts carry the same serial of the same session. Refused
means that no attempt was taken, Timeout that one may have been; after a Timeout the session is given up, since its last
serial may yet be applied.
"""

from collections.abc import Sequence

from models.raft.messages import Call, ClientReply, Done, OpenSession, SessionExpired
from models.raft.settings import Settings
from sim import MS, Actor, Refused, Stream, Timeout

BACK_OFF = (5 * MS, 50 * MS)


class Contact:
    """A client's way to the group of `servers`, with one operation under way at a time."""

    def __init__(self, client: Actor, servers: Sequence[str], settings: Settings, retries: Stream) -> None:
        self._client = client
        self._servers = tuple(servers)
        self._settings = settings
        self._retries = retries
        self._target = retries.choice(self._servers)
        self._session: int | None = None
        self._serial = 0

    async def ask(self, operation: bytes, deadline: int, *, read: bool) -> bytes:
        """The machine's reply to `operation`, until `deadline` (own clock, ns). `read`: it changes nothing."""
        try:
            return await self._ask(operation, deadline, read=read)
        except Timeout:
            self._session = None
            raise

    async def _ask(self, operation: bytes, deadline: int, *, read: bool) -> bytes:
        while True:
            session = await self._open_session(deadline)
            self._serial += 1
            reply = await self._persist(Call(session, self._serial, operation, read), deadline)
            if isinstance(reply, Done):
                return reply.value
            self._session = None  # expired, at the first attempt that reached the machine: nothing was done

    async def _open_session(self, deadline: int) -> int:
        """The session's id, opened if there is none. Failing that, no operation was tried at all: Refused."""
        if self._session is None:
            try:
                reply = await self._persist(OpenSession(), deadline)
            except Timeout:
                raise Refused("no session was opened in time") from None
            assert isinstance(reply, Done), "only operations meet an expired session"
            self._session, self._serial = reply.session, 0
        return self._session

    async def _persist(self, request: Call | OpenSession, deadline: int) -> Done | SessionExpired:
        """Try one server after another until one has an answer or the deadline is there."""
        perhaps_done = hinted = False
        while (left := deadline - self._client.elapsed()) > 0:
            hint = None
            try:
                reply: ClientReply = await self._client.call(
                    self._target, request, timeout=min(left, self._settings.attempt_timeout)
                )
            except Timeout:
                perhaps_done = True
            else:
                if isinstance(reply, Done):
                    return reply
                if isinstance(reply, SessionExpired):
                    if perhaps_done:
                        break
                    return reply
                hint = reply.hint
            hinted = await self._turn(hint, hinted)
        if perhaps_done:
            raise Timeout(self._target)
        raise Refused("every attempt was refused")

    async def _turn(self, hint: str | None, hinted: bool) -> bool:
        """Go to the server that a hint names, at once unless hints lead from one to the next; else to the next in line.

        Returns whether a hint was followed.
        """
        if hint in self._servers and hint != self._target and not hinted:
            self._target = hint
            return True
        self._target = self._servers[(self._servers.index(self._target) + 1) % len(self._servers)]
        await self._client.sleep(self._retries.between(*BACK_OFF))
        return False
