"""A router as a configuration says, for as long as a command lasts."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

from eventmatch.cli.inputs import STDIN, NotText, UsageError, display_name, read_text
from eventmatch.errors import ConfigurationError, NotFound, ServiceError, StoreError
from eventmatch.functions.errors import LambdaError, sentence
from eventmatch.router.arrangement import arrange, router_of
from eventmatch.router.configuration import Configuration
from eventmatch.router.router import Router

_LIBRARY_LOG: Final = "eventmatch"


@asynccontextmanager
async def opened_router(
    path: str, *, needs_store: bool = False, **options: Any
) -> AsyncIterator[Router]:
    """Open the router of a configuration file, and give it all that the file names.

    It delivers nothing before it is started. `needs_store` refuses one that keeps everything in
    memory; `options` are arguments of `Router`. Raises `UsageError` for what is wrong with the file
    or the store.
    """
    with complaints(path):
        configuration = read_configuration(path)
        if needs_store and "store" not in configuration.members:
            raise ConfigurationError("", 'it names no "store", so that no run leaves anything')
        router = router_of(configuration, **options)
        try:
            await router.open()
            await arrange(router, configuration)
            yield router
        finally:
            await router.stop()


def read_configuration(path: str) -> Configuration:
    """Return what a file says; raises `UsageError` or `ConfigurationError`."""
    try:
        text = read_text(path)
    except NotText as error:
        raise ConfigurationError("", str(error)) from error
    return Configuration.parse(text, Path() if path == STDIN else Path(path).parent)


@contextmanager
def complaints(path: str) -> Iterator[None]:
    """Turn what is wrong with a configuration, its store or a name into one line."""
    try:
        yield
    except ConfigurationError as error:
        raise UsageError(_line(f"{display_name(path)}: {error}")) from error
    except LambdaError as error:
        raise UsageError(_line(sentence(error))) from error
    except ServiceError as error:
        raise UsageError(_line(error.message)) from error
    except NotFound as error:
        raise UsageError(f'no {error.kind} is named "{error.name}"') from error
    except StoreError as error:
        raise UsageError(str(error)) from error


def _line(text: str) -> str:
    return " ".join(text.split())


@contextmanager
def logging_on(stream: Any, *, is_verbose: bool) -> Iterator[None]:
    """Send what the library logs to a stream, or nowhere: results and dead letters tell of it."""
    log = logging.getLogger(_LIBRARY_LOG)
    handler = logging.StreamHandler(stream) if is_verbose else logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    before, level = log.propagate, log.level
    log.addHandler(handler)
    if is_verbose:
        # Who asks for it is told what targets say, too.
        log.setLevel(logging.DEBUG)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        log.propagate = before
