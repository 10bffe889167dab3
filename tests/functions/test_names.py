"""A function is named by its name, partial ARN or ARN, each perhaps with a qualifier."""

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.names import Reference, function_arn, reference
from tests.functions.planes import FUNCTION, PLACE


@pytest.mark.parametrize(
    ("text", "qualifier", "expected"),
    [
        ("f", None, Reference("f", None)),
        ("f:1", None, Reference("f", "1")),
        ("f:$LATEST", None, Reference("f", "$LATEST")),
        ("f", "live", Reference("f", "live")),
        ("f:live", "live", Reference("f", "live")),
        ("function:f", None, Reference("f", None)),
        ("123456789012:function:f", None, Reference("f", None)),
        ("123456789012:function:f:7", None, Reference("f", "7")),
        ("123456789012:f", None, Reference("f", None)),
        (f"{FUNCTION}:f", None, Reference("f", None)),
        (f"{FUNCTION}:f:live", None, Reference("f", "live")),
        (f"{FUNCTION}:function", None, Reference("function", None)),
    ],
)
def test_what_a_reference_means(text: str, qualifier: str | None, expected: Reference) -> None:
    assert reference(PLACE, text, qualifier) == expected


def test_the_target_of_no_qualifier_is_latest() -> None:
    assert reference(PLACE, "f").target == "$LATEST"
    assert reference(PLACE, "f:2").target == "2"


@pytest.mark.parametrize(
    ("text", "qualifier", "code"),
    [
        ("", None, LambdaCode.VALIDATION),
        ("a b", None, LambdaCode.VALIDATION),
        ("f:", None, LambdaCode.VALIDATION),
        ("f" * 171, None, LambdaCode.VALIDATION),
        ("f", "a b", LambdaCode.VALIDATION),
        ("f:1", "2", LambdaCode.INVALID_PARAMETER_VALUE),
        ("999999999999:function:f", None, LambdaCode.RESOURCE_NOT_FOUND),
        ("arn:aws:lambda:eu-west-1:123456789012:function:f", None, LambdaCode.RESOURCE_NOT_FOUND),
        (
            "arn:aws-cn:lambda:us-east-1:123456789012:function:f",
            None,
            LambdaCode.RESOURCE_NOT_FOUND,
        ),
        ("arn:aws:sqs:us-east-1:123456789012:f", None, LambdaCode.VALIDATION),
    ],
)
def test_what_names_no_function(text: str, qualifier: str | None, code: LambdaCode) -> None:
    with pytest.raises(LambdaError) as refused:
        reference(PLACE, text, qualifier)
    assert refused.value.code is code


def test_an_arn_is_built_with_and_without_a_qualifier() -> None:
    assert function_arn(PLACE, "f") == f"{FUNCTION}:f"
    assert function_arn(PLACE, "f", "1") == f"{FUNCTION}:f:1"
