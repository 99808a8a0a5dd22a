"""The log: partitions replicated over brokers, a controller that says who leads, producers and consumer groups."""
