"""The shape that a replicated log asks of a machine, as claims: one contract for every machine that a log may drive.

A test calls `check_shape` with a factory of the machine, commands, and questions.
"""

from collections.abc import Callable, Sequence
from typing import Protocol


class ReplicatedMachine(Protocol):
    """What `models.raft` drives and `models.veristore` offers; neither imports the other."""

    def apply(self, index: int, command: bytes) -> bytes: ...

    def query(self, question: bytes) -> bytes: ...

    def snapshot(self) -> bytes: ...

    def restore(self, data: bytes) -> None: ...

    def digest(self) -> bytes: ...


def check_shape(new: Callable[[], ReplicatedMachine], commands: Sequence[bytes], questions: Sequence[bytes]) -> None:
    """Everything that a log relies on; `commands` change the state at least once."""
    one, other = new(), new()
    assert one.digest() == other.digest(), "machines begin equal"
    replies = [one.apply(index, command) for index, command in enumerate(commands, 1)]
    assert one.digest() != other.digest(), "the digest shows what changed"
    assert [other.apply(index, command) for index, command in enumerate(commands, 1)] == replies
    assert one.digest() == other.digest(), "the same commands at the same indices give the same state"
    answers = [one.query(question) for question in questions]
    assert one.digest() == other.digest(), "questions change nothing"
    for cut in range(len(commands) + 1):
        _check_snapshot(new, commands, cut, replies)
    restored = new()
    restored.restore(one.snapshot())
    assert [restored.query(question) for question in questions] == answers
    assert restored.snapshot() == one.snapshot()


def _check_snapshot(
    new: Callable[[], ReplicatedMachine], commands: Sequence[bytes], cut: int, replies: Sequence[bytes]
) -> None:
    """A snapshot at `cut` and the rest of the log give what the whole log gives."""
    whole, part, restored = new(), new(), new()
    for index, command in enumerate(commands, 1):
        whole.apply(index, command)
        if index <= cut:
            part.apply(index, command)
    restored.apply(1, commands[0])  # what it held before must not matter
    restored.restore(part.snapshot())
    for index in range(cut + 1, len(commands) + 1):
        assert restored.apply(index, commands[index - 1]) == replies[index - 1]
    assert restored.digest() == whole.digest()
