"""The arguments by which several commands choose a pattern or rules."""

import argparse

from eventmatch.cli.inputs import UsageError, text_or_file
from eventmatch.cli.rules import Rule, rules_of_text, usable_rules, valid
from eventmatch.pattern import DIALECTS


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Declare `--pattern`, `--rules` and `--rule`."""
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--pattern", metavar="TEXT|FILE", help="an event pattern, or its file")
    group.add_argument(
        "--rules", action="append", metavar="PATH", help="rule files or folders; may be repeated"
    )
    parser.add_argument("--rule", metavar="NAME", help="only the rule of this name")
    add_dialect(parser)


def add_dialect(parser: argparse.ArgumentParser) -> None:
    """Declare `--dialect`."""
    parser.add_argument(
        "--dialect",
        choices=DIALECTS,
        default="eventbridge",
        help="the service whose subset of the language counts",
    )


def chosen_rules(args: argparse.Namespace) -> list[Rule]:
    """Return the valid rules that the arguments name."""
    if args.pattern is not None:
        file, text = text_or_file(args.pattern)
        return valid(rules_of_text(file, text, "pattern"), args.dialect)
    rules = usable_rules(args.rules, args.dialect)
    return rules if args.rule is None else named(rules, args.rule)


def named(rules: list[Rule], name: str) -> list[Rule]:
    """Return the rules of a name; raises `UsageError` if there is none."""
    found = [rule for rule in rules if rule.name == name]
    if not found:
        raise UsageError(f'no rule is named "{name}"')
    return found
