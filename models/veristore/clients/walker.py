"""Listing a bucket, in pages, flat or folder by folder: either way each key is looked at once."""

from models.veristore.client_events import PageAsked, PageSeen
from models.veristore.clients.port import Port
from models.veristore.clients.ports import accepted
from models.veristore.machine import questions as q
from models.veristore.machine.replies import Listed
from sim import Actor, Stream

DELIMITER = "/"


class Walker:
    """The lists of one client. Pages have 1 to `page_max` elements, drawn for each."""

    def __init__(self, actor: Actor, page_max: int, draws: Stream) -> None:
        self._actor = actor
        self._page_max = page_max
        self._draws = draws
        self._pages = 0

    async def walk(self, port: Port, bucket: str, deadline: int) -> list[tuple[str, str]]:
        """(key, ETag) of every object in a bucket; the pages are of different moments."""
        if self._draws.below(2):
            return (await self._all(port, bucket, "", "", deadline))[0]
        shown, folders = await self._all(port, bucket, "", DELIMITER, deadline)
        for folder in folders:
            shown += (await self._all(port, bucket, folder, "", deadline))[0]
        return shown

    async def _all(
        self, port: Port, bucket: str, prefix: str, delimiter: str, deadline: int
    ) -> tuple[list[tuple[str, str]], list[str]]:
        """(key, ETag) and the common prefixes of a list, page by page."""
        shown: list[tuple[str, str]] = []
        folders: list[str] = []
        after, more = "", True
        while more:
            question = q.ListObjects(bucket, prefix, delimiter, after, 1 + self._draws.below(self._page_max))
            page = await self._page(port, question, deadline)
            shown += [(entry.key, entry.etag) for entry in page.entries]
            folders += page.prefixes
            after, more = page.last, page.truncated
        return shown, folders

    async def _page(self, port: Port, question: q.ListObjects, deadline: int) -> Listed:
        self._pages += 1
        number = self._pages
        self._actor.emit(PageAsked(number, question.bucket))
        reply = accepted(await port.query(question, deadline))
        assert isinstance(reply, Listed), f"{reply} is no page of a list"
        keys = tuple((entry.key, entry.version) for entry in reply.entries)
        self._actor.emit(
            PageSeen(
                number, question.bucket, question.prefix, question.delimiter, question.after, question.max_keys,
                keys, reply.prefixes, reply.truncated,
            )
        )  # fmt: skip
        return reply
