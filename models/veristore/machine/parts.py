"""What the machine is made of. A mutant puts a subclass that overrides one rule in the place of one part."""

from dataclasses import dataclass

from models.veristore.machine.catalogue import Catalogue
from models.veristore.machine.chunks import Chunks
from models.veristore.machine.clock import LogicalClock
from models.veristore.machine.collector import Collector
from models.veristore.machine.conditions import Conditions
from models.veristore.machine.etags import Etags
from models.veristore.machine.kv import KeyValues
from models.veristore.machine.listing import Listing
from models.veristore.machine.multipart import Multipart
from models.veristore.machine.objects import Objects
from models.veristore.machine.sessions import Sessions
from models.veristore.machine.uploads import Uploads


@dataclass(frozen=True)
class MachineParts:
    """The class of every part."""

    sessions: type[Sessions] = Sessions
    kv: type[KeyValues] = KeyValues
    clock: type[LogicalClock] = LogicalClock
    catalogue: type[Catalogue] = Catalogue
    conditions: type[Conditions] = Conditions
    etags: type[Etags] = Etags
    chunks: type[Chunks] = Chunks
    uploads: type[Uploads] = Uploads
    objects: type[Objects] = Objects
    multipart: type[Multipart] = Multipart
    collector: type[Collector] = Collector
    listing: type[Listing] = Listing
