"""The naive definition answers every conformance vector as the vector says."""

from typing import Final

import pytest

from tests.naive import naive_matches
from tests.vectors import Case, Vector, cases

TOO_DEEP_TO_RECURSE: Final = 500
VERDICTS: Final = [
    pytest.param(vector, case, id=name)
    for name, vector, case in cases()
    if vector.is_valid and case.matches is not None
    if case.event.count("[") + case.event.count("{") < TOO_DEEP_TO_RECURSE
]


@pytest.mark.parametrize(("vector", "case"), VERDICTS)
def test_verdict(vector: Vector, case: Case) -> None:
    assert naive_matches(vector.pattern, case.event) is case.matches
