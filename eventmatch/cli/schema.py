"""`eventmatch schema`: the JSON Schema of the language."""

import argparse
from typing import Final

from eventmatch.cli.choice import add_dialect
from eventmatch.cli.report import write_json
from eventmatch.pattern.schema import event_pattern_schema

SUMMARY: Final = "print the JSON Schema (draft 2020-12) of event patterns"
EXAMPLE: Final = """\
example:
  eventmatch schema > event-pattern.schema.json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_dialect(parser)


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    write_json(event_pattern_schema(args.dialect))
    return 0
