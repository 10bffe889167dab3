"""Which targets a rule may have, and how a lane tells of one. Meaning: reference §2.5, §3.4."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from eventmatch.bus import refusals
from eventmatch.bus.arn import Arn
from eventmatch.bus.model import Rule, Target
from eventmatch.bus.payload import compile_payload
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.shapes import INPUTS
from eventmatch.jsontext import read_plain, write_plain

_BUS: Final = "event-bus/"


def with_targets(rule: Rule, targets: Iterable[Target], quotas: Quotas) -> Rule:
    """Return the rule with targets added, or replaced where it has one of the same id.

    Raises `ServiceError` for a target that no rule may have, or for too many.
    """
    by_id = {target.id: target for target in rule.targets}
    for target in targets:
        check_target(rule, target)
        by_id[target.id] = target
    if len(by_id) > max(quotas.targets_per_rule, len(rule.targets)):
        raise refusals.limit_exceeded()
    return replace(rule, targets=tuple(by_id[each] for each in sorted(by_id)))


def without_targets(rule: Rule, ids: Collection[str]) -> Rule:
    """Return the rule without the targets of these ids; those it does not have are passed over."""
    return replace(rule, targets=tuple(each for each in rule.targets if each.id not in ids))


def check_target(rule: Rule, target: Target) -> None:
    """Raise `ServiceError` for a target that no rule may have."""
    arn = Arn.parse(target.arn)
    if arn is None:
        raise refusals.bad_arn(target.arn)
    is_fifo = arn.service == "sqs" and arn.resource.endswith(".fifo")
    if is_fifo and "SqsParameters" not in target.members:
        raise refusals.no_fifo_parameters(target.id)
    if arn.service == "events" and arn.resource.startswith(_BUS):
        _check_bus(rule, target)
    compile_payload(target.members, rule_name=rule.name, rule_arn=rule.arn)


def _check_bus(rule: Rule, target: Target) -> None:
    """Raise `ServiceError` for a bus that would get anything but the event, or gets it already."""
    if not INPUTS.members.keys().isdisjoint(target.members):
        raise refusals.bus_with_input(target.id)
    here = Arn.parse(rule.arn)
    if here is not None and target.arn == str(here._replace(resource=_BUS + rule.bus)):
        raise refusals.own_bus(target.id)


class Described(NamedTuple):
    """What the description of a lane tells: a target, and the rule whose it is."""

    bus: str
    rule: str
    rule_arn: str
    target: Target


def describe(rule: Rule, target: Target) -> bytes:
    """Return the description of a target's lane, the same for the same target of a rule.

    A target that is replaced by another gets another lane; what is on its way to the old one
    still goes there.
    """
    return write_plain(
        {
            "bus": rule.bus,
            "rule": rule.name,
            "rule_arn": rule.arn,
            "target": target.members,
        }
    )


def undescribe(description: bytes) -> Described:
    """Return what `describe` told; raises ValueError, TypeError or KeyError for anything else."""
    told = read_plain(description)
    return Described(told["bus"], told["rule"], told["rule_arn"], Target.of(told["target"]))
