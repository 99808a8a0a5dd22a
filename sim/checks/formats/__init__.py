"""Histories of other tools, read and written: Jepsen, the etcd log, Porcupine's kv, JSON lines.

`read_history` and `write_history` are the doors, `FORMATS` names what there is. A file becomes forms (`edn`), then
events (`entries`), then operations (`pairing`, `answers`).
"""

from sim.checks.formats.doors import FORMATS, Format, Imported, read_history, write_history
from sim.checks.formats.error import FormatError
from sim.checks.formats.pairing import Annotation

__all__ = ["FORMATS", "Annotation", "Format", "FormatError", "Imported", "read_history", "write_history"]
