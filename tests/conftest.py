"""What all tests share."""

import importlib
import os
import shutil

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


@pytest.fixture(params=["python", "native"], scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn: every table runs on all of them."""
    if request.param == "native":
        require_native()
    return str(request.param)


@pytest.fixture(scope="session")
def native() -> None:
    """For tests of the native engine alone."""
    require_native()


def require_native() -> None:
    """Skip where the native engine cannot be; where it could have been built, it must be there."""
    try:
        importlib.import_module("eventmatch._native")
    except ImportError as error:
        if shutil.which("cargo") is None:
            pytest.skip("no native engine, because there is no Rust toolchain")
        pytest.fail(f"no native engine, though cargo is there; build it with pip: {error}")
