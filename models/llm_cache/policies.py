"""Where a request goes. Candidates are alive, of its model and version, with room; the rest is taste."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Protocol

from models.llm_cache.index import Index
from models.llm_cache.sessions import Sessions
from models.llm_cache.settings import Settings
from models.llm_cache.timing import prompt_token_ns
from models.llm_cache.view import View

ABSOLUTE, RELATIVE_PERCENT, MATCH_PERCENT = 64, 150, 30
"""The thresholds of SGLang's router."""
_by_waits = attrgetter("waits")


class Sight(Protocol):
    """What a policy sees of its router."""

    settings: Settings
    index: Index
    sessions: Sessions

    def views(self) -> Sequence[View]:
        """All engines that were ever heard of."""


class Policies:
    """The six of them, by the name in the settings. All numbers are integers."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._settings = sight.settings
        self._turn = 0
        self._missing = self._settings.w * self._settings.block_tokens * prompt_token_ns(self._settings.gpu)
        self._ordered_of: Sequence[View] = ()
        self._ordered: list[View] = []
        self._choose = {
            "round_robin": self.round_robin,
            "least_loaded": self.least_loaded,
            "session": self.by_session,
            "prefix": self.prefix,
            "prefix_load": self.prefix_load,
            "threshold": self.threshold,
        }[self._settings.policy]

    def choose(self, candidates: Sequence[View], session: str, keys: Sequence[int]) -> View:
        """One of the candidates, of which there is at least one."""
        return self._choose(candidates, session, keys)

    def round_robin(self, candidates: Sequence[View], session: str, keys: Sequence[int]) -> View:  # noqa: ARG002
        """One after another."""
        self._turn += 1
        return candidates[self._turn % len(candidates)]

    def least_loaded(self, candidates: Sequence[View], session: str, keys: Sequence[int]) -> View:  # noqa: ARG002
        """Fewest requests, then most free blocks, then the first by name."""
        return min(candidates, key=_by_load)

    def by_session(self, candidates: Sequence[View], session: str, keys: Sequence[int]) -> View:
        """Where the session was answered last, while that is not far above the mean load."""
        home = self.home(candidates, session)
        return home if home is not None else self.least_loaded(candidates, session, keys)

    def home(self, candidates: Sequence[View], session: str) -> View | None:
        """The session's engine, if it is a candidate in the epoch that is remembered, and not too busy."""
        place = self._sight.sessions.home(session)
        found = next((view for view in candidates if place == (view.name, view.epoch)), None)
        return found if found is not None and self.is_bounded(found, candidates) else None

    def is_bounded(self, view: View, candidates: Sequence[View]) -> bool:
        """Consistent hashing with bounded loads (Mirrokni and others): below `bound` times the mean, and one."""
        total = sum([one.load for one in candidates])
        return (view.load - 1) * 100 * len(candidates) < self._settings.bound * total

    def prefix(self, candidates: Sequence[View], session: str, keys: Sequence[int]) -> View:  # noqa: ARG002
        """The longest prefix held; of several the least loaded."""
        able = self.holders(candidates)
        for _, mask in self._sight.index.longest(keys):
            holding = [view for view in able if view.bit & mask]
            if holding:
                return min(holding, key=_by_load)
        return min(able, key=_by_load)

    def holders(self, candidates: Sequence[View]) -> Sequence[View]:
        """Whose cache counts."""
        return candidates

    def prefix_load(self, candidates: Sequence[View], session: str, keys: Sequence[int]) -> View:  # noqa: ARG002
        """The least time: what is missing, weighted, what waits there, and a step of what runs there, in ns."""
        held = self._sight.index.longest(keys)
        most = held[0][0] * self._missing if held else 0
        best, least = candidates[0], 1 << 80
        for view in self._in_order(candidates):
            cost = view.waits
            if cost - most > least:
                break  # what a hit could save at best does not make up for it; those behind it cost more still
            for count, mask in held:
                if mask & view.bit:
                    cost -= count * self._missing
                    break
            if cost < least or (cost == least and _by_load(view) < _by_load(best)):
                best, least = view, cost
        return best

    def _in_order(self, candidates: Sequence[View]) -> Sequence[View]:
        """Those where least waits first. The order of the last time is nearly right still, so sorting is cheap."""
        if candidates is not self._ordered_of:
            self._ordered_of, self._ordered = candidates, list(candidates)
        self._ordered.sort(key=_by_waits)
        return self._ordered

    def threshold(self, candidates: Sequence[View], session: str, keys: Sequence[int]) -> View:
        """Balance where loads are far apart; else the prefix if it is long enough; else the emptiest cache."""
        loads = [view.load for view in candidates]
        high, low = max(loads), min(loads)
        if high - low > ABSOLUTE and high * 100 > RELATIVE_PERCENT * low:
            return self.least_loaded(candidates, session, keys)
        best = self.prefix(candidates, session, keys)
        held = self._sight.index.held(keys, best.bit)
        if held * 100 > MATCH_PERCENT * len(keys):
            return best
        return min(candidates, key=lambda view: (view.book.used, *_by_load(view)))


def _by_load(view: View) -> tuple[int, int, str]:
    return view.load, -view.book.free, view.name
