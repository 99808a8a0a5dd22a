"""The kind of a failure: what two failing runs have in common when they fail the same way.

A kind is the check, the class of the anomaly and the sentence of the check with whatever differs from run to run taken
out: names of nodes, times, numbers, values. Of a crash it is the exception and the innermost place in the model's code.
Tables group by it and shrinking preserves it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from sim.checks.verdict import Verdict
from sim.result import Run
from sim.world.crash_site import CrashSite

CRASH = "crash"
"""The name that stands for the check where a model raised."""
WORKER = "worker"
"""The name that stands for the check where a run took its whole process with it."""

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_TIME = re.compile(r"\b\d+(?:\.\d+)?(?:ns|us|ms|s)\b")
_DIGEST = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{6,}\b|\b(?:None|nothing)\b")
_NUMBER = re.compile(r"\b\d[\d,]*(?:\.\d+)?\b")
_LISTED = re.compile(r"\b(NODE|VALUE|N)(?:(?:, | and )\1\b)+")


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A kind of failure. `anomaly` is the class that the check gives, `sentence` what it says without particulars.

    A history that fails can be told in many ways, so of histories the sentence is empty: the check and the class count.
    """

    check: str
    anomaly: str = ""
    sentence: str = ""

    def __str__(self) -> str:
        return f"{self.check}: {self.sentence}" if self.sentence else self.check


def failures_of(run: Run) -> tuple[Failure, ...]:
    """The kinds of a run's failures, each once: what was expected first, then in the order in which they happened."""
    nodes = (*run.servers, *run.clients)
    expected = run.expect.removeprefix("violates ")
    failed = sorted(run.failed, key=lambda one: (not one.is_of(expected), _when(one)))
    return tuple(dict.fromkeys(_kind(one, nodes) for one in failed))


def first_failed(run: Run) -> Verdict | None:
    """The verdict of the first of `failures_of`."""
    expected = run.expect.removeprefix("violates ")
    return min(run.failed, key=lambda one: (not one.is_of(expected), _when(one)), default=None)


def _when(verdict: Verdict) -> tuple[bool, int]:
    return (verdict.at_ns is None, verdict.at_ns or 0)


def _kind(verdict: Verdict, nodes: Sequence[str]) -> Failure:
    sentence = "" if verdict.kind == "history" else without_particulars(verdict.detail, nodes)
    return Failure(verdict.check, verdict.kind, sentence)


def failure_of_crash(site: CrashSite) -> Failure:
    """The kind of a crash: the exception's type, and the function that raised it."""
    error = site.error.partition(":")[0]
    if not site.frames:
        return Failure(CRASH, error, "in the engine")
    place, _, rest = site.frames[-1].partition(" in ")
    file = PurePath(place.rpartition(":")[0]).name
    return Failure(CRASH, error, f"{error} in {file}, {rest.partition(':')[0]}")


def without_particulars(detail: str, nodes: Sequence[str]) -> str:
    """A sentence without what differs from run to run: ``NODE at TIME had voted for NODE in term N``."""
    text = _QUOTED.sub("VALUE", detail)
    if nodes:
        longest_first = sorted(nodes, key=len, reverse=True)
        names = "|".join(re.escape(name) for name in longest_first)
        text = re.sub(rf"(?<![\w/.-])(?:{names})(?![\w/-])", "NODE", text)
    text = _TIME.sub("TIME", text)
    text = _DIGEST.sub("VALUE", text)
    text = _NUMBER.sub("N", text)
    return _LISTED.sub(r"\1", text)
