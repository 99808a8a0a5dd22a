"""Machines on the log: their shape, and that nobody of an earlier term writes to files that were taken over."""

from hypothesis import given
from hypothesis import strategies as st

from models import veristore
from models.stack import replicated_files as rf
from models.stack.group_machine import GroupMachine
from models.stack.replicated_files import ReplicatedFiles
from tests.models.machine_shape import check_shape

COMMANDS = (
    rf.encode(rf.TakeOver(1)),
    rf.encode(rf.Append(1, "book", 0, b"one")),
    rf.encode(rf.Append(1, "book", 3, b"two")),
    rf.encode(rf.TakeOver(4)),
    rf.encode(rf.Append(1, "book", 6, b"late")),
    rf.encode(rf.Append(4, "other", 0, b"three")),
)
QUESTION = rf.encode(rf.WhoHolds())


def test_files_have_the_shape_of_a_machine() -> None:
    check_shape(ReplicatedFiles, COMMANDS, (QUESTION,))


def test_a_store_with_files_beside_it_has_the_shape_of_a_machine() -> None:
    put = veristore.encode_command(veristore.Tick(7))
    check_shape(
        lambda: GroupMachine(veristore.StoreMachine(), ReplicatedFiles()),
        (COMMANDS[0], put, *COMMANDS[1:]),
        (QUESTION,),
    )


def test_an_append_of_an_earlier_term_is_not_done() -> None:
    files = ReplicatedFiles()
    for index, command in enumerate(COMMANDS, 1):
        files.apply(index, command)
    assert files.files() == {"book": b"onetwo", "other": b"three"}


appends = st.lists(st.tuples(st.integers(1, 4), st.binary(min_size=1, max_size=3), st.integers(1, 3)), max_size=30)


@given(appends)
def test_an_append_that_comes_again_is_done_once_whatever_came_between(said: list[tuple[int, bytes, int]]) -> None:
    files, index, term, wanted = ReplicatedFiles(), 0, 0, b""
    for asked, data, times in said:
        index += 1
        files.apply(index, rf.encode(rf.TakeOver(asked)))
        term = max(term, asked)
        offset = len(wanted)
        for _ in range(times):
            index += 1
            held = rf.decode_held(files.apply(index, rf.encode(rf.Append(asked, "f", offset, data))))
            assert held.term == term
        if asked == term:
            wanted += data
    assert files.files().get("f", b"") == wanted
