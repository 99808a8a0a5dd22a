# ruff: noqa: D102 - the class says what is wrong with its one method
"""Known bugs of pipelines over flaky services. Each class overrides one rule of a part."""

from collections.abc import Iterable, Mapping

from models.resumesnap.breaker import CLOSED, Breaker
from models.resumesnap.events import Debited, Held
from models.resumesnap.gateway import Gateway, Over, Taken
from models.resumesnap.line import Line
from models.resumesnap.program import Labels, Parts
from models.resumesnap.shelf import PROMPT, Shelf
from models.resumesnap.steps import Steps
from models.resumesnap.tail import Tail
from models.resumesnap.words import DONE, FAILED, Answer, Order, Receipt, Submit, digest
from sim import MS, SECOND, Caller, Event, Mutant


class DebitsFirst(Gateway):
    """Debits when it takes the request, and gives nothing back."""

    def money(self, record: Taken | Over) -> Iterable[Event]:
        if isinstance(record, Taken):
            return [Held(record.order.user, record.order.id), Debited(record.order.user, record.order.id)]
        return []


class DebitsPerAttempt(Gateway):
    """Debits whenever a run reports."""

    def is_over(self, id_: str) -> bool:
        return self._status[id_].state == FAILED


class CheckThenDebit(Gateway):
    """Looks at the quota now, and writes a little later."""

    def accept(self, caller: Caller, message: Submit, id_: str) -> Receipt | None:
        def write() -> None:
            if id_ not in self._orders:
                super(CheckThenDebit, self).accept(caller, message, id_)
            self.reply(caller, Receipt(id_))

        self.timer(write).reset(30 * MS)
        return None


class KeyWithoutUser(Shelf):
    """Keeps answers by what was asked, whoever asked."""

    def key(self, order: Order, provider: str, content: bytes, version: int) -> bytes:  # noqa: ARG002
        return digest(provider, content, version, PROMPT)


class KeyWithoutVersion(Shelf):
    """Keeps answers over a change of models."""

    def key(self, order: Order, provider: str, content: bytes, version: int) -> bytes:  # noqa: ARG002
        return digest(order.user, order.epoch, provider, content, PROMPT)


class CachesDegraded(Shelf):
    """Files what the fallback said under the primary's name."""

    def filed_under(self, answer: Answer) -> str:
        return answer.provider.removesuffix("-fallback")


class CachesErrors(Shelf):
    """Keeps whatever came with status 200."""

    def may_keep(self, answer: Answer, version: int) -> bool:  # noqa: ARG002
        return True


class DeletesLazily(Gateway):
    """Lets runs of a deleted user end as they began."""

    def is_current(self, order: Order) -> bool:  # noqa: ARG002
        return True


class LatestResume(Steps):
    """Reads the newest version."""

    def version_of(self, order: Order) -> int:  # noqa: ARG002
        return 0


class StatusIsHealthy(Line):
    """Takes a placeholder page for an answer, for its status is 200."""

    def is_healthy(self, answer: Answer) -> bool:  # noqa: ARG002
        return True


class PartialIsFinal(Steps):
    """Goes on with what came before the stream was cut."""

    def whole(self, answer: Answer) -> tuple[bytes, ...] | None:
        return tuple(piece for _, piece in sorted(answer.segments))


class GapInSegments(Steps):
    """Goes on with whatever pieces came, in the order in which they came, once the end was marked."""

    def whole(self, answer: Answer) -> tuple[bytes, ...] | None:
        return tuple(piece for _, piece in answer.segments) if answer.complete else None


class FreshTimeout(Line):
    """Starts the clock anew in every layer."""

    def deadline_of(self, deadline: int) -> int:  # noqa: ARG002
        return self._worker.now() + 30 * SECOND


class HedgesAll(Tail):
    """Makes a second call whenever the first is slow, however many are."""

    def take_hedge(self) -> bool:
        return True


class HedgeTwoKeys(Line):
    """Gives the second call a key of its own."""

    def hedge_key(self, key: str) -> str:
        return f"{key}#2"


class BreakerStuck(Breaker):
    """Waits for a probe that was lost."""

    def lost(self, now: int) -> None:
        if self.state == CLOSED:
            super().lost(now)


