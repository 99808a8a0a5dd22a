"""Exports of a recorded run to tools that people already use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reports.exports.mermaid import mermaid
from reports.exports.parquet import parquet
from reports.exports.perfetto import perfetto
from reports.exports.rows import jsonl
from reports.exports.shiviz import shiviz
from reports.page.recording import Recording


@dataclass(frozen=True)
class Export:
    """A format: its name, what it is good for, and what writes a run as the bytes of a file."""

    name: str
    says: str
    write: Callable[[Recording], bytes]


EXPORTS: Mapping[str, Export] = MappingProxyType({
    one.name: one
    for one in (
        Export("perfetto", "Chrome trace JSON for ui.perfetto.dev: handlers, flows, faults, counters", perfetto),
        Export("shiviz", "vector clocks for ShiViz, with the expression that parses them", shiviz),
        Export("mermaid", "a sequence diagram for an issue: at most 60 messages", mermaid),
        Export("jsonl", "the trace, one JSON object per record", jsonl),
        Export("parquet", "the trace as one table, if pyarrow is installed", parquet),
    )
})  # fmt: skip
"""Name -> format."""
