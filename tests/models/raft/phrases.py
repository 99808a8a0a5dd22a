"""How a transcript says what Raft servers send, save and tell."""

from collections.abc import Callable
from typing import cast

from models.raft import events
from models.raft.machine import Cas, Get, Put, decode_command
from models.raft.messages import (
    COMMAND,
    AppendEntries,
    AppendReply,
    Done,
    Entry,
    InstallSnapshot,
    Members,
    NotLeader,
    NotNow,
    RequestVote,
    SnapshotReply,
    TimeoutNow,
    Vote,
)
from sim import Event, Message


def entry(one: Entry) -> str:
    """``4/2 put x 1``: index, term, and what it holds."""
    return f"{one.index}/{one.term} {_command(one.payload) if one.kind == COMMAND else one.kind}"


def _command(payload: bytes) -> str:
    command = decode_command(payload)
    match command:
        case Put(key, value):
            return f"put {key} {value}"
        case Get(key):
            return f"get {key}"
        case Cas(key, old, new):
            return f"cas {key} {old} {new}"
    return repr(command)


def _append(one: AppendEntries) -> str:
    entries = f" [{', '.join(map(entry, one.entries))}]" if one.entries else ""
    return f"prev {one.prev_index}/{one.prev_term} commit {one.commit} round {one.round}{entries}"


def _append_reply(one: AppendReply) -> str:
    said = f"ok match {one.match}" if one.ok else f"no, prev {one.prev_index}, try {one.hint_index}/{one.hint_term}"
    return f"{said} round {one.round}"


def _request(one: RequestVote) -> str:
    kind = " pre" if one.pre else " transfer" if one.transfer else ""
    return f"last {one.last_index}/{one.last_term}{kind}"


def _vote(one: Vote) -> str:
    return f"{'granted' if one.granted else 'refused'}{' pre' if one.pre else ''}"


def _piece(one: InstallSnapshot) -> str:
    return f"last {one.last_index}/{one.last_term} bytes {one.offset}+{len(one.chunk)}{' done' if one.done else ''}"


_MESSAGES: dict[type[Message], Callable[..., str]] = {
    AppendEntries: _append,
    AppendReply: _append_reply,
    RequestVote: _request,
    Vote: _vote,
    InstallSnapshot: _piece,
    SnapshotReply: lambda one: f"last {one.last_index} wants byte {one.offset}",
    TimeoutNow: lambda _: "",
}


def message(one: Message) -> str:
    """``AppendEntries t2 prev 3/1 commit 3 round 0 [4/2 put x 1]``."""
    term = cast("AppendEntries", one).term
    return f"{type(one).__name__} t{term} {_MESSAGES[type(one)](one)}".rstrip()


def answer(reply: Message | None) -> str:
    """What a client or an operator is told."""
    match reply:
        case Done():
            return "done"
        case NotLeader(hint):
            return f"not leader, ask {hint or 'anyone'}"
        case NotNow(reason):
            return f"not now: {reason}"
        case Members(voters, learners):
            return f"voters {' '.join(voters)}{' learners ' + ' '.join(learners) if learners else ''}"
    return repr(reply)


_EVENTS: dict[type[Event], Callable[..., str]] = {
    events.VowSaved: lambda one: f"vow t{one.term} {one.voted or 'nobody'}",
    events.Denied: lambda one: f"denies {one.to} t{one.asked}{' pre' if one.pre else ''}: {one.why}",
    events.BecameLeader: lambda one: f"leads t{one.term} by {' '.join(one.voted_by)}",
    events.SteppedDown: lambda one: f"steps down in t{one.term}: {one.why}",
    events.Appended: lambda one: f"holds {one.index}/{one.entry_term} {one.kind}",
    events.Truncated: lambda one: f"cuts from {one.first}",
    events.Committed: lambda one: f"commits {one.index}/{one.entry_term}",
    events.Applied: lambda one: f"applies {one.index}/{one.entry_term}",
    events.SnapshotSaved: lambda one: f"saves snapshot {one.index}/{one.entry_term}",
    events.SnapshotInstalled: lambda one: f"installs snapshot {one.index}/{one.entry_term}",
    events.Compacted: lambda one: f"log begins at {one.first}",
    events.ConfigAppended: lambda one: f"configuration at {one.index}: {answer(Members(one.voters, one.learners))}",
    events.TransferStarted: lambda one: f"hands over to {one.to}",
    events.ReadBegan: lambda one: f"takes read {one.read} ({one.mode})",
    events.ReadServed: lambda one: f"serves read {one.read} at {one.applied}, needs {one.read_index} ({one.mode})",
    events.LeaseExtended: lambda one: f"lease until {one.until / 1_000_000:g}ms",
    events.Recovered: lambda one: f"recovers t{one.term} {one.voted or 'nobody'} log {one.first}..{one.last}",
}


def event(one: Event) -> str | None:
    """An event in words; None if a transcript does not show it, because a message or another event says it."""
    phrase = _EVENTS.get(type(one))
    return phrase(one) if phrase else None
