"""`sim schema`: the JSON Schema of scenario files, or of what `--json` prints, made from the classes that hold them."""

import argparse

from sim import status


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--output", action="store_true", help="that of what the commands print with --json")
    parser.epilog = "Name it in a scenario's first line: # yaml-language-server: $schema=schema.json"


def execute(arguments: argparse.Namespace) -> int:
    """Print it."""
    if arguments.output:
        from sim.commands.output import schema_text as output_schema_text

        print(output_schema_text(), end="")
        return status.PASS
    from sim.scenario.jsonschema import schema_text

    print(schema_text(), end="")
    return status.PASS
