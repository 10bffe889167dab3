"""`eventmatch library`: the patterns of real services that come with the package."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import eventmatch
from eventmatch.cli import showcase
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.report import write, write_json
from eventmatch.cli.rules import Rule, load_rules
from eventmatch.cli.terminal import cut, width
from eventmatch.cli.wording import count

SUMMARY: Final = "list, show or run the patterns that come with eventmatch"
EXAMPLE: Final = """\
NAME is a rule or a service; part of a service's name will do.

example:
  eventmatch library show ec2-instance-stopped-or-terminated
  eventmatch library run"""

_FORMATS: Final = ("pretty", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in {
        "list": "list all rules by service",
        "show": "show the pattern and sample events of a rule or service",
        "run": "match all sample events against all rules",
    }.items():
        action = actions.add_parser(name, help=text, description=f"{text.capitalize()}.")
        if name == "show":
            action.add_argument("name", metavar="NAME", help="a rule or a service")
        if name != "run":
            action.add_argument(
                "--format", choices=_FORMATS, default="pretty", help="default: pretty"
            )


def run(args: argparse.Namespace) -> int:
    """Do what the action says."""
    return _ACTIONS[args.action](args)


def library_rules() -> list[Rule]:
    """Return all rules of the library, ordered by service."""
    package = Path(eventmatch.__file__).parent
    for folder in (package / "_library", package.parent / "patterns" / "library"):
        if any(folder.glob("*.json")):
            rules = load_rules([str(folder)])
            return sorted(rules, key=lambda rule: rule.service.casefold())
    raise UsageError("the pattern library is not installed")


def _list(args: argparse.Namespace) -> int:
    rules = library_rules()
    if args.format == "json":
        write_json([_facts(rule) for rule in rules])
        return 0
    name_width = max(len(rule.name) for rule in rules)
    service = ""
    for rule in rules:
        if rule.service != service:
            service = rule.service
            write(service)
        write(cut(f"  {rule.name:<{name_width}}  {rule.description}", max(width(), name_width + 2)))
    services = len({rule.service for rule in rules})
    write(f"\n{count(len(rules), 'rule')} of {count(services, 'service')}")
    return 0


def _facts(rule: Rule) -> dict[str, Any]:
    return {"service": rule.service, "name": rule.name, "description": rule.description}


def _show(args: argparse.Namespace) -> int:
    found = _named(args.name)
    if args.format == "json":
        write_json([_whole(rule) for rule in found])
        return 0
    for number, rule in enumerate(found):
        if number:
            write()
        _show_rule(rule)
    return 0


def _named(name: str) -> list[Rule]:
    rules, lower = library_rules(), name.casefold()
    exact = [rule for rule in rules if lower in (rule.name.casefold(), rule.service.casefold())]
    found = exact or [rule for rule in rules if lower in rule.service.casefold()]
    if not found:
        raise UsageError(f'the library has no rule or service "{name}" (see "library list")')
    return found


def _whole(rule: Rule) -> dict[str, Any]:
    matching = [json.loads(sample.event) for sample in rule.samples if sample.matches]
    misses = [
        {"why": sample.why, "event": json.loads(sample.event)}
        for sample in rule.samples
        if not sample.matches
    ]
    pattern = json.loads(rule.pattern)
    return _facts(rule) | {"pattern": pattern, "matching": matching, "near_misses": misses}


def _show_rule(rule: Rule) -> None:
    write(f"{rule.name} ({rule.service})")
    write(f"{rule.description}\n\npattern:")
    _show_json(rule.pattern)
    for sample in rule.samples:
        write("\nmatches:" if sample.matches else f"\ndoes not match: {sample.why}")
        _show_json(sample.event)


def _show_json(text: str) -> None:
    write(json.dumps(json.loads(text), indent=2, ensure_ascii=False))


_ACTIONS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "list": _list,
    "show": _show,
    "run": lambda _: showcase.run(library_rules()),
}
