"""tests/models."""
