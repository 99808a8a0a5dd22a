"""tests/models/raft."""
