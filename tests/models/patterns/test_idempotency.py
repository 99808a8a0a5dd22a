"""A key is done once; what it answered first it answers for ever; other content under it is refused."""

from models.patterns import CONFLICT, IN_PROGRESS, Entry, IdempotencyStore


def store() -> tuple[IdempotencyStore, list[Entry]]:
    written: list[Entry] = []
    return IdempotencyStore(written.append), written


def test_a_new_key_is_to_be_done() -> None:
    keys, written = store()
    assert keys.begin("k", b"pay 5") is None
    assert written == []


def test_a_repeat_gets_the_first_answer() -> None:
    keys, written = store()
    keys.begin("k", b"pay 5")
    keys.finish("k", b"paid")
    assert keys.begin("k", b"pay 5") == written[0]
    assert written[0].answer == b"paid"


def test_other_content_is_a_conflict_before_and_after_it_is_done() -> None:
    keys, _ = store()
    keys.begin("k", b"pay 5")
    assert keys.begin("k", b"pay 6") == CONFLICT
    keys.finish("k", b"paid")
    assert keys.begin("k", b"pay 6") == CONFLICT


def test_a_second_request_waits_for_the_first() -> None:
    keys, _ = store()
    keys.begin("k", b"pay 5")
    assert keys.begin("k", b"pay 5") == IN_PROGRESS


def test_what_failed_without_effect_may_be_tried_again() -> None:
    keys, _ = store()
    keys.begin("k", b"pay 5")
    keys.drop("k")
    assert keys.begin("k", b"pay 5") is None


def test_a_restart_forgets_what_was_open_and_keeps_what_was_done() -> None:
    keys, written = store()
    keys.begin("done", b"1")
    keys.finish("done", b"one")
    keys.begin("open", b"2")
    again, _ = store()
    for entry in written:
        again.restore(entry)
    assert again.begin("done", b"1") == written[0]
    assert again.begin("open", b"2") is None
    assert again.find("open") is None
