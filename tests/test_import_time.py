"""`import eventmatch` is quick because it loads little: what is slow is loaded when it is used."""

import subprocess
import sys
from typing import Final

SLOW: Final = ["asyncio", "boto3", "croniter", "hypothesis", "jsonschema", "rich"]
SCRIPT: Final = "import sys, eventmatch; print(*sorted(set(sys.argv[1:]) & set(sys.modules)))"


def test_import_loads_nothing_slow() -> None:
    command = [sys.executable, "-c", SCRIPT, *SLOW]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "\n"
