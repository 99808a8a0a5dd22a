"""Known bugs of the store."""
