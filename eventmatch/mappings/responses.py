"""What the answer of a function says about the records of its batch. Pure.

Meaning: service reference §6.5, ReportBatchItemFailures.

| answer                                                              | failed       |
|---------------------------------------------------------------------|--------------|
| an error                                                            | all          |
| `""`, `[]`, `null`, `{}`, and whatever is no object                 | none         |
| `batchItemFailures` absent, `null` or `[]`                          | none         |
| `batchItemFailures` that is no list                                 | all          |
| an entry without `itemIdentifier`, or with one not of the batch     | all          |
| otherwise                                                           | those listed |
"""

from collections.abc import Collection
from typing import Any

from eventmatch.functions.model import Invoked
from eventmatch.jsontext import read_plain


def failed_ids(
    invoked: Invoked, ids: Collection[str], *, reports_failures: bool
) -> Collection[str]:
    """Return the ids of the records that failed, of those of the batch."""
    if invoked.error is not None:
        return ids
    if not reports_failures:
        return ()
    entries = _entries(invoked.payload)
    if not isinstance(entries, list):
        return ids
    listed = [entry.get("itemIdentifier") if isinstance(entry, dict) else None for entry in entries]
    failed = {each for each in listed if isinstance(each, str)}
    is_sound = len(listed) == sum(isinstance(each, str) for each in listed)
    return failed if is_sound and failed <= set(ids) else ids


def _entries(payload: bytes) -> Any:
    try:
        answer = read_plain(payload) if payload else None
    except ValueError:
        return []
    entries = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    return [] if entries is None else entries
