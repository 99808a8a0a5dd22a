# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of hints, routes and streams: keys, feeds, the index log, sessions, attempts, versions."""

from collections.abc import Sequence

import msgspec

from models.llm_cache.book import Book
from models.llm_cache.chain import ROOT, Chain
from models.llm_cache.desk import Desk
from models.llm_cache.engine import Engine
from models.llm_cache.feed import Feed
from models.llm_cache.log import IndexLog
from models.llm_cache.messages import Done, Origin
from models.llm_cache.open_request import OpenRequest
from models.llm_cache.policies import Policies
from models.llm_cache.records import WroteAll, WroteRemoved, WroteSession, WroteStored
from models.llm_cache.teller import Teller
from models.llm_cache.view import View
from sim import Message

SEPARATOR = "|"


class NoExtra(Chain):
    """Whose a block is, is neither in its key nor compared."""

    def extra(self, salt: str, origin: Origin, version: int) -> bytes:  # noqa: ARG002
        return b""


class NoParent(Chain):
    """The key of a block says nothing of what stands before it."""

    def link(self, parent: int) -> bytes:  # noqa: ARG002
        return super().link(ROOT)


class RemovedTooSoon(Teller):
    """Says that a key is gone as soon as one copy is."""

    def is_last(self, key: int) -> bool:
        self._copies.pop(key, None)
        return True


class SessionFirst(Policies):
    """A session goes where it was, whether that lives or not."""

    def home(self, candidates: Sequence[View], session: str) -> View | None:  # noqa: ARG002
        place = self._sight.sessions.home(session)
        return next((view for view in self._sight.views() if place is not None and place[0] == view.name), None)


class HitIgnoresHealth(Policies):
    """A cached prefix counts wherever it lies."""

    def holders(self, candidates: Sequence[View]) -> Sequence[View]:
        model = candidates[0].model
        return [view for view in self._sight.views() if view.model == model]


class NoBound(Policies):
    """A session stays where it was, however busy that is."""

    def is_bounded(self, view: View, candidates: Sequence[View]) -> bool:  # noqa: ARG002
        return True


class SizeNotSaved(IndexLog):
    """The size of an entry is lost on its way to the log."""

    def encode(self, record: Message, plain: bytes) -> bytes:
        if isinstance(record, (WroteStored, WroteAll)):
            return msgspec.msgpack.encode(msgspec.structs.replace(record, size=0))
        return super().encode(record, plain)


class Separator(IndexLog):
    """The fields of a record are put together with a separator and taken apart there."""

    def encode(self, record: Message, plain: bytes) -> bytes:
        if not isinstance(record, WroteSession):
            return super().encode(record, plain)
        session, node, *rest = SEPARATOR.join((record.session, record.node)).split(SEPARATOR)
        return msgspec.msgpack.encode(("WroteSession", session, node, *rest, record.epoch))


class UseNotSaved(Book):
    """Entries are recovered, what they take is not."""

    def recovered(self, blocks: int) -> None:  # noqa: ARG002
        self.count(0)


class CountsAgain(Book):
    """A key that is named twice is charged twice."""

    def enter(self, keys: int, new: int) -> None:  # noqa: ARG002
        self.used += keys


class NoEpoch(Feed):
    """What an engine held is believed though it has started anew."""

    def drop(self, view: View) -> None:
        pass


class LogsFillsOnly(Feed):
    """What is gone is not written down."""

    def write_removed(self, record: WroteRemoved) -> None:
        pass


class IgnoresGap(Feed):
    """A missing serial is not noticed."""

    def is_gap(self, view: View, before: int) -> bool:  # noqa: ARG002
        return False


class OldFeed(Feed):
    """A late word of a former epoch is taken for one of the present."""

    def fresh(self, view: View, epoch: int) -> bool:  # noqa: ARG002
        return True


class ErrorsOnPhantom(Desk):
    """A wrong hint fails the request."""

    def compare(self, request: OpenRequest, word: Done) -> str:
        super().compare(request, word)
        return "phantom" if word.held < request.believed else ""


class RetriesRestart(Desk):
    """Another attempt begins its stream anew."""

    def again(self, request: OpenRequest) -> None:
        request.delivered = b""
        super().again(request)


class MixesVersions(Engine):
    """A rollout changes the weights under what runs, and keeps the cache."""

    def empty_first(self) -> None:
        self.version = self.next_version
