"""What servers and clients of a Raft group say to each other. Every message between servers carries its sender's term.

Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", Figure 2, with pre-votes (Ongaro's
dissertation, section 9.6), rounds for read-only requests (6.4) and conflict hints instead of one step back per refusal.
"""

from sim import Message, Request

NO_OP = "no-op"
COMMAND = "command"
SESSION = "session"
CONFIG = "config"


class Configuration(Message):
    """Who belongs to the group: voters count, learners are only replicated to. Both are sorted.

    `replaced` says for whom another disk than the first is meant: (server, how many times it was replaced).
    """

    voters: tuple[str, ...]
    learners: tuple[str, ...] = ()
    replaced: tuple[tuple[str, int], ...] = ()


class Entry(Message):
    """One place of the log. `kind` is NO_OP, COMMAND, SESSION or CONFIG.

    `payload` is a command of the machine, or an encoded Configuration.

    `session` and `serial` say which client's operation it is (sections 6.3 and 8); both are 0 where there is none.
    """

    index: int
    term: int
    kind: str
    session: int = 0
    serial: int = 0
    payload: bytes = b""


class RequestVote(Message):
    """Asks for a vote; with `pre` it asks whether one would be given, and `term` is the sender's own term + 1.

    `transfer`: the leader itself has asked for this campaign, so nobody need protect it.
    """

    term: int
    last_index: int
    last_term: int
    pre: bool
    transfer: bool = False


class Vote(Message):
    """A grant repeats the term asked for; a refusal carries the voter's own term."""

    term: int
    granted: bool
    pre: bool


class AppendEntries(Message):
    """Entries behind (`prev_index`, `prev_term`), or none: a heartbeat. `round` is the newest read round."""

    term: int
    prev_index: int
    prev_term: int
    entries: tuple[Entry, ...]
    commit: int
    round: int


class AppendReply(Message):
    """`ok`: the log equals the leader's up to `match`. Otherwise (`hint_index`, `hint_term`) is where to look next.

    `prev_index` and `round` repeat the request's. A refusal for the log still confirms leadership for `round`.
    """

    term: int
    ok: bool
    match: int
    prev_index: int
    hint_index: int
    hint_term: int
    round: int


class InstallSnapshot(Message):
    """A piece of the snapshot up to (`last_index`, `last_term`), from byte `offset` on; `digest` is that of the whole.

    `done` marks the last piece. `round` is the newest read round.
    """

    term: int
    last_index: int
    last_term: int
    offset: int
    chunk: bytes
    digest: bytes
    done: bool
    round: int


class SnapshotReply(Message):
    """The piece from `offset` on is wanted next; whoever has the whole answers as to AppendEntries."""

    term: int
    last_index: int
    offset: int
    round: int


class TimeoutNow(Message):
    """The leader of `term` asks the receiver to campaign at once. In another term it means nothing."""

    term: int


class LookUp(Message):
    """The entry at `index`, of term `of` (-1: nobody knows), is lost at the sender: who has it?

    With `index` 0 it is the snapshot that is lost, the one that ends at `of`.
    """

    term: int
    index: int
    of: int


class LookUpReply(Message):
    """What the sender has at `index`: have (and here it is), dont-have, have-faulty, or compacted: in its snapshot.

    `state` is the whole snapshot that was asked for.
    """

    term: int
    index: int
    status: str
    entry: Entry | None
    state: bytes = b""


class Done(Message):
    """The operation happened (or the session is open) and gave `value`; `session` is the session's id."""

    value: bytes
    session: int = 0


class NotLeader(Message):
    """The operation did not happen: ask `hint`, or anyone if that is None."""

    hint: str | None


class SessionExpired(Message):
    """The machine knows no such session: this attempt did nothing, an earlier one may have."""


class Members(Message):
    """The configuration that is committed now."""

    voters: tuple[str, ...]
    learners: tuple[str, ...]


class NotNow(Message):
    """The leader did nothing, because of `reason`; it may be otherwise later."""

    reason: str


ClientReply = Done | NotLeader | SessionExpired


class OpenSession(Request[ClientReply]):
    """Asks for a session; Done names it."""


class Call(Request[ClientReply]):
    """One operation of a client's session: the same `serial` at every attempt. `read`: it changes nothing."""

    session: int
    serial: int
    operation: bytes
    read: bool


OperatorReply = Members | Done | NotLeader | NotNow


class ChangeMembers(Request[OperatorReply]):
    """An operator's wish: `verb` is learn (make `server` a learner), promote (make it a voter) or remove.

    `generation` is how many times the disk of `server` was replaced: another disk is another member.
    """

    verb: str
    server: str
    generation: int = 0


class Identity(Message):
    """How many times the server's disk was replaced."""

    generation: int


class Identify(Request[Identity]):
    """An operator asks a server which disk it has."""


class TransferLeadership(Request[OperatorReply]):
    """An operator's wish: let `server` lead. Done says that it was asked to; an empty name only asks for Members."""

    server: str
