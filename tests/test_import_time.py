"""`import eventmatch` is quick because it loads little: what is slow is loaded when it is used."""

import subprocess
import sys
from typing import Final

SLOW: Final = ["asyncio", "boto3", "croniter", "hypothesis", "jsonschema", "rich"]
SCRIPT: Final = "import sys, eventmatch; print(*sorted(set(sys.argv[1:]) & set(sys.modules)))"
# What only an extra brings.
EXTRAS: Final = ["awslambdaric", "boto3", "botocore", "hypothesis", "httptools", "httpx", "rich"]
WITHOUT: Final = (
    "import sys; sys.modules |= dict.fromkeys(sys.argv[1:]); import eventmatch.router.router"
)


def test_import_loads_nothing_slow() -> None:
    command = [sys.executable, "-c", SCRIPT, *SLOW]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "\n"


def test_a_router_needs_no_extra() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT, *EXTRAS], check=True)
