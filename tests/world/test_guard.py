"""The guard refuses what would make a run depend on more than its seed, and stands down afterwards."""

import datetime
import logging
import os
import random
import threading
import time
import uuid
from collections.abc import Callable
from time import monotonic

import pytest

from sim.world.guard import Forbidden, guarded

CALLS = [
    ("time.time", time.time, "self.now()"),
    ("time.sleep", lambda: time.sleep(0), "await self.sleep(ns)"),
    ("random.random", random.random, "self.random"),
    ("uuid.uuid4", lambda: uuid.uuid4(), "self.random"),
    ("os.urandom", lambda: os.urandom(3), "self.random"),
    ("threading.Thread.start", lambda: threading.Thread(target=print).start(), "self.spawn"),
    ("datetime.datetime.now", lambda: datetime.datetime.now(), "self.now()"),
    ("time.monotonic", monotonic, "self.now()"),
]


def model_code() -> list[str]:
    """Calls everything through names looked up at the time of the call, as a model would."""
    refused = []
    calls: list[Callable[[], object]] = [
        lambda: time.time(),
        lambda: time.sleep(0),
        lambda: random.random(),
        lambda: uuid.uuid4(),
        lambda: os.urandom(3),
        lambda: threading.Thread(target=print).start(),
        lambda: datetime.datetime.now(),
        lambda: monotonic(),
    ]
    for call in calls:
        with pytest.raises(Forbidden) as caught:
            call()
        refused.append(str(caught.value))
    return refused


def test_each_way_out_is_refused_and_the_replacement_named() -> None:
    with guarded(["tests"]):
        refused = model_code()
    for (name, _, instead), message in zip(CALLS, refused, strict=True):
        assert message.startswith(name)
        assert instead in message


def test_the_guard_stands_down() -> None:
    with guarded(["tests"]):
        pass
    assert time.time() > 0
    assert monotonic() > 0
    assert random.random() < 1
    assert isinstance(datetime.datetime.now(), datetime.datetime)


def test_a_seeded_generator_of_ones_own_is_allowed() -> None:
    with guarded(["tests"]):
        assert random.Random(4).randint(1, 6) == 2


def test_logging_and_other_threads_go_through() -> None:
    seen: list[float] = []
    ready, go = threading.Event(), threading.Event()

    def other() -> None:
        ready.set()
        go.wait(5)
        seen.append(time.time())

    thread = threading.Thread(target=other)
    thread.start()
    ready.wait(5)
    with guarded(["tests"]):
        logging.getLogger("model").warning("logging reads the wall clock for itself")
        go.set()
        thread.join(5)
    assert seen


def test_a_late_import_is_no_way_round() -> None:
    with guarded(["tests"]):
        import secrets
        import socket

        with pytest.raises(Forbidden, match=r"secrets\.token_hex\(\) in model code"):
            secrets.token_hex()
        with pytest.raises(Forbidden, match=r"socket\.socket\(\) in model code"):
            socket.socket()
