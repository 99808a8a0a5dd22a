"""VeriStore: a crash-consistent key-value engine, and an object store on it."""

from models.veristore.model import MODEL

__all__ = ["MODEL"]
