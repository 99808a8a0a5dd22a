"""The pipeline's rules: breakers, hedges, cache keys and whole transcripts."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.resumesnap.breaker import AT_LEAST, CLOSED, HALF_OPEN, OPEN, REST, SUCCESSES, Breaker
from models.resumesnap.load import LEGAL
from models.resumesnap.program import Labels
from models.resumesnap.shelf import Shelf
from models.resumesnap.steps import Steps
from models.resumesnap.tail import ENOUGH, FIRST_WAIT, SHARE_PERCENT, Tail
from models.resumesnap.words import DEGRADED, DONE, FALLBACK, SEGMENTS, SPEECH, Answer, Order
from sim import SECOND, Actor
from sim.scenario.errors import ScenarioErrors
from sim.scenario.loader import load_text

ORDER = Order("u:1", "u", "1", 1, "job", "", 1, 0)


def breaker() -> tuple[Breaker, list[tuple[str, str]]]:
    moves: list[tuple[str, str]] = []
    return Breaker(lambda before, after: moves.append((before, after))), moves


def test_a_breaker_opens_at_half_of_enough_failures_and_not_before() -> None:
    one, moves = breaker()
    for _ in range(AT_LEAST // 2):
        one.succeeded()
    for failed in range(AT_LEAST // 2):
        assert one.state == CLOSED, failed
        one.failed(0)
    assert moves == [(CLOSED, OPEN)]
    assert not one.admits(REST - 1)


def test_an_open_breaker_lets_one_probe_through_at_a_time_and_closes_after_three() -> None:
    one, moves = breaker()
    for _ in range(AT_LEAST):
        one.failed(0)
    for _ in range(SUCCESSES):
        assert one.admits(REST)
        assert not one.admits(REST)
        one.succeeded()
    assert moves == [(CLOSED, OPEN), (OPEN, HALF_OPEN), (HALF_OPEN, CLOSED)]


def test_a_lost_probe_opens_it_again_and_its_own_refusals_change_nothing() -> None:
    one, _ = breaker()
    for _ in range(AT_LEAST):
        one.failed(0)
    assert one.admits(REST)
    one.lost(REST)
    assert one.state == OPEN
    one.refused(REST + 1)
    assert one.admits(2 * REST)


@given(st.lists(st.sampled_from(["ok", "fail", "lost", "refused", "ask"]), max_size=80))
def test_a_breaker_only_moves_as_it_may(course: list[str]) -> None:
    one, moves = breaker()
    for now, what in enumerate(course):
        at = now * SECOND
        if what == "ask":
            one.admits(at)
        elif what == "ok":
            one.succeeded()
        else:
            {"fail": one.failed, "lost": one.lost, "refused": one.refused}[what](at)
    assert set(moves) <= LEGAL


@given(st.lists(st.booleans(), max_size=300))
def test_second_calls_are_never_more_than_their_share(course: list[bool]) -> None:
    tail, hedges = Tail(), 0
    for calls, wants in enumerate(course, 1):
        tail.call()
        hedges += wants and tail.take_hedge()
        assert hedges * 100 <= SHARE_PERCENT * calls


def test_patience_is_the_95th_percentile_of_what_was_seen() -> None:
    tail = Tail()
    assert tail.patience() == FIRST_WAIT
    for ns in range(ENOUGH * 5):
        tail.took(ns)
    assert tail.patience() == 95


@pytest.mark.parametrize(
    "other",
    [
        Order("v:1", "v", "1", 1, "job", "", 1, 0),
        Order("u:1", "u", "1", 1, "job", "", 2, 0),
    ],
    ids=["another user", "the user after a deletion"],
)
def test_keys_tell_users_and_epochs_apart(other: Order) -> None:
    shelf = Shelf(cast("Actor", None), "cache")
    assert shelf.key(ORDER, "analyzer", b"x", 1) != shelf.key(other, "analyzer", b"x", 1)
    assert shelf.key(ORDER, "analyzer", b"x", 1) != shelf.key(ORDER, "analyzer", b"x", 2)
    assert shelf.key(ORDER, "analyzer", b"x", 1) != shelf.key(ORDER, "outliner", b"x", 1)


@given(st.permutations(list(range(SEGMENTS))), st.integers(0, SEGMENTS), st.booleans())
def test_a_transcript_is_whole_if_no_piece_is_missing_and_the_end_was_marked(
    order: list[int], missing: int, complete: bool
) -> None:
    pieces = tuple((n, bytes([n])) for n in order if n != missing)
    whole = Steps.whole(cast("Steps", None), Answer(SPEECH, 1, b"", pieces, complete))
    if complete and missing == SEGMENTS:
        assert whole == tuple(bytes([n]) for n in range(SEGMENTS))
    else:
        assert whole is None


def test_a_result_is_done_only_if_all_its_providers_were_primary() -> None:
    assert Labels().state(("analyzer", "outliner")) == DONE
    assert Labels().state((FALLBACK, "analyzer", "outliner")) == DEGRADED


@pytest.mark.parametrize(
    ("nodes", "parameters", "said"),
    [
        (9, "", "11"),
        (14, "parameters: {voice_deadline: 1s}", "voice_deadline"),
        (14, "parameters: {quota: 0}", "quota"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(nodes: int, parameters: str, said: str) -> None:
    head = "version: 1\nname: x\nduration: 5s\nsystems:\n"
    text = f"{head}  a:\n    model: resumesnap\n    nodes: {nodes}\n    {parameters}\n"
    with pytest.raises(ScenarioErrors) as caught:
        load_text(text, "x.yaml")
    assert said in str(caught.value)
