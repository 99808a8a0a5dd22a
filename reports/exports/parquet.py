"""The trace as one Parquet table, for those who have pyarrow: a row per record, contents as JSON."""

import importlib
import io
import json
from typing import Any, cast

from reports.exports.rows import Row, rows
from reports.page.recording import Recording

COLUMNS = {
    "record": "int64", "t_ns": "int64", "what": "string", "node": "string", "source": "string", "target": "string",
    "sent_ns": "int64", "cause": "int64", "type": "string", "rest": "string",
}  # fmt: skip
"""Name -> type. `rest` is a JSON object with all that has no column of its own."""


class NoArrow(Exception):
    """pyarrow is not installed."""


def parquet(recording: Recording) -> bytes:
    """The bytes of the file. NoArrow if nobody installed pyarrow."""
    try:
        arrow = cast("Any", importlib.import_module("pyarrow"))
        writer = cast("Any", importlib.import_module("pyarrow.parquet"))
    except ImportError:
        raise NoArrow("parquet needs pyarrow: pip install pyarrow (jsonl has the same rows without it)") from None
    found = [_flat(row) for row in rows(recording)]
    columns = {
        name: arrow.array([row.get(name) for row in found], type=getattr(arrow, kind)())
        for name, kind in COLUMNS.items()
    }
    sink = io.BytesIO()
    writer.write_table(arrow.table(columns), sink)
    return sink.getvalue()


def _flat(row: Row) -> Row:
    """A row with the columns of the table."""
    said = row.get("message") or row.get("event")
    flat: Row = {name: row[name] for name in COLUMNS if name in row}
    flat.setdefault("node", row.get("client") or row.get("target"))
    if isinstance(said, dict):
        flat["type"] = said["type"]
    flat["rest"] = json.dumps({name: value for name, value in row.items() if name not in COLUMNS})
    return flat
