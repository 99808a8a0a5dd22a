"""Veriflow: a Kubernetes-style orchestrator of GPU jobs, with one ledger of who may use which GPU."""

from models.veriflow.ledger import Ledger, Row
from models.veriflow.machine import Machine
from models.veriflow.model import MODEL

__all__ = ["MODEL", "Ledger", "Machine", "Row"]
