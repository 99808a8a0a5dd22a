"""VeriStore: a crash-consistent key-value engine, and an object store on it."""