class BreakerCountsRefusals(Breaker):
    """Takes its own refusals for failures of the service."""

    def refused(self, now: int) -> None:
        self._opened_at = now


class UnlabelledFallback(Labels):
    """Calls everything done."""

    def state(self, providers: tuple[str, ...]) -> str:  # noqa: ARG002
        return DONE


class Retries429AtOnce(Line):
    """Comes again at once."""

    def wait_after_429(self, wait: int) -> int:  # noqa: ARG002
        return MS


class DoubleSubmit(Gateway):
    """Knows a request by whoever brings it."""

    def id_of(self, caller: Caller, message: Submit) -> str:
        return f"{super().id_of(caller, message)}@{caller.source}"


_FIELD = "the field's"


def _bug(name: str, about: str, breaks: str, part: Parts, recipe: str) -> Mutant:
    return Mutant(name, about, tuple(breaks.split()), part, _FIELD, f"scenarios/resumesnap/{recipe}.yaml")


_ALL = (
    _bug(
        "debits-first",
        "debits before the work, without a refund",
        "debit-once",
        Parts(gateway=DebitsFirst),
        "outliner-429",
    ),
    _bug(
        "debits-per-attempt",
        "debits whenever a run reports",
        "debit-once",
        Parts(gateway=DebitsPerAttempt),
        "gateway-crash",
    ),
    _bug(
        "check-then-debit",
        "looks at the quota first and writes later",
        "debit-once",
        Parts(gateway=CheckThenDebit),
        "quota-edge",
    ),
    _bug("key-without-user", "serves one user's answers to another", "cache-own", Parts(shelf=KeyWithoutUser), "calm"),
    _bug(
        "key-without-version",
        "serves answers of the model before",
        "cache-own",
        Parts(shelf=KeyWithoutVersion),
        "model-rollout",
    ),
    _bug(
        "caches-degraded",
        "keeps a fallback's answer as the primary's",
        "whole-text",
        Parts(shelf=CachesDegraded),
        "fail-over",
    ),
    _bug("caches-errors", "keeps placeholders", "cache-own", Parts(shelf=CachesErrors), "analyzer-cold-start"),
    _bug(
        "deletes-lazily",
        "serves a user who was deleted meanwhile",
        "cache-own",
        Parts(gateway=DeletesLazily),
        "delete-user",
    ),
    _bug("latest-resume", "reads the newest resume in each step", "one-version", Parts(steps=LatestResume), "calm"),
    _bug(
        "status-200-is-healthy",
        "takes a placeholder for an answer",
        "cache-own",
        Parts(line=StatusIsHealthy),
        "analyzer-cold-start",
    ),
    _bug(
        "partial-is-final",
        "takes a cut transcript for the whole",
        "whole-text",
        Parts(steps=PartialIsFinal),
        "speech-cut",
    ),
    _bug("gap-in-segments", "takes pieces as they come", "whole-text", Parts(steps=GapInSegments), "speech-cut"),
    _bug(
        "fresh-timeout",
        "starts the clock anew in each layer",
        "deadline-kept",
        Parts(line=FreshTimeout),
        "short-deadline",
    ),
    _bug("hedges-all", "calls twice whenever it is slow", "load-bound", Parts(tail=HedgesAll), "slow-tail"),
    _bug("hedge-two-keys", "pays for both calls of a hedge", "charge-once", Parts(line=HedgeTwoKeys), "slow-tail"),
    _bug("breaker-stuck", "waits for a lost probe", "recovers liveness", Parts(breaker=BreakerStuck), "retry-storm"),
    _bug(
        "breaker-counts-refusals",
        "never closes",
        "recovers liveness",
        Parts(breaker=BreakerCountsRefusals),
        "retry-storm",
    ),
    _bug(
        "unlabelled-fallback",
        "calls a fallback's result done",
        "labelled",
        Parts(labels=UnlabelledFallback),
        "fail-over",
    ),
    _bug(
        "retries-429-at-once", "comes again before it may", "load-bound", Parts(line=Retries429AtOnce), "outliner-429"
    ),
    _bug("double-submit", "takes one request twice", "debit-once", Parts(gateway=DoubleSubmit), "calm"),
)

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
