"""How failures are logged: what an error says may quote an event, and is for those who debug."""

import logging


def log_failure(
    log: logging.Logger, what: str, error: BaseException, level: int = logging.ERROR
) -> None:
    """Log what failed and the type of the error; its text and traceback at DEBUG alone."""
    log.log(level, "%s: %s", what, type(error).__name__)
    log.debug("%s", what, exc_info=error)
