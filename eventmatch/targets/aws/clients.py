"""Clients of the real services, made once each when they are first needed."""

import threading
from collections.abc import Callable
from typing import Any, Final

from eventmatch.errors import ConfigurationError

ClientFactory = Callable[[str, str], Any]
"""Gives the boto3 client of a service in a region; called from any thread."""

CONNECT_TIMEOUT: Final = 5.0
READ_TIMEOUT: Final = 20.0
# Behind this, a call has ended by itself.
CALL_TIMEOUT: Final = CONNECT_TIMEOUT + READ_TIMEOUT + 5.0


class Clients:
    """Makes clients with the credentials that boto3 finds, or those of `session`.

    `endpoint_url` is where another service stands in for AWS. Retries are off, because deliveries
    have their own. Raises `ConfigurationError` where the extra `aws` is not installed. The clients
    are guarded by a lock.
    """

    def __init__(
        self, *, endpoint_url: str | None = None, session: Any = None, connections: int = 32
    ) -> None:
        self._session = session or _new_session()
        self._endpoint_url = endpoint_url
        self._config = _config(connections)
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def __call__(self, service: str, region: str) -> Any:
        """Return the client of a service in a region."""
        with self._lock:
            client = self._clients.get((service, region))
            if client is None:
                client = self._session.client(
                    service, region, endpoint_url=self._endpoint_url, config=self._config
                )
                self._clients[service, region] = client
            return client

    def close(self) -> None:
        """Close the connections of all clients; a client that is asked for later is a new one."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


def _new_session() -> Any:
    try:
        import boto3
    except ImportError as error:
        text = 'targets of AWS need boto3; install "eventmatch[aws]"'
        raise ConfigurationError("", text) from error
    return boto3.Session()


def _config(connections: int) -> Any:
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        max_pool_connections=connections,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )
