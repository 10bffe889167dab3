"""How environments are kept."""

import os
from dataclasses import dataclass, field


def _starts() -> int:
    return 2 * (os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSettings:
    """What environments may take. Times are in seconds, sizes in bytes.

    No more than `starts` environments on demand start at the same time, and as many provisioned
    ones. An environment goes when it was idle for `idle`. `init` is what the init phase may take,
    `shutdown` what a process has between SIGTERM and SIGKILL. `headroom` is what a process may use
    beyond its memory size: the limit counts what is reserved, 8 MB for each thread, not what is
    used.
    """

    starts: int = field(default_factory=_starts)
    idle: float = 300.0
    init: float = 10.0
    shutdown: float = 2.0
    headroom: int = 512 << 20
