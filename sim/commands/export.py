"""`sim export RUN --format NAME`: the history of a run, or of a file, as another checker reads it."""

import argparse
import sys
from pathlib import Path

from sim.checks.formats import FORMATS, FormatError, Imported, read_history, write_history
from sim.commands.usage import UsageError
from sim.status import PASS


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("run", metavar="RUN", help="a kept run, such as runs/raft-partition/7, or a file of a history")
    parser.add_argument(
        "--format", required=True, help="; ".join(f"{name}: {one.says}" for name, one in FORMATS.items())
    )
    parser.add_argument("--key", help="only the operations on this key, for formats that know one object")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: standard output)")


def execute(arguments: argparse.Namespace) -> int:
    """Read, turn, write; faults become the nemesis."""
    path = Path(arguments.run)
    file = path / "history.jsonl" if path.is_dir() else path
    try:
        imported = read_history(file)
        history = imported.history
        if arguments.key is not None:
            wanted = [op.op for op in history if str(op.key) != arguments.key]
            history = history.without(frozenset(wanted))
        text = write_history(history, arguments.format, _faults(imported))
    except FormatError as error:
        raise UsageError(f"{file}: {error}", prefixed=False) from None
    if arguments.output is None:
        sys.stdout.write(text)
        return PASS
    try:
        Path(arguments.output).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{arguments.output}: {error.strerror}") from None
    return PASS


def _faults(imported: Imported) -> list[tuple[int, str, str]]:
    return [(one.time_ns, one.f, one.text) for one in imported.annotations]
