"""`sim new NAME`: write a model of your own and a scenario for it, which run."""

import argparse
import keyword
from pathlib import Path

from sim import status
from sim.commands.templates import MODEL_TEMPLATE, SCENARIO_TEMPLATE
from sim.commands.usage import UsageError


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument(
        "name", metavar="NAME", help="such as my_protocol; it becomes my_protocol.py and my_protocol.yaml"
    )
    parser.add_argument("--folder", default=".", metavar="DIR", help="where to write (default: here)")


def execute(arguments: argparse.Namespace) -> int:
    """Write both files; refuses to replace one that is there."""
    name = arguments.name
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"{name!r} cannot name a Python module; expected a word such as my_protocol")
    folder = Path(arguments.folder)
    texts = {folder / f"{name}.py": MODEL_TEMPLATE, folder / f"{name}.yaml": SCENARIO_TEMPLATE}
    for path in texts:
        if path.exists():
            raise UsageError(f"{path} is there already")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            path.write_text(text.replace("NAME", name), "utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None
    for path in texts:
        print(f"{path}  {path.stat().st_size:,} bytes")
    print(f"  Run it  sim run {folder / f'{name}.yaml'}")
    return status.PASS
