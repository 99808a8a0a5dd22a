"""A stand-in for a store's node: the machine over a map in memory, everything durable at once. For tests of clients."""

from functools import partial
from typing import cast

from models.veristore.client_landmarks import OBJECT_LANDMARKS
from models.veristore.clients.client import VERBS, ClientParts, StoreClient
from models.veristore.clients.settings import ClientSettings
from models.veristore.invariants.of_clients import KV_CHECKS, OBJECT_CHECKS
from models.veristore.machine.limits import Limits
from models.veristore.machine.machine import Machine
from models.veristore.machine.memory import MemoryMap
from models.veristore.machine.parts import MachineParts
from models.veristore.messages import Answered, Command, Question
from models.veristore.object_events import events_of
from sim import Actor, Caller, Model, System, on


class StandIn(Actor):
    """One node. It never falls, as nothing is on a disk."""

    def __init__(self, limits: Limits, parts: MachineParts) -> None:
        self._machine = Machine(limits, parts)
        self._map = MemoryMap()
        self._seq = 0

    @on(Command)
    def command(self, caller: Caller, command: Command) -> Answered:
        self._seq += 1
        outcome = self._machine.execute(self._map, self._seq, command.body)
        self._map.apply(self._seq, outcome.changes)
        for event in events_of(self._seq, outcome.changes):
            self.emit(event)
        return Answered(outcome.reply, self._seq)

    @on(Question)
    def question(self, caller: Caller, question: Question) -> Answered:
        return Answered(self._machine.answer(self._map, question.body), self._seq)


def build(system: System) -> None:
    settings = cast("ClientSettings", system.parameters)
    for name in system.servers:
        system.server(name, partial(StandIn, settings.limits(), MachineParts()))
    for number, script in enumerate(system.scripts):
        factory = partial(StoreClient, system.servers, script, settings, ClientParts(), not number)
        system.client(script.client, factory)


MODEL = Model(
    name="standin",
    about="a store in memory",
    build=build,
    parameters=ClientSettings,
    spec="object-store",
    verbs=VERBS,
    checks={**KV_CHECKS, **OBJECT_CHECKS},
    landmarks=OBJECT_LANDMARKS,
)
