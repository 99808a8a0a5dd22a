"""What a Raft group of the stack drives: a store of objects, and the files of the services that its leader hosts."""

from hashlib import blake2b

import msgspec

from models import raft
from models.stack import whole_put
from models.stack.replicated_files import MARK, ReplicatedFiles

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[bytes, bytes]).decode


class GroupMachine:
    """Two machines on one log. They tell their commands apart by how they begin."""

    def __init__(self, store: raft.Machine, files: ReplicatedFiles) -> None:
        self._store = store
        self.files = files

    def apply(self, index: int, command: bytes) -> bytes:
        """Do one command of either; returns its reply."""
        if self._of(command) is self.files:
            return self.files.apply(index, command)
        return whole_put.apply(self._store.apply, index, command)

    def query(self, question: bytes) -> bytes:
        """Answer a question to either."""
        return self._of(question).query(question)

    def snapshot(self) -> bytes:
        """Both."""
        return _encode((self._store.snapshot(), self.files.snapshot()))

    def restore(self, data: bytes) -> None:
        """Both."""
        store, files = _decode(data)
        self._store.restore(store)
        self.files.restore(files)

    def digest(self) -> bytes:
        """Of both."""
        return blake2b(self._store.digest() + self.files.digest(), digest_size=16).digest()

    def _of(self, said: bytes) -> raft.Machine:
        return self.files if said[:1] == MARK and said[:2] != whole_put.WHOLE else self._store
