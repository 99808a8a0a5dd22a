"""A client of the pipeline: it submits documents, asks what became of them, and searches; an operator gives orders."""

from collections.abc import Awaitable, Callable, Mapping

from models.smartsearch import text
from models.smartsearch.ingestion import messages as m
from models.smartsearch.ingestion.tables import digest_of
from models.smartsearch.layout import GROUP, Layout
from models.smartsearch.log.cluster import Cluster
from models.smartsearch.log.messages import NO_PRODUCER, NOT_EMPTY, Produce, Quiet, ResetPositions
from models.smartsearch.settings import Settings
from sim import MS, Actor, Refused, Request, Script, Step, Timeout

VERBS = {"submit": 0, "status": 0, "search": 0}
ORDERS = {"revive": 0, "replay": 0, "reindex": 0, "garbage": 0}
TENANTS = ("ann", "bob")
PAUSE = 20 * MS
DRAIN = 6

Flow = Callable[[Step], Awaitable[None]]


class SearchClient(Actor):
    """It does one thing after another, each again and again until there is an answer or its time is over."""

    def __init__(self, settings: Settings, layout: Layout, script: Script) -> None:
        self._settings = settings
        self._layout = layout
        self._script = script

    def on_start(self) -> None:
        """Begin the script."""
        self._draws = self.random.child("texts")
        self._serial = 0
        self._accepted: list[tuple[str, str, str, int]] = []  # tenant, request, text, document
        self._flows = self.flows()
        self.spawn(self._story())

    def flows(self) -> Mapping[str, Flow]:
        """What it does at each verb."""
        return {
            "submit": self._submit,
            "status": self._status,
            "search": self._search,
            "revive": self._revive,
            "replay": self._replay,
            "reindex": self._reindex,
            "garbage": self._garbage,
        }

    async def _story(self) -> None:
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            await self._flows[step.verb](step)

    async def ask_api(self, request: Request[m.R]) -> m.R:
        """Ask the API until there is an answer. Raises Refused for what was refused, Timeout if there is none."""
        deadline = self.elapsed() + self._script.timeout_ns
        while (left := deadline - self.elapsed()) > 0:
            try:
                return await self.call(self._layout.api, request, timeout=min(left, self._settings.request_timeout))
            except Timeout:
                await self.sleep(PAUSE)
        raise Timeout(self._layout.api)

    # Documents

    async def _submit(self, step: Step) -> None:
        """A new document; now and then twice at once, or an old request again, or another text under it."""
        kind = self._draws.weighted({"new": 12, "twice": 1, "again": 1, "other": 1})
        if kind in ("again", "other") and self._accepted:
            tenant, request, body, _ = self._draws.choice(self._accepted)
            await self._send(tenant, request, body if kind == "again" else self._text())
            return
        self._serial += 1
        tenant, request, body = self.tenant(step), f"{self.name}.{self._serial}", self._text()
        if kind == "twice":
            self.spawn(self._also(m.Submit(tenant, request, body)))
        await self._send(tenant, request, body)

    async def _also(self, request: m.Submit) -> None:
        """The same request once more, at the same time: the answer is not waited for."""
        try:
            await self.ask_api(request)
        except (Refused, Timeout):
            return

    def tenant(self, step: Step) -> str:
        """On whose behalf a step is done."""
        return TENANTS[int(step.key.removeprefix("k")) % len(TENANTS)]

    def _text(self) -> str:
        poisoned = self._draws.below(100) < self._settings.poison
        return text.document(self._draws, self._settings.paragraphs, poisoned=poisoned)

    async def _send(self, tenant: str, request: str, body: str) -> None:
        with self.operation("submit", key=f"{tenant}/{request}", arg=digest_of(body).hex()) as operation:
            try:
                said = await self.ask_api(m.Submit(tenant, request, body))
            except Refused as refusal:
                if not refusal.reason.startswith(m.CONFLICT):
                    raise
                operation.ok(m.CONFLICT)
                return
            operation.ok(said.doc)
            self._accepted.append((tenant, request, body, said.doc))

    async def _status(self, step: Step) -> None:  # noqa: ARG002 - one of one's own documents
        if not self._accepted:
            return
        tenant, _, _, doc = self._draws.choice(self._accepted)
        with self.operation("status", key=f"{tenant}/{doc}") as operation:
            operation.ok((await self.ask_api(m.AskStatus(tenant, doc))).state)

    async def _search(self, step: Step) -> None:
        tenant, asked = self.tenant(step), text.query(self._draws)
        self._serial += 1
        with self.operation("search", key=tenant, arg=asked) as operation:
            operation.ok((await self.ask_api(m.Search(tenant, asked, self._settings.results, self._serial))).documents)

    # Orders of an operator stand in no history

    async def _revive(self, step: Step) -> None:
        """Revive one document, or with key 0 all that are dead."""
        await self._order(self._layout.database, m.Revive(_number(step.key)))

    async def _reindex(self, step: Step) -> None:
        await self._order(self._layout.database, m.Reindex(_number(step.key)))

    async def _order(self, server: str, request: Request[m.Status]) -> None:
        try:
            await self.call(server, request, timeout=self._script.timeout_ns)
        except (Refused, Timeout):
            return

    async def _replay(self, step: Step) -> None:
        """Ask all workers to leave, and put the group's offsets to the key once it is empty."""
        cluster = Cluster(self, self._layout, self._settings)
        out = DRAIN * self._settings.group_heartbeat
        deadline = self.elapsed() + self._script.timeout_ns
        self.broadcast(self._layout.workers, m.Drain(out))
        while self.elapsed() < deadline:
            await self.sleep(self._settings.group_heartbeat)
            try:
                asked = ResetPositions(GROUP, _number(step.key))
                if await cluster.ask(self._layout.offsets, asked, timeout=self._settings.request_timeout) is not None:
                    return
            except Refused as refusal:
                if refusal.reason == NOT_EMPTY:
                    self.broadcast(self._layout.workers, m.Drain(out))
            except Timeout:
                continue

    async def _garbage(self, step: Step) -> None:
        """Write a record that says nothing into the documents' partitions."""
        cluster = Cluster(self, self._layout, self._settings)
        partition = _number(step.key) % self._layout.documents
        leader = await cluster.leader(partition)
        if leader is not None:
            produce = Produce(partition, leader.epoch, NO_PRODUCER, 0, 0, "garbage", b"\xff\xfe", "one")
            self.send(leader.leader, Quiet(produce))


def _number(key: str) -> int:
    digits = key.removeprefix("k")
    return int(digits) if digits.isdigit() else 0
