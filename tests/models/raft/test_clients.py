"""Section 8 of the paper: sessions, reads, and what a client is told when leaders change."""

from models.raft.events import Applied, ReadServed
from models.raft.machine import Cas, Get, Put, decode_reply, encode_command
from models.raft.messages import AppendEntries, Call, Done, NotLeader, OpenSession, SessionExpired
from sim import Caller, Message
from tests.models.raft.stage import Stage, StagedNode


def open_session(stage: Stage, name: str) -> int:
    ask(stage[name], 1, OpenSession())
    stage.settle()
    [(_, reply)] = stage[name].answers
    stage[name].answers.clear()
    assert isinstance(reply, Done)
    return reply.session


def ask(node: StagedNode, number: int, request: Call | OpenSession) -> None:
    caller = Caller("client", number, 1)
    answer = node._handlers[type(request)](node, caller, request)
    if answer is not None:
        node.reply(caller, answer)


def call(session: int, serial: int, command: Message, *, read: bool = False) -> Call:
    return Call(session, serial, encode_command(command), read)


def replies(node: StagedNode) -> dict[int, object]:
    return {
        caller.id: decode_reply(reply.value) if isinstance(reply, Done) else reply for caller, reply in node.answers
    }


def test_8_serial_answers_twice_acts_once() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    session = open_session(stage, "n1")
    ask(stage["n1"], 2, call(session, 1, Put("x", "a")))
    for number in (3, 4):
        ask(stage["n1"], number, call(session, 2, Cas("x", "a", "b")))
    stage.settle()
    assert replies(stage["n1"]) == {2: None, 3: "a", 4: "a"}
    assert [event.effective for event in stage["n1"].said(Applied) if event.serial == 2] == [True, False]


def test_8_lower_serial_is_not_answered() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    session = open_session(stage, "n1")
    for serial in (2, 1):
        ask(stage["n1"], serial, call(session, serial, Put("x", str(serial))))
    stage.settle()
    assert replies(stage["n1"]) == {2: None}


def test_6_3_session_used_least_recently_expires_first() -> None:
    stage = Stage("n1", "n2", "n3", session_max=2)
    stage.elect("n1")
    first, second = open_session(stage, "n1"), open_session(stage, "n1")
    ask(stage["n1"], 2, call(first, 1, Put("x", "a")))
    stage.settle()
    stage["n1"].answers.clear()
    open_session(stage, "n1")
    ask(stage["n1"], 3, call(second, 1, Put("x", "b")))
    ask(stage["n1"], 4, call(first, 2, Put("x", "c")))
    stage.settle()
    assert replies(stage["n1"]) == {3: SessionExpired(), 4: None}
    assert stage["n2"].sessions.digest() != b""
    stage.beat("n1")
    assert len({stage[name].sessions.digest() for name in stage.names}) == 1


def test_8_read_waits_for_noop() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.stand("n1")
    while stage["n1"].election.role != "leader":
        stage.deliver()
    ask(stage["n1"], 1, call(0, 1, Get("x"), read=True))
    appended = stage.take("n1", kind=AppendEntries)
    assert {message.round for *_, message in appended if isinstance(message, AppendEntries)} == {0}
    stage["n1"].ring(stage["n1"].replication.beat)
    stage.take()
    assert stage["n1"].answers == []
    for one in appended:
        stage.hand(*one)
    stage.settle()
    assert replies(stage["n1"]) == {1: None}
    assert [event.read_index for event in stage["n1"].said(ReadServed)] == [1]


def test_8_read_needs_a_quorum_that_answers_after_it_came() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    stage["n1"].ring(stage["n1"].replication.beat)
    stage.deliver("n1")  # the answers to this heartbeat are older than the read
    ask(stage["n1"], 1, call(0, 1, Get("x"), read=True))
    for one in stage.take(kind=AppendEntries):
        assert isinstance(one[2], AppendEntries)
        assert one[2].round == 1
    stage.settle()
    assert stage["n1"].answers == []
    stage.beat("n1")
    assert replies(stage["n1"]) == {1: None}


def test_8_reads_that_wait_share_the_next_round() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    for number in range(1, 6):
        ask(stage["n1"], number, call(0, number, Get("x"), read=True))
    stage.settle()
    assert len(stage["n1"].answers) == 5
    assert stage["n1"].reads.round == 2


def test_8_reads_are_refused_and_writes_left_open_when_leadership_ends() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    session = open_session(stage, "n1")
    ask(stage["n1"], 2, call(session, 1, Put("x", "a")))
    ask(stage["n1"], 3, call(session, 2, Get("x"), read=True))
    stage["n1"].ring(stage["n1"].election.check_quorum)
    stage["n1"].ring(stage["n1"].election.check_quorum)
    stage.settle()
    assert replies(stage["n1"]) == {3: NotLeader(None)}


def test_8_follower_names_the_leader() -> None:
    stage = Stage("n1", "n2", "n3")
    stage.elect("n1")
    ask(stage["n2"], 1, OpenSession())
    assert replies(stage["n2"]) == {1: NotLeader("n1")}


def test_8_reads_of_mode_log_are_entries() -> None:
    stage = Stage("n1", "n2", "n3", reads="log")
    stage.elect("n1")
    session = open_session(stage, "n1")
    ask(stage["n1"], 2, call(session, 1, Put("x", "a")))
    ask(stage["n1"], 3, call(session, 2, Get("x"), read=True))
    stage.settle()
    assert replies(stage["n1"]) == {2: None, 3: "a"}
    assert stage["n1"].log.last == 4
