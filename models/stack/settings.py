"""What a scenario may choose about a replicated store: what it may about Raft, and about the store's clients."""

from models import raft, veristore


class StoreSettings(raft.Settings, veristore.ClientSettings):
    """Parameters of `model: models.stack:REPLICATED_STORE`. The sessions are Raft's."""
