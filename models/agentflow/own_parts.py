"""What AgentFlow is built from: the engine's parts, and the ledger of its services."""

from dataclasses import dataclass, field

from models.agentflow.ledger import Ledger
from models.agentflow.parts import EngineParts


@dataclass(frozen=True)
class Parts:
    """A mutant puts a subclass that overrides one rule in the place of one part."""

    engine: EngineParts = field(default_factory=EngineParts)
    ledger: type[Ledger] = Ledger
