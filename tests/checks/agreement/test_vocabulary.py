"""The vocabulary can be said in a run, and verdicts depend on nothing but the events."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from sim.checks.agreement import events as vocabulary
from sim.checks.agreement.promise import judge
from sim.world.message import Event, check_fields
from tests.checks.agreement.groups import Group
from tests.checks.agreement.runs import record
from tests.checks.agreement.test_groups import all_checks

ROOT = Path(__file__).parents[3]

KINDS = [kind for kind in vars(vocabulary).values() if isinstance(kind, type) and issubclass(kind, Event)]

VERDICTS = """
from tests.checks.agreement.groups import BUGS
from tests.checks.agreement.test_vocabulary import verdicts
print([verdicts(seed, bug) for seed in range(5) for bug in BUGS])
"""


def verdicts(seed: int, bug: str) -> list[str]:
    emitted = Group(seed, 3, bug).run(200)
    return [str(judge(check, emitted, record())) for check in all_checks()]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Event], ids=lambda kind: str(kind.__name__))
def test_every_event_can_be_said_and_encoded(kind: type[Event]) -> None:
    check_fields(kind)
    fields = msgspec.structs.fields(kind)
    event = kind(*("a" if one.type in (str, vocabulary.Value) else 1 for one in fields))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(event))[0] == kind.__name__


def test_verdicts_are_equal_twice_and_under_every_hash_seed() -> None:
    texts = {
        subprocess.run(
            [sys.executable, "-c", VERDICTS],
            check=True, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(texts) == 1
    assert verdicts(3, "forgets") == verdicts(3, "forgets")


def test_a_check_that_is_concluded_twice_says_the_same() -> None:
    emitted = Group(1, 3, "minority").run(200)
    for check in all_checks():
        assert judge(check, emitted, record()) == check.conclude(record())


def test_a_check_that_knows_the_honest_set_stops_at_the_event_that_its_verdict_names() -> None:
    for seed in range(60):
        emitted = Group(seed, 3, "two-leaders").run(150)
        check = all_checks(frozenset())[0]
        stopped: int | None = None
        for one in emitted:
            if isinstance(one.event, check.watches) and not check.violated:
                check.observe(one)
                stopped = one.t_ns if check.violated else None
        assert stopped == check.conclude(record()).at_ns
