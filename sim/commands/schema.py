"""`sim schema`: the JSON Schema of scenario files, made from the classes that check them."""

import argparse

from sim import status
from sim.scenario.jsonschema import schema_text


def options(parser: argparse.ArgumentParser) -> None:
    """There are none."""
    parser.epilog = "Name it in a scenario's first line: # yaml-language-server: $schema=schema.json"


def execute(arguments: argparse.Namespace) -> int:  # noqa: ARG001
    """Print it."""
    print(schema_text(), end="")
    return status.PASS
