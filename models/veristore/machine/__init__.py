"""The state machine of the store: pure functions from a map, a sequence number and a command to changes and a reply."""
