"""The command line in a folder of its own."""

import io
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from eventmatch.cli.main import main
from tests.cli.command import Cli, Outcome


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*argv: str, stdin: str | bytes | BinaryIO = "") -> Outcome:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        stream = io.BytesIO(data) if isinstance(data, bytes) else data
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        status = main(argv)
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return run
