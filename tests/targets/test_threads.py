"""Threads that a function may keep."""

import subprocess
import sys
import threading
from concurrent.futures import wait

import pytest

from eventmatch.targets.threads import DaemonThreads


def test_calls_are_answered_and_errors_too() -> None:
    threads = DaemonThreads(2)
    assert threads.submit(divmod, 7, 2).result(5) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(divmod, 1, 0).result(5)
    assert list(threads.map(str, range(100))) == [str(number) for number in range(100)]
    threads.shutdown()


def test_no_more_calls_run_at_once_than_there_are_threads() -> None:
    threads, gate, lock = DaemonThreads(3), threading.Event(), threading.Lock()
    running, most = 0, 0

    def call() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait(5)
        with lock:
            running -= 1

    calls = [threads.submit(call) for _ in range(10)]
    gate.set()
    assert not wait(calls, 5).not_done
    assert 1 <= most <= 3
    threads.shutdown()


def test_what_has_not_begun_can_be_given_up() -> None:
    threads, gate, called = DaemonThreads(1), threading.Event(), threading.Event()
    first = threads.submit(gate.wait, 5)
    second = threads.submit(called.set)
    assert second.cancel()
    gate.set()
    assert first.result(5)
    assert threads.submit(called.is_set).result(5) is False
    threads.shutdown()


def test_nothing_is_taken_behind_the_end() -> None:
    threads = DaemonThreads(1)
    threads.shutdown()
    with pytest.raises(RuntimeError):
        threads.submit(int)


def test_a_function_that_hangs_does_not_keep_the_process() -> None:
    program = (
        "import threading; from eventmatch.targets.threads import DaemonThreads; "
        "DaemonThreads(1).submit(threading.Event().wait)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=20)
