"""How a client of the store reaches it through Raft: its commands are operations of a session of the group."""

from models import raft, veristore
from models.stack.whole_put import WholePut
from models.stack.whole_put import encode as encode_whole
from sim import Refused, Timeout


class RaftPort:
    """The store behind a group. A command is done once, however often it is sent: the group's sessions see to it."""

    def __init__(self, contact: raft.Contact) -> None:
        self._contact = contact

    async def ask(self, command: veristore.Command, deadline: int) -> veristore.Reply:
        """Have a command done once; Refused if it was never logged, Timeout if it may have been."""
        body = veristore.encode_command(command)
        return veristore.decode_reply(await self._contact.ask(body, deadline, read=False))

    async def put_whole(self, put: WholePut, deadline: int) -> veristore.Reply:
        """Have a small object put by one command."""
        return veristore.decode_reply(await self._contact.ask(encode_whole(put), deadline, read=False))

    async def query(self, question: veristore.Question, deadline: int) -> veristore.Reply:
        """Have a question answered, as the group answers reads. Nothing was changed, so no answer is Refused."""
        body = veristore.encode_question(question)
        try:
            return veristore.decode_reply(await self._contact.ask(body, deadline, read=True))
        except Timeout:
            raise Refused("no answer to a question") from None
