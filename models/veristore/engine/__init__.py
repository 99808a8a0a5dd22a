"""The engine: one ordered map of bytes that survives crashes, with a log, runs, a manifest and a careful recovery."""
