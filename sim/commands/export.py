"""`sim export RUN --to NAME`: a run as other tools read it: its history for checkers, its trace for viewers."""

import argparse
import sys
from pathlib import Path

from sim.checks.formats import FORMATS, FormatError, Imported, read_history, write_history
from sim.commands import common
from sim.commands.usage import UsageError
from sim.scenario.translate import near
from sim.status import PASS

TRACES = ("perfetto", "shiviz", "mermaid", "jsonl", "parquet")
"""Formats of the whole trace; the others are of the history alone."""


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument(
        "run",
        metavar="RUN",
        help="a kept run, such as runs/raft-partition/7; a scenario (for the trace); or a file of a history",
    )
    histories = "; ".join(f"{name}: {one.says}" for name, one in FORMATS.items())
    parser.add_argument(
        "--to",
        "--format",
        dest="to",
        required=True,
        metavar="FORMAT",
        help=f"of the trace: {', '.join(TRACES)}; of the history: {histories}",
    )
    parser.add_argument("--key", help="of the history only the operations on this key")
    parser.add_argument("--seed", type=common.seed_of, help="of a scenario; default: its own")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="such as network.loss=1%%")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: standard output)")


def execute(arguments: argparse.Namespace) -> int:
    """Read, turn, write."""
    data = _trace(arguments) if arguments.to in TRACES else _history(arguments)
    if arguments.output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return PASS
    try:
        Path(arguments.output).write_bytes(data)
    except OSError as error:
        raise UsageError(f"{arguments.output}: {error.strerror}") from None
    print(common.written(Path(arguments.output), len(data), _use(arguments.to, arguments.output)))
    return PASS


def _use(name: str, file: str) -> str:
    """What to do with a file of this format."""
    uses = {
        "perfetto": "open it at https://ui.perfetto.dev",
        "shiviz": "load it at https://bestchai.bitbucket.io/shiviz",
        "mermaid": "paste it into an issue",
    }
    return uses.get(name, f"sim check {file} --spec ..." if name in FORMATS else "")


def _trace(arguments: argparse.Namespace) -> bytes:
    from reports.exports import EXPORTS
    from reports.exports.parquet import NoArrow
    from sim.commands.recorded import recorded

    if arguments.key is not None:
        raise UsageError(f"--key is for formats of the history; {arguments.to} shows the whole trace")
    recording = recorded(arguments.run, arguments.seed, tuple(arguments.set))
    try:
        return EXPORTS[arguments.to].write(recording)
    except NoArrow as error:
        raise UsageError(str(error)) from None


def _history(arguments: argparse.Namespace) -> bytes:
    """The history of a run, the faults as its nemesis."""
    known = (*TRACES, *FORMATS)
    if arguments.to not in known:
        raise UsageError(f"unknown format {arguments.to!r}{near(arguments.to, known)}")
    path = Path(arguments.run)
    file = path / "history.jsonl" if path.is_dir() else path
    try:
        imported = read_history(file)
        history = imported.history
        if arguments.key is not None:
            wanted = [op.op for op in history if str(op.key) != arguments.key]
            history = history.without(frozenset(wanted))
        return write_history(history, arguments.to, _faults(imported)).encode()
    except FormatError as error:
        raise UsageError(f"{file}: {error}", prefixed=False) from None


def _faults(imported: Imported) -> list[tuple[int, str, str]]:
    return [(one.time_ns, one.f, one.text) for one in imported.annotations]
