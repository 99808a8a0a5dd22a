"""What customers, staff and workers have in common: they ask again, with the same id, until they give up."""

from collections.abc import Sequence
from typing import Any, TypeVar

from models.gandom.places import Places
from models.gandom.settings import Settings
from sim import MS, Actor, Message, Refused, Request, Script, Step, Stream, Timeout

R = TypeVar("R", bound=Message)

PATIENCE = 1500 * MS
"""How long somebody waits before asking again."""


class Desk:
    """The means of one client: its node, its stream, and how long it keeps trying."""

    def __init__(self, client: Actor, script: Script, places: Places, settings: Settings, stream: Stream) -> None:
        self.client = client
        self.places = places
        self.settings = settings
        self.stream = stream
        self.is_literal = script.literal is not None
        self._timeout_ns = script.timeout_ns
        self._serial = 0

    def serial(self) -> str:
        """An id of one's own that was never used."""
        self._serial += 1
        return f"{self.client.name}.{self._serial}"

    async def ask(self, to: str, request: Request[R]) -> R:
        """Ask until there is an answer. A refusal after an attempt that was not answered leaves it unknown: Timeout."""
        client = self.client
        deadline = client.elapsed() + self._timeout_ns
        silent = False
        while (left := deadline - client.elapsed()) > 0:
            try:
                return await client.call(to, request, timeout=min(left, PATIENCE))
            except Timeout:
                silent = True
            except Refused:
                if silent:
                    raise Timeout(to) from None
                raise
        raise Timeout(to)

    async def maybe_twice(self, to: str, request: Request[R]) -> R:
        """Ask, and sometimes click twice."""
        if self.stream.chance(self.settings.double_click):
            self.client.spawn(self._again(to, request))
        return await self.ask(to, request)

    async def _again(self, to: str, request: Request[R]) -> None:
        """The second click; nobody looks at its answer."""
        try:
            await self.ask(to, request)
        except (Refused, Timeout):
            return

    def number(self, step: Step, low: int, high: int) -> int:
        """What a literal step says, or a number drawn from low..high."""
        said = self.said(step, 0)
        if said is None:
            return self.stream.between(low, high)
        try:
            return int(said)
        except ValueError:
            return 0  # the site refuses it in its own words

    def said(self, step: Step, place: int) -> str | None:
        """An argument of a literal step."""
        if not self.is_literal or step.arg is None:
            return None
        arguments: Sequence[Any] = step.arg if isinstance(step.arg, tuple) else (step.arg,)
        return str(arguments[place])
