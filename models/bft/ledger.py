"""Atomic broadcast: one multivalued agreement after another, each on a batch of clients' commands.

A party takes part in an epoch as soon as it has commands or hears that somebody else takes part, with an empty batch if
it must. A batch is valid if its clients signed every command in it, so nobody can put words into their mouths.
"""

from typing import TYPE_CHECKING

from models.bft.machine import KeyValueMachine
from models.bft.protocol import WINDOW, Protocol
from models.bft.requests import Batch, Command, Reply, Submit, decode_batch, encode_batch, submit_tag
from models.bft.services import Service, make_root, propose
from sim.agreement import Delivered

if TYPE_CHECKING:
    from models.bft.party import Party

BATCH_MAX = 50


class Ledger(Service):
    """The log of one party. `epoch` is the one that is being agreed on; commands wait in order of arrival."""

    def __init__(self, party: "Party") -> None:
        super().__init__(party)
        self.epoch = 1
        self._proposed = 0
        self._pending: dict[tuple[str, int], Submit] = {}
        self._decisions: dict[int, bytes] = {}
        self._machine = KeyValueMachine()

    def root(self, name: str) -> Protocol | None:
        """The agreement of an epoch that has begun."""
        return make_root(self.party, name) if self._number(name) in range(1, self.epoch + 1) else None

    def is_early(self, name: str) -> bool:
        """Epochs to come wait."""
        return self.epoch < self._number(name) <= self.epoch + WINDOW

    def is_too_far(self, name: str) -> bool:
        """Beyond the window: over reliable links it comes again."""
        return self._number(name) > self.epoch + WINDOW

    def _number(self, name: str) -> int:
        return int(name) if name.isdecimal() and name == str(int(name)) else 0

    def submit(self, source: str, submit: Submit) -> None:
        """Keep a signed command until it is in the log; answer again if it is."""
        command = submit.command
        if source != command.client or not self._is_signed(submit):
            self.party.drop("not signed", source)
        elif self._machine.is_done(command.client, command.serial):
            self._answer(command)
        else:
            self._pending[command.client, command.serial] = submit
            self._take_part()

    def heard(self, instance: str) -> None:
        """Somebody takes part in the present epoch."""
        if instance.partition("/")[0] == str(self.epoch):
            self._take_part()

    def _take_part(self) -> None:
        if self._proposed >= self.epoch:
            return
        self._proposed = self.epoch
        batch = Batch(tuple(list(self._pending.values())[:BATCH_MAX]))
        root = self.party.find(str(self.epoch))
        assert root is not None, "the present epoch has begun"
        propose(root, encode_batch(batch))

    def decided(self, instance: str, value: bytes) -> None:
        """Apply what is decided, in order, and go on."""
        if self._number(instance):
            self._decisions[self._number(instance)] = value
        while self.epoch in self._decisions:
            batch = decode_batch(self._decisions.pop(self.epoch)) or Batch(())
            self.epoch += 1
            for submit in batch.submits:
                self._apply(submit.command)
        self.party.wake("")
        if self._pending:
            self._take_part()

    def _apply(self, command: Command) -> None:
        key = (command.client, command.serial)
        self._pending.pop(key, None)
        if not self._machine.is_done(*key):
            self.party.emit(Delivered(key, self.epoch - 1, command.client))
            self._machine.apply(command)
            self._answer(command)

    def _answer(self, command: Command) -> None:
        self.party.send(command.client, Reply(command.serial, self._machine.apply(command)))

    def _is_signed(self, submit: Submit) -> bool:
        command = submit.command
        return self.party.crypto.valid(submit.share, command.client, submit_tag(command), command)

    def is_valid(self, value: bytes) -> bool:
        """A batch of commands that their clients signed."""
        batch = decode_batch(value)
        if batch is None or len(batch.submits) > BATCH_MAX:
            return False
        return all(self._is_signed(submit) for submit in batch.submits)
