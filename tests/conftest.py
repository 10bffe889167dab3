"""What all tests share."""

import os

import pytest
from hypothesis import HealthCheck, settings

# No property may fail because a machine is slow; in CI the examples are the same in every run.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


@pytest.fixture(params=["python"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn: every table runs on all of them."""
    return str(request.param)
