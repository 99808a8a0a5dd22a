"""How commands and questions reach a store: the one thing that differs between a node and a replicated group."""

from typing import Protocol

from models.veristore.clients.settings import ClientSettings
from models.veristore.machine.commands import Command as Deed
from models.veristore.machine.commands import OpenSession, encode_command
from models.veristore.machine.questions import Question as Query
from models.veristore.machine.questions import encode_question
from models.veristore.machine.replies import Reply, SessionExpired, SessionOpened, Superseded, decode_reply
from models.veristore.messages import TOO_LARGE, Command, Question
from sim import MS, Actor, Refused, Stream, Timeout

BACK_OFF = (5 * MS, 50 * MS)


class Port(Protocol):
    """One store, as one client sees it. Both calls raise Refused (it was never done) or Timeout (it may have been)."""

    async def ask(self, command: Deed, deadline: int) -> Reply:
        """Have a command done once; `deadline` is on the client's own clock, in ns."""
        ...

    async def query(self, question: Query, deadline: int) -> Reply:
        """Have a question answered."""
        ...


class NodePort:
    """A single node. With sessions a command is sent again until it is answered, without them only once."""

    def __init__(self, actor: Actor, server: str, settings: ClientSettings, retries: Stream) -> None:
        self._actor = actor
        self._server = server
        self._settings = settings
        self._retries = retries
        self._session: int | None = None
        self._serial = 0

    async def ask(self, command: Deed, deadline: int) -> Reply:
        """See `Port`. A session that has expired is opened anew, if this command cannot have been done in the old."""
        if not self._settings.sessions:
            reply, _ = await self._try(Command(encode_command(command)), deadline, attempts=1)
            return reply
        while True:
            session = await self._open(deadline)
            self._serial += 1
            try:
                reply, sure = await self._try(Command(encode_command(command, session, self._serial)), deadline)
            except Timeout:
                self._session = None  # its last serial may yet be done
                raise
            if not isinstance(reply, SessionExpired | Superseded):
                return reply
            self._session = None
            if not sure:
                raise Timeout(self._server)

    async def query(self, question: Query, deadline: int) -> Reply:
        """See `Port`. Nothing was changed, so a question without an answer is Refused."""
        try:
            reply, _ = await self._try(Question(encode_question(question)), deadline)
        except Timeout:
            raise Refused("no answer to a question", self._server) from None
        return reply

    async def _open(self, deadline: int) -> int:
        if self._session is None:
            try:
                reply, _ = await self._try(Command(encode_command(OpenSession())), deadline)
            except Timeout:
                raise Refused("no session was opened in time", self._server) from None
            assert isinstance(reply, SessionOpened), f"{reply} is no answer to the opening of a session"
            self._session, self._serial = reply.session, 0
        return self._session

    async def _try(self, request: Command | Question, deadline: int, attempts: int = 2**31) -> tuple[Reply, bool]:
        """The reply, and whether no earlier attempt can have reached the store."""
        actor, sure = self._actor, True
        while attempts and (left := deadline - actor.elapsed()) > 0:
            attempts -= 1
            try:
                answer = await actor.call(self._server, request, timeout=min(left, self._settings.attempt_timeout))
                return decode_reply(answer.body), sure
            except Timeout:
                sure = False
            except Refused as refusal:
                if refusal.reason.startswith(TOO_LARGE):
                    raise
            await actor.sleep(self._retries.between(*BACK_OFF))
        if sure:
            raise Refused("every attempt was refused", self._server)
        raise Timeout(self._server)
