"""Ingestion: a database with an outbox, a relay, workers that claim, embed and publish, and a sweeper."""
