"""A router: takes requests, knows by hints where their prefixes lie, and sees each through to one answer."""

from collections.abc import Sequence

from models.llm_cache import events
from models.llm_cache.assumed import Assumed
from models.llm_cache.log import IndexLog
from models.llm_cache.messages import (
    Accepted,
    AskStatus,
    Cleared,
    Done,
    Generate,
    Hello,
    Inventory,
    Load,
    Planned,
    Refusal,
    Removed,
    Status,
    Stored,
    Tokens,
    Who,
    Withdraw,
)  # fmt: skip
from models.llm_cache.messages import Rollout as AskRollout
from models.llm_cache.open_request import OpenRequest
from models.llm_cache.parts import Parts
from models.llm_cache.records import Record, WroteAll, WroteSession
from models.llm_cache.recovery import Recovery
from models.llm_cache.rollout import Plan, Rollout
from models.llm_cache.settings import Settings
from models.llm_cache.timing import prompt_token_ns, step_ns
from models.llm_cache.view import Fleet, View
from sim import Actor, Caller, Message, on


class Term(Message):
    """How often this router has started. Durable: attempts of different terms have different names."""

    term: int


class Router(Actor):
    """One incarnation of a router."""

    def __init__(self, engines: tuple[str, ...], settings: Settings, parts: Parts) -> None:
        self.settings = settings
        self._engines = engines
        self._parts = parts

    def on_start(self) -> None:
        """Read the index log, ask all engines who they are."""
        parts = self._parts
        self.term = (self.disk.load(Term) or Term(0)).term + 1
        self.disk.save(Term(self.term))
        self.emit(events.RouterStarted(self.term))
        self.chain = parts.chain(self.settings)
        self.index = parts.index()
        self.sessions = parts.sessions()
        fleet = Fleet(prompt_token_ns(self.settings.gpu), step_ns(1, 0, self.settings.gpu))
        self._views = {name: View(name, parts.book(), fleet, self.index.bit(name)) for name in self._engines}
        self.candidates_of = parts.candidates(self, self._views, fleet)
        self.feed = parts.feed(self)
        self.policies = parts.policies(self)
        self.desk = parts.desk(self)
        self.assumed = Assumed(self)
        self._asked_at = dict.fromkeys(self._engines, -self.settings.load_every)
        self.log: IndexLog = parts.log(self, self.disk, self.everything)
        records = self.log.read() if self.settings.log == "on" else []
        self.recovery: Recovery = parts.recovery(records, self.sessions)
        if self.term > 1 and self.settings.log == "on":
            log = self.log
            self.emit(events.IndexRecovered(log.records, log.digest, self.recovery.entries, log.torn))
        self.rollout = Rollout(self, self.disk.load(Plan))
        self._watch = self.timer(self.watch)
        self._watch.reset(self.settings.load_every)
        for name in self._engines:
            self.send(name, Who(self.term))

    def watch(self) -> None:
        """Look for the dead, go on with a rollout."""
        self._watch.reset(self.settings.load_every)
        for view in self.candidates_of.newly_dead():
            self.desk.lost(view)
        self.rollout.go_on()

    # Words of clients and operators.

    @on(Generate)
    def generate(self, caller: Caller, asked: Generate) -> None:
        """The answer comes when there is one."""
        self.desk.ask(caller, asked)

    @on(AskStatus)
    def status(self, caller: Caller, asked: AskStatus) -> Status:  # noqa: ARG002
        """Whether it is open here."""
        return Status(asked.request, asked.request in self.desk.open)

    @on(Withdraw)
    def withdraw(self, source: str, word: Withdraw) -> None:  # noqa: ARG002
        """The answer is no longer wanted."""
        self.desk.withdraw(word.request)

    @on(AskRollout)
    def ask_rollout(self, caller: Caller, asked: AskRollout) -> Planned:  # noqa: ARG002
        """Into the plan, which is durable before the answer leaves."""
        if self.rollout.plan is None or asked.version > self.rollout.plan.version:
            self.rollout.plan = Plan(asked.version)
            self.disk.save(self.rollout.plan)
        return Planned(self.rollout.plan.version)

    # Words of engines.

    @on(Hello)
    def hello(self, source: str, hello: Hello) -> None:
        """Who it is; somebody may have waited for it."""
        self.feed.hello(self._views[source], hello)
        self.desk.retry()

    @on(Load)
    def load(self, source: str, load: Load) -> None:
        """What there is to do there."""
        self.feed.load(self._views[source], load)
        if self.desk.waiting:
            self.desk.retry()

    @on(Stored)
    def stored(self, source: str, word: Stored) -> None:
        """Blocks have come."""
        self.feed.take(self._views[source], word)

    @on(Removed)
    def removed(self, source: str, word: Removed) -> None:
        """Blocks have gone."""
        self.feed.take(self._views[source], word)

    @on(Cleared)
    def cleared(self, source: str, word: Cleared) -> None:
        """All have gone."""
        self.feed.take(self._views[source], word)

    @on(Inventory)
    def inventory(self, source: str, word: Inventory) -> None:
        """All that there are."""
        self.feed.inventory(self._views[source], word)

    @on(Accepted)
    def accepted(self, source: str, word: Accepted) -> None:  # noqa: ARG002
        """An attempt is in a queue."""
        self.desk.accepted(word)

    @on(Tokens)
    def tokens(self, source: str, word: Tokens) -> None:  # noqa: ARG002
        """Part of an answer."""
        self.desk.tokens(word)

    @on(Done)
    def done(self, source: str, word: Done) -> None:
        """The rest of it."""
        self.desk.done(source, word)

    @on(Refusal)
    def refused(self, source: str, word: Refusal) -> None:
        """An attempt was not begun."""
        if word.why == "epoch" and word.epoch > self._views[source].epoch:
            self.ask_who(source)
        self.desk.refused(word)

    # What the parts want.

    def views(self) -> Sequence[View]:
        """All engines, by name."""
        return list(self._views.values())

    def view(self, node: str) -> View:
        """What is known of one."""
        return self._views[node]

    def candidates(self, model: str, version: int) -> Sequence[View]:
        """Engines that may be asked."""
        return self.candidates_of.find(model, version)

    def version_of(self, model: str) -> int:
        """Which version answers from now on."""
        return self.candidates_of.version_of(model)

    def is_gone(self, model: str, version: int) -> bool:
        """Whether no engine of this version is left."""
        return self.candidates_of.is_gone(model, version)

    def choose(self, candidates: Sequence[View], request: OpenRequest) -> View:
        """By policy; without a feed, what is sent somewhere is held there from then on."""
        view = self.policies.choose(candidates, request.asked.session, request.keys)
        if self.settings.feed == "off":
            self.assumed.note(view, request.keys)
        return view

    def answered(self, request: OpenRequest) -> None:
        """Its session lives there now."""
        session, node, epoch = request.asked.session, request.node, request.epoch
        before = self.sessions.home(session)
        if self.sessions.move(session, node, epoch):
            self.write(WroteSession(session, node, epoch))
            if before is not None:
                self.emit(events.SessionMoved(session, before[0], node, "epoch" if before[0] == node else "choice"))

    def epoch_over(self, view: View) -> None:
        """What was asked of its older epoch is nobody's."""
        self.desk.lost(view, epoch_only=True)

    def recovered(self, view: View) -> bool:
        """Entries of the log count if its engine is in the same epoch still."""
        serial = self.recovery.adopt(view.name, view.epoch, self.index, view.book)
        view.serial = serial or 0
        return serial is not None

    def ask_who(self, node: str) -> None:
        """It is not whom it was taken for."""
        now = self.elapsed()
        if now - self._asked_at[node] >= self.settings.load_every:
            self._asked_at[node] = now
            self.send(node, Who(self.term))

    def write(self, record: Record) -> None:
        """To the index log."""
        if self.settings.log == "on":
            self.log.append(record)

    def everything(self) -> list[Record]:
        """What a snapshot holds: entries of known epochs, claims that nobody has confirmed yet, sessions."""
        found: list[Record] = []
        for view in self._views.values():
            if view.epoch:
                keys = tuple(self.index.entries(view.name))
                found.append(WroteAll(view.name, view.epoch, view.serial, keys, 1))
        for name, claim in self.recovery.claims.items():
            if not self._views[name].epoch:
                found.append(WroteAll(name, claim.epoch, claim.serial, tuple(claim.sizes), 1))
        found += [WroteSession(*entry) for entry in self.sessions]
        return found
