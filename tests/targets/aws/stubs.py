"""Clients that answer what a test tells them to, checked against the models of the services."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.config import Config
from botocore.stub import Stubber

from tests.targets.cloud import session

REQUEST: Final = "a1b2"
METADATA: Final = {"ResponseMetadata": {"RequestId": REQUEST, "HTTPStatusCode": 200}}


class Stub:
    """One client that stands in for all."""

    def __init__(self, service: str) -> None:
        self.client = session().client(service, config=Config(retries={"total_max_attempts": 1}))
        self.stubber = Stubber(self.client)

    def __call__(self, _service: str, _region: str) -> Any:
        return self.client

    def answer(
        self, method: str, response: Mapping[str, Any], expected: Mapping[str, Any] | None = None
    ) -> None:
        self.stubber.add_response(method, {**response, **METADATA}, expected)

    def refuse(self, method: str, code: str, message: str = "No.", status: int = 400) -> None:
        metadata = {"RequestId": REQUEST}
        self.stubber.add_client_error(method, code, message, status, response_meta=metadata)


@contextmanager
def stub(service: str) -> Iterator[Stub]:
    """Give a stub, and see that all its answers were asked for."""
    one = Stub(service)
    with one.stubber:
        yield one
        one.stubber.assert_no_pending_responses()
    one.client.close()
