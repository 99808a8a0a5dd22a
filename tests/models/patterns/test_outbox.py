"""A letter stays in the outbox until it is acknowledged, over restarts, in order; its id is used once."""

from models.patterns import Delivered, Letter, Outbox


def test_letters_wait_in_order_until_they_are_acknowledged() -> None:
    written: list[Delivered] = []
    outbox = Outbox(written.append)
    first, second = outbox.letter("a", b"1"), outbox.letter("b", b"2")
    assert not outbox.pending
    outbox.post(first)
    outbox.post(second)
    assert list(outbox.pending) == [first, second]
    outbox.acknowledge(first)
    outbox.acknowledge(first)
    assert list(outbox.pending) == [second]
    assert written == [Delivered(1)]


def test_a_restart_brings_back_what_was_not_acknowledged_and_no_id_twice() -> None:
    outbox = Outbox(lambda _: None)
    outbox.post(Letter(1, "a", b"1"))
    outbox.post(Letter(2, "a", b"2"))
    outbox.restore(Delivered(2))
    assert [letter.id for letter in outbox.pending] == [1]
    assert outbox.letter("a", b"3").id == 3
