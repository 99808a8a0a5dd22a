"""Transcripts of Raft: directives above a line of dashes, and below it what the servers did. A person can read them.

    # A candidate with a majority of votes leads.
    cluster 3 pre_vote=false
    campaign n1
    deliver n1->n2
    ----
    n1 vow t1 n1
    n1 -> n2 RequestVote t1 last 0/0
    ...

Directives: cluster N [SETTING=VALUE ..] · lead NAME (is elected and opens a session, which is not shown) ·
plant NAME TERM.. · campaign NAME · beat NAME · wait TIME · check NAME · session NAME · put NAME KEY VALUE ·
get NAME KEY · learn|promote|remove NAME SERVER · transfer NAME SERVER · deliver|drop FROM->TO [KIND] (`*`: any) ·
again (what was delivered last) · settle [NAME ..] · restart NAME · show NAME log|state|progress ·
quietly DIRECTIVE (what it does is not shown).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter

from models.raft import messages
from models.raft.machine import Get, Put, encode_command
from models.raft.messages import Call, ChangeMembers, Done, OpenSession, TransferLeadership
from sim import Caller, Event, Message
from sim.parameters import Duration
from tests.models.raft import phrases
from tests.models.raft.stage import CLIENT, Stage, StagedNode

RULE = "----"
_DURATION = TypeAdapter(Duration)


@dataclass
class Block:
    """Directives, comments among them, and the lines that are expected of them."""

    directives: list[str]
    expected: list[str]

    def text(self) -> str:
        """As it stands in a file."""
        return "\n".join([*self.directives, RULE, *self.expected])


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a transcript, which empty lines part."""
    for part in re.split(r"\n\s*\n", text.strip()):
        directives, _, expected = part.partition(f"\n{RULE}")
        yield Block(directives.splitlines(), expected.strip("\n").splitlines() if expected.strip() else [])


class Told(Stage):
    """A stage that writes down what its servers do, in order."""

    def __init__(self, *names: str, **settings: object) -> None:
        self.lines: list[str] = []
        super().__init__(*names, parts=None, **settings)

    def _boot(self, name: str) -> StagedNode:
        node = TellingNode(self, name, self._settings, self.names, self._parts)
        node.on_start()
        return node


class TellingNode(StagedNode):
    """A server of which every act becomes a line."""

    stage: Told

    def send(self, to: str, message: Message) -> None:
        super().send(to, message)
        self.stage.lines.append(f"{self.name} -> {to} {phrases.message(message)}")

    def reply(self, caller: Caller, message: Message | None) -> None:
        super().reply(caller, message)
        self.stage.lines.append(f"{self.name} answers: {phrases.answer(message)}")

    def emit(self, event: Event, *, at_once: bool = False) -> None:
        super().emit(event, at_once=at_once)
        said = phrases.event(event)
        if said is not None:
            self.stage.lines.append(f"{self.name} {said}")


