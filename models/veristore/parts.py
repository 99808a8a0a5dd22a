"""What a store is built from. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.veristore.clients.client import ClientParts
from models.veristore.committer import Committer
from models.veristore.engine.block import BlockFormat
from models.veristore.engine.checkpoint import Checkpoint
from models.veristore.engine.compaction import Compaction
from models.veristore.engine.engine import Engine
from models.veristore.engine.manifest import Manifest
from models.veristore.engine.record import Framing
from models.veristore.engine.recovery import Recovery
from models.veristore.engine.scan import Scanner
from models.veristore.engine.snapshot import EntryFormat
from models.veristore.engine.storage import Storage
from models.veristore.engine.wal import Wal
from models.veristore.machine.parts import MachineParts


@dataclass(frozen=True)
class Parts:
    """The class of every part of a node, and what its machine and the clients are made of."""

    storage: type[Storage] = Storage
    framing: type[Framing] = Framing
    scanner: type[Scanner] = Scanner
    blocks: type[BlockFormat] = BlockFormat
    manifest: type[Manifest] = Manifest
    wal: type[Wal] = Wal
    checkpoint: type[Checkpoint] = Checkpoint
    compaction: type[Compaction] = Compaction
    recovery: type[Recovery] = Recovery
    entries: type[EntryFormat] = EntryFormat
    engine: type[Engine] = Engine
    committer: type[Committer] = Committer
    machine: MachineParts = MachineParts()
    client: ClientParts = ClientParts()
