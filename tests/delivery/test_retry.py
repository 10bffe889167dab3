"""What follows an attempt."""

from random import Random

import pytest

from eventmatch.delivery.model import ErrorCode, Outcome, RetryPolicy
from eventmatch.delivery.retry import LONGEST_DELAY, Again, Dead, Step, backoff, next_step

FAILED = Outcome(ErrorCode.CONNECTION_FAILURE, "refused")
RETRYABLE = {
    "CONNECTION_FAILURE",
    "CROSS_ACCOUNT_INGESTION_FAILED",
    "CROSS_REGION_INGESTION_FAILED",
    "EVENTS_IN_BATCH_REQUEST_REJECTED",
    "INTERNAL_ERROR",
    "RESOURCE_LIMIT_EXCEEDED",
    "RESOURCE_MODIFICATION_COLLISION",
    "SDK_CLIENT_ERROR",
    "THROTTLING",
    "TIMEOUT",
}


def step(
    outcome: Outcome,
    attempts: int = 1,
    *,
    retries: int = 185,
    age: int = 86_400,
    passed: float = 0.0,
) -> Step:
    policy = RetryPolicy(retries, age)
    return next_step(outcome, attempts, 1000.0, policy, 1000.0 + passed, Random(1))


@pytest.mark.parametrize("code", ErrorCode)
def test_the_code_tells_whether_another_attempt_helps(code: ErrorCode) -> None:
    after = step(Outcome(code))
    assert isinstance(after, Again) if code in RETRYABLE else after == Dead(None)


def test_an_adapter_may_know_better_than_its_code() -> None:
    assert step(Outcome(ErrorCode.TIMEOUT, retryable=False)) == Dead(None)
    assert isinstance(step(Outcome(ErrorCode.ERROR_FROM_TARGET, retryable=True)), Again)


@pytest.mark.parametrize("retries", [0, 1, 185])
def test_so_many_retries_come_behind_the_first_attempt(retries: int) -> None:
    if retries:
        assert isinstance(step(FAILED, retries, retries=retries), Again)
    assert step(FAILED, retries + 1, retries=retries) == Dead("MaximumRetryAttempts")


def test_the_last_attempt_comes_when_the_time_runs_out() -> None:
    last = step(FAILED, 30, age=60, passed=59.9)
    assert isinstance(last, Again)
    assert 1059.9 <= last.due <= 1060.0
    assert step(FAILED, 30, age=60, passed=60.0) == Dead("MaximumEventAgeInSeconds")


def test_a_target_is_left_alone_for_as_long_as_it_asked() -> None:
    asked = Outcome(ErrorCode.THROTTLING, retry_after=50.0)
    assert step(asked) == Again(1050.0)
    assert step(asked, age=60, passed=20.0) == Dead("MaximumEventAgeInSeconds")


def test_the_back_off_doubles_up_to_a_bound_with_full_jitter() -> None:
    random = Random(7)
    for attempts, longest in [(1, 1), (2, 2), (5, 16), (10, 512), (11, 900), (185, 900)]:
        delays = [backoff(attempts, random) for _ in range(2000)]
        assert 0 <= min(delays) < 0.01 * longest
        assert 0.99 * longest < max(delays) <= longest <= LONGEST_DELAY
