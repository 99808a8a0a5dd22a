"""What runs a scenario more than once: replay and doctor."""
