"""Chains in the sentences of verdicts."""


def short(chain: bytes | None) -> str:
    """A chain as a reader compares it: its first 8 hex digits."""
    return "nothing" if not chain else chain.hex()[:8]
