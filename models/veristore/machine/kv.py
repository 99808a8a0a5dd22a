"""Keys and values: put, delete, compare-and-swap by version, atomic batches, reads and scans."""

from models.veristore.machine import keys
from models.veristore.machine.commands import Batch, Cas, Delete, Expectation, Put
from models.veristore.machine.limits import Limits
from models.veristore.machine.questions import Get, Scan
from models.veristore.machine.replies import Absent, Deny, Item, Items, Mismatch, Reply, Value, Written
from models.veristore.machine.view import Draft, View


class KeyValues:
    """The key-value store. A version is the sequence number of the last write: it rises for ever, also over deletes."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def put(self, draft: Draft, command: Put) -> Reply:
        """Set a value."""
        self._write(draft, command)
        return Written(draft.seq)

    def delete(self, draft: Draft, command: Delete) -> Reply:
        """Take a value away; success whether or not there was one."""
        self._write(draft, command)
        return Written(draft.seq)

    def cas(self, draft: Draft, command: Cas) -> Reply:
        """Set a value if the version is as expected."""
        missed = self._missed(draft, Expectation(command.key, command.version))
        if missed is None:
            self._write(draft, Put(command.key, command.value))
        return missed or Written(draft.seq)

    def batch(self, draft: Draft, command: Batch) -> Reply:
        """Do everything, or nothing if an expectation does not hold."""
        if len(command.ops) + len(command.conditions) > self._limits.batch_max:
            raise Deny(400, "BatchTooLarge", f"more than {self._limits.batch_max} operations and conditions")
        for expectation in command.conditions:
            missed = self._missed(draft, expectation)
            if missed is not None:
                return missed
        for op in command.ops:
            self._write(draft, op)
        return Written(draft.seq)

    def get(self, view: View, question: Get) -> Reply:
        """A value and its version."""
        self._check_key(question.key)
        found = view.get(keys.value_key(question.key))
        return Absent() if found is None else Value(*found)

    def scan(self, view: View, question: Scan) -> Reply:
        """Values in order of their keys, all as of one moment."""
        limit = question.limit
        if not 1 <= limit <= self._limits.scan_max:
            raise Deny(400, "InvalidArgument", f"limit {limit} is not between 1 and {self._limits.scan_max}")
        prefix, after = keys.value_key(question.prefix), question.after and keys.value_key(question.after)
        found = view.scan(prefix, after, limit + 1)
        items = tuple(Item(key[len(keys.VALUES) :], value, version) for key, value, version in found[:limit])
        return Items(items, len(found) > limit)

    def _write(self, draft: Draft, op: Put | Delete) -> None:
        self._check_key(op.key)
        if isinstance(op, Delete):
            draft.delete(keys.value_key(op.key))
            return
        if len(op.value) > self._limits.value_max:
            said = f"a value of {len(op.value)} bytes, more than {self._limits.value_max}"
            raise Deny(400, "ValueTooLarge", said)
        draft.put(keys.value_key(op.key), op.value)

    def _missed(self, draft: Draft, expectation: Expectation) -> Mismatch | None:
        self._check_key(expectation.key)
        found = draft.get(keys.value_key(expectation.key))
        seen = None if found is None else found[1]
        return None if seen == expectation.version else Mismatch(expectation.key, seen)

    def _check_key(self, key: bytes) -> None:
        if not 1 <= len(key) <= self._limits.key_max:
            said = f"a key of {len(key)} bytes, not between 1 and {self._limits.key_max}"
            raise Deny(400, "InvalidKey", said)
