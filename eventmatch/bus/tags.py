"""The tags of a bus or rule. Meaning: reference §2.6."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from eventmatch.bus import refusals
from eventmatch.bus.model import Tags
from eventmatch.bus.quotas import Quotas


def read_tags(members: Sequence[Mapping[str, Any]]) -> Tags:
    """Return the tags of a list with Key and Value; raises `ServiceError` for a key twice."""
    tags = {member["Key"]: member["Value"] for member in members}
    if len(tags) < len(members):
        raise refusals.duplicate_tags()
    return tags


def with_tags(old: Tags, new: Tags, quotas: Quotas) -> Tags:
    """Return all of the tags; a key that was there keeps its place and gets the new value.

    Raises `ServiceError` for too many.
    """
    tags = {**old, **new}
    if len(tags) > max(quotas.tags_per_resource, len(old)):
        raise refusals.too_many_tags(quotas.tags_per_resource)
    return tags


def without_tags(old: Tags, keys: Collection[str]) -> Tags:
    """Return the tags without these keys; those that are not there are passed over."""
    return {key: value for key, value in old.items() if key not in keys}
