from collections.abc import Iterator

import pytest

from tests.targets.cloud import Cloud, moto_server


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    with moto_server() as url:
        cloud = Cloud(url)
        yield cloud
        cloud.clients.close()
