"""The arguments by which several commands choose a pattern or rules."""

import argparse

from eventmatch.cli.inputs import UsageError, text_or_file
from eventmatch.cli.rules import Rule, rules_of_text, usable_rules, valid


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Declare `--pattern`, `--rules` and `--rule`."""
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--pattern", metavar="TEXT|FILE", help="an event pattern, or its file")
    group.add_argument(
        "--rules", action="append", metavar="PATH", help="rule files or folders; may be repeated"
    )
    parser.add_argument("--rule", metavar="NAME", help="only the rule of this name")


def chosen_rules(args: argparse.Namespace) -> list[Rule]:
    """Return the valid rules that the arguments name."""
    if args.pattern is not None:
        file, text = text_or_file(args.pattern)
        return valid(rules_of_text(file, text, "pattern"))
    rules = usable_rules(args.rules)
    return rules if args.rule is None else named(rules, args.rule)


def named(rules: list[Rule], name: str) -> list[Rule]:
    """Return the rules of a name; raises `UsageError` if there is none."""
    found = [rule for rule in rules if rule.name == name]
    if not found:
        raise UsageError(f'no rule is named "{name}"')
    return found
