"""What the answer of a function says about its batch: every row of the table."""

from typing import Any

import pytest

from eventmatch.functions.model import Invoked
from eventmatch.jsontext import write_plain
from eventmatch.mappings.responses import failed_ids

IDS = ("a", "b", "c")
NOBODY: tuple[str, ...] = ()


def _failed(payload: bytes, error: str | None = None, *, reports: bool = True) -> list[str]:
    invoked = Invoked(200, "r", payload, error, "1")
    return sorted(failed_ids(invoked, IDS, reports_failures=reports))


def _listed(*identifiers: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": each} for each in identifiers]}


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        ("", NOBODY),
        ([], NOBODY),
        (None, NOBODY),
        ({}, NOBODY),
        ("done", NOBODY),
        (7, NOBODY),
        ({"other": 1}, NOBODY),
        ({"batchItemFailures": []}, NOBODY),
        ({"batchItemFailures": None}, NOBODY),
        (_listed("b"), ("b",)),
        (_listed("c", "a", "c"), ("a", "c")),
        (_listed(*IDS), IDS),
        (_listed(""), IDS),
        (_listed(None), IDS),
        (_listed(123), IDS),
        (_listed({"id": "a"}), IDS),
        (_listed("unknown"), IDS),
        (_listed("a", ""), IDS),
        (_listed("a", "unknown"), IDS),
        ({"batchItemFailures": [{"foo": 123}]}, IDS),
        ({"batchItemFailures": [{"foo": "notvalid"}]}, IDS),
        ({"batchItemFailures": [{"itemIdentifier": "a"}, {}]}, IDS),
        ({"batchItemFailures": ["a"]}, IDS),
        ({"batchItemFailures": {"itemIdentifier": "a"}}, IDS),
        ({"batchItemFailures": "a"}, IDS),
        ({"batchItemFailures": ""}, IDS),
        ({"batchItemFailures": {}}, IDS),
        ({"batchItemFailures": False}, IDS),
        ({"batchItemFailures": 0}, IDS),
    ],
)
def test_answer(answer: Any, failed: tuple[str, ...]) -> None:
    assert _failed(write_plain(answer)) == list(failed)


def test_an_answer_that_is_no_json_is_a_success() -> None:
    assert _failed(b"done") == []


def test_no_answer_is_a_success() -> None:
    assert _failed(b"") == []


def test_an_error_fails_all() -> None:
    assert _failed(write_plain(_listed("a")), "Unhandled") == list(IDS)
    assert _failed(b"null", "Unhandled", reports=False) == list(IDS)


def test_failures_are_only_read_where_they_are_reported() -> None:
    assert _failed(write_plain(_listed("a")), reports=False) == []