class Script:
    """Runs the directives of one transcript against one cluster."""

    def __init__(self) -> None:
        self._stage: Told | None = None
        self._session = self._serial = 0
        self._last: list[tuple[str, str, Message]] = []
        self._verbs: dict[str, Callable[..., None]] = {
            name.removeprefix("_do_"): getattr(self, name) for name in dir(self) if name.startswith("_do_")
        }

    def perform(self, directives: list[str]) -> list[str]:
        """What the servers do upon these directives, a line an act."""
        before = 0 if self._stage is None else len(self.stage.lines)
        for directive in directives:
            if not directive.startswith("#"):
                self._do(*directive.split())
        return self.stage.lines[before:]

    def _do(self, verb: str, *words: str) -> None:
        self._verbs[verb](*words)

    @property
    def stage(self) -> Told:
        """The cluster, which the first directive makes."""
        assert self._stage is not None, "a transcript begins with `cluster`"
        return self._stage

    def _do_cluster(self, count: str, *settings: str) -> None:
        chosen = dict(setting.split("=") for setting in settings)
        read = {"true": True, "false": False}
        values = {key: read.get(value, int(value) if value.isdecimal() else value) for key, value in chosen.items()}
        self._stage = Told(*(f"n{number}" for number in range(1, int(count) + 1)), **values)
        self.stage.lines.clear()

    def _do_quietly(self, *directive: str) -> None:
        before = len(self.stage.lines)
        self._do(*directive)
        del self.stage.lines[before:]

    def _do_lead(self, name: str) -> None:
        before = len(self.stage.lines)
        self._do_campaign(name)
        self.stage.settle()
        self._do_session(name)
        self._do_beat(name)
        self.stage.settle()
        del self.stage.lines[before:]

    def _do_session(self, name: str) -> None:
        self._call(name, OpenSession())
        self.stage.settle()
        reply = self.stage[name].answers[-1][1]
        assert isinstance(reply, Done), "no session was opened"
        self._session = reply.session

    def _do_plant(self, name: str, *terms: str) -> None:
        self.stage.plant(name, *map(int, terms))

    def _do_campaign(self, name: str) -> None:
        node = self.stage[name]
        node.ring(node.election.stand)

    def _do_beat(self, name: str) -> None:
        node = self.stage[name]
        node.ring(node.replication.beat)

    def _do_check(self, name: str) -> None:
        node = self.stage[name]
        node.ring(node.election.check_quorum)

    def _do_wait(self, time: str) -> None:
        self.stage.wait(_DURATION.validate_python(time))

    def _do_put(self, name: str, key: str, value: str) -> None:
        self._serial += 1
        self._call(name, Call(self._session, self._serial, encode_command(Put(key, value)), False))

    def _do_get(self, name: str, key: str) -> None:
        self._call(name, Call(0, 0, encode_command(Get(key)), True))

    def _do_learn(self, name: str, server: str) -> None:
        self._call(name, ChangeMembers("learn", server))

    def _do_promote(self, name: str, server: str) -> None:
        self._call(name, ChangeMembers("promote", server))

    def _do_remove(self, name: str, server: str) -> None:
        self._call(name, ChangeMembers("remove", server))

    def _do_transfer(self, name: str, server: str) -> None:
        self._call(name, TransferLeadership(server))

    def _call(self, name: str, request: Call | OpenSession | ChangeMembers | TransferLeadership) -> None:
        node = self.stage[name]
        answer = node._handlers[type(request)](node, CLIENT, request)
        if answer is not None:
            node.reply(CLIENT, answer)

    def _do_deliver(self, way: str, kind: str = "Message") -> None:
        self._last = self._taken(way, kind)
        self._do_again()

    def _do_again(self) -> None:
        for one in self._last:
            self.stage.hand(*one)

    def _do_drop(self, way: str, kind: str = "Message") -> None:
        self._taken(way, kind)

    def _taken(self, way: str, kind: str) -> list[tuple[str, str, Message]]:
        source, target = way.split("->")
        taken = self.stage.take(source, target, getattr(messages, kind))
        assert taken, f"nothing is on its way: {way} {kind}"
        return taken

    def _do_settle(self, *among: str) -> None:
        self.stage.settle(*among)

    def _do_restart(self, name: str) -> None:
        self.stage.restart(name)

    def _do_show(self, name: str, what: str) -> None:
        node = self.stage[name]
        lines = {"log": _log, "state": _state, "progress": _progress}[what](node)
        self.stage.lines += [f"{name} {what}: {line}" for line in lines]


def _log(node: StagedNode) -> list[str]:
    log = node.log
    held = [phrases.entry(log.entry(index)) for index in range(log.base + 1, log.last + 1)]
    return [", ".join(held) or f"nothing behind {log.base}"]


def _state(node: StagedNode) -> list[str]:
    vow = f"t{node.ballot.term} voted {node.ballot.voted or 'nobody'}"
    return [f"{node.role} {vow} commit {node.commitment.commit} applied {node.commitment.applied}"]


def _progress(node: StagedNode) -> list[str]:
    followers = node.replication.progress.items()
    return [f"{peer} {one.mode} match {one.match} next {one.next}" for peer, one in followers]
