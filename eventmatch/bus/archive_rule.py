"""The managed rule that fills an archive, as any other rule fills a queue.

Meaning: service reference §5. The rule matches nothing that was replayed, so that nothing is
archived twice. Its target tells in its transformer which archive it is, as AWS's does; what is
kept is the event itself.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from eventmatch.bus import refusals
from eventmatch.bus.archive_model import Archive
from eventmatch.bus.arn import Place
from eventmatch.bus.model import Rule, Target
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.rules import parsed
from eventmatch.jsontext import read_merged, to_compact

MANAGER: Final = "prod.vhs.events.aws.internal"

_TEMPLATE: Final = (
    '{"archive-arn": "%s:%s", "event": <aws.events.event.json>, '
    '"ingestion-time": <aws.events.event.ingestion-time>}'
)
_KEY: Final = re.compile(r'"archive-arn": "[^"]*:archive/([^"]+)"')


def archive_rule(archive: Archive, place: Place) -> Rule:
    """Return the rule that fills an archive, whose pattern is valid."""
    return Rule(
        name=archive.rule_name,
        bus=archive.bus,
        arn=place.rule(archive.bus, archive.rule_name),
        created_by=place.account,
        event_pattern=_pattern(archive.event_pattern),
        managed_by=MANAGER,
        targets=(_target(archive, place),),
    )


def fills(rule: Rule | None, archive: Archive) -> bool:
    """Tell whether a rule fills an archive."""
    if rule is None or not rule.is_enabled or rule.managed_by != MANAGER:
        return False
    return any(archive_key(target.members) == archive.key for target in rule.targets)


def archive_key(members: Mapping[str, Any]) -> str | None:
    """Return the key of the archive that is the target with these members; None if none is."""
    found = _KEY.search(members.get("InputTransformer", {}).get("InputTemplate", ""))
    return found and found[1]


def check_archive_pattern(pattern: str | None, quotas: Quotas) -> None:
    """Raise `ServiceError` for a text that no archive may have as its pattern."""
    if pattern is not None:
        if len(pattern) > quotas.pattern_characters:
            raise refusals.limit_exceeded()
        parsed(pattern)


def _pattern(pattern: str | None) -> str:
    """Return the pattern with the clause that leaves out what was replayed."""
    members = {} if pattern is None else read_merged(pattern)
    return to_compact({**members, "replay-name": [{"exists": False}]}).decode()


def _target(archive: Archive, place: Place) -> Target:
    template = _TEMPLATE % (archive.arn, archive.id)
    return Target.of(
        {
            "Id": archive.rule_name,
            "Arn": place.archives,
            "InputTransformer": {"InputPathsMap": {}, "InputTemplate": template},
        }
    )
