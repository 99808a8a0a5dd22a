"""An object that a client works on."""

from zlib import crc32

from models.veristore.clients.port import Port
from models.veristore.clients.ports import Ports

FOLDERS = ("even", "odd")


class Target:
    """Where the object is, and what the history calls it. Keys have a folder, so that lists have common prefixes."""

    def __init__(self, ports: Ports, name: str) -> None:
        self.bucket = ports.bucket_of(name)
        self.key = f"{FOLDERS[crc32(name.encode()) >> 8 & 1]}/{name}"
        self.name = f"{self.bucket}/{self.key}"
        self.port: Port = ports.of_bucket(self.bucket)
