"""What functions write is kept, in files and in memory, up to a bound."""

import logging
from pathlib import Path

import pytest

from eventmatch.functions.logs import MOST_OPEN, LogFiles, LogLine, Logs, MemoryLogs
from eventmatch.testing.clock import VirtualClock

START = 1_767_323_045.0


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture(params=["memory", "files"])
def logs(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Logs:
    return MemoryLogs(clock) if request.param == "memory" else LogFiles(tmp_path / "logs", clock)


def texts(logs: Logs, function: str = "f") -> list[bytes]:
    return [line.text for line in logs.read(function)]


def test_lines_come_back_in_order_with_time_and_stream(logs: Logs) -> None:
    logs.write("f", "2026/01/02/[$LATEST]abc", [b"one", b"Zo\xc3\xab\t\xff", b""])
    logs.write("g", "s", [b"other"])
    logs.write("f", "t", [b"two"])
    assert logs.read("f") == [
        LogLine(START, "2026/01/02/[$LATEST]abc", b"one"),
        LogLine(START, "2026/01/02/[$LATEST]abc", b"Zo\xc3\xab\t\xff"),
        LogLine(START, "2026/01/02/[$LATEST]abc", b""),
        LogLine(START, "t", b"two"),
    ]
    assert logs.read("nobody") == []
    logs.close()


def test_files_outlive_the_process(tmp_path: Path, clock: VirtualClock) -> None:
    first = LogFiles(tmp_path / "logs", clock)
    first.write("f", "s", [b"one"])
    first.close()
    second = LogFiles(tmp_path / "logs", clock)
    second.write("f", "s", [b"two"])
    assert texts(LogFiles(tmp_path / "logs", clock)) == [b"one", b"two"]
    second.close()


def test_nothing_written_is_no_folder(tmp_path: Path, clock: VirtualClock) -> None:
    logs = LogFiles(tmp_path / "logs", clock)
    assert logs.read("f") == []
    logs.close()
    assert list(tmp_path.iterdir()) == []


def test_files_stay_below_twice_their_bound(tmp_path: Path, clock: VirtualClock) -> None:
    logs = LogFiles(tmp_path, clock, most_bytes=1000)
    for number in range(100):
        logs.write("f", "s", [b"line %d" % number])
    kept = texts(logs)
    assert kept == [b"line %d" % number for number in range(100 - len(kept), 100)]
    assert 20 < len(kept) < 60
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2000
    logs.write("f", "s", [b"x" * 5000])
    assert texts(logs)[-1] == b"x" * 5000
    logs.close()


def test_memory_keeps_the_last_lines(clock: VirtualClock) -> None:
    logs = MemoryLogs(clock, most_lines=2)
    logs.write("f", "s", [b"a", b"b", b"c"])
    assert texts(logs) == [b"b", b"c"]


def test_what_cannot_be_kept_is_told_once(
    tmp_path: Path, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "logs").write_text("no folder")
    logs = LogFiles(tmp_path / "logs", clock)
    with caplog.at_level(logging.WARNING):
        logs.write("f", "s", [b"a"])
        logs.write("f", "s", [b"b"])
    assert len(caplog.records) == 1
    assert "not kept" in caplog.text


def test_a_line_that_is_cut_short_is_left_out(tmp_path: Path, clock: VirtualClock) -> None:
    logs = LogFiles(tmp_path, clock)
    logs.write("f", "s", [b"whole"])
    with (tmp_path / "f.log").open("ab") as file:
        file.write(b"junk\nmore\tjunk\ttext\n2026-01-02T03:04:05.000Z\ts\tcut")
    assert texts(logs) == [b"whole"]
    logs.close()


def test_memory_has_room_for_so_many_bytes_of_a_function() -> None:
    logs = MemoryLogs(VirtualClock(), most_bytes=100)
    logs.write("f", "s", [b"x" * 60, b"y" * 30])
    logs.write("f", "s", [b"z" * 50])
    assert [line.text[:1] for line in logs.read("f")] == [b"y", b"z"]
    logs.write("f", "s", [b"long" * 100])
    assert logs.read("f") == []
    logs.write("f", "s", [b"a"])
    assert [line.text for line in logs.read("f")] == [b"a"]


def test_many_functions_share_a_few_open_files(tmp_path: Path) -> None:
    logs = LogFiles(tmp_path, VirtualClock())
    for turn in range(2):
        for number in range(2 * MOST_OPEN):
            logs.write(f"f{number}", "s", [b"%d" % turn])
            assert len(logs._files) <= MOST_OPEN
    assert all(len(logs.read(f"f{number}")) == 2 for number in range(2 * MOST_OPEN))
    logs.close()
