"""Ingestion: documents and their outbox in a database, a relay, workers that claim, embed and publish, and a sweeper."""
