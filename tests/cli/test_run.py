"""`eventmatch run`: events in, targets out, and what is told of it."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from eventmatch.cli import feeding
from eventmatch.cli import running as running_
from eventmatch.cli.entries import Entry
from eventmatch.cli.feeding import Feed
from eventmatch.cli.running import Ending, Running
from eventmatch.errors import StoreCode, StoreError
from eventmatch.observers.tally import Tally
from eventmatch.router.router import Router
from eventmatch.store.sqlite.lock import FileLock
from eventmatch.testing.clock import VirtualClock
from tests.cli.command import Cli, Outcome, file, module, ndjson

ENTRY: Final = {"Source": "shop", "DetailType": "order", "Detail": {"total": 12}}
WHOLE: Final = {"source": "aws.ec2", "detail-type": "state", "detail": {"state": "stopped"}}
KEEPING: Final = """
import json
def keep(event):
    with open("got.ndjson", "a") as got:
        got.write(json.dumps(event) + "\\n")
def fail(event):
    raise ConnectionError("down")
"""


def config(*targets: dict[str, Any], functions: str = KEEPING, **members: Any) -> str:
    """Write a configuration with one rule, which matches everything."""
    name = module(functions)
    defined = [line[4 : line.index("(")] for line in functions.splitlines() if line[:4] == "def "]
    rule = {
        "Name": "all",
        "EventPattern": {"source": [{"exists": True}]},
        "Targets": list(targets) or [{"Id": "keep", "Function": "keep"}],
    }
    named = {each: f"{name}:{each}" for each in defined}
    return file("router.json", {"functions": named, "rules": [rule], **members})


def got() -> list[str]:
    path = Path("got.ndjson")
    return path.read_text().splitlines() if path.exists() else []


def failing(**members: Any) -> dict[str, Any]:
    return {"Id": "fail", "Function": "fail", "RetryPolicy": {"MaximumRetryAttempts": 0}, **members}


# Events


def test_entries_and_whole_events_reach_their_target(cli: Cli) -> None:
    outcome = cli("run", config(), stdin=ndjson(ENTRY, {**ENTRY, "Detail": '{"n":1}'}, WHOLE))
    assert outcome.status == 0
    assert len(got()) == 3
    lines = outcome.out.splitlines()
    assert lines[0].startswith("3 events: 3 accepted, 0 refused, 3 matched; ")
    assert lines[1] == "3 deliveries made, 0 retried, 0 dead letters, 0 left waiting"
    assert lines[3].split() == ["delivered", "dead", "waiting", "rule/target"]
    assert lines[4].split() == ["3", "0", "0", "all/keep"]


def test_a_whole_event_keeps_what_it_has(cli: Cli) -> None:
    whole = {**WHOLE, "id": "one", "account": "210987654321", "time": "2020-01-02T03:04:05Z"}
    cli("run", config({"Id": "queue", "Queue": "kept"}, queues={"kept": {}}, store="a.db"))
    cli("run", config(), stdin=ndjson({**whole, "region": "eu-west-1"}))
    (event,) = got()
    for words in ('"one"', '"210987654321"', '"2020-01-02T03:04:05Z"', '"eu-west-1"'):
        assert words in event


def test_numbers_keep_their_digits(cli: Cli) -> None:
    target = {"Id": "log", "Log": "stdout/payload"}
    text = '{"Source": "shop", "DetailType": "order", "Detail": {"total": 12.50, "n": 1e400}}\n'
    outcome = cli("run", config(target), stdin=text + text.replace("12.50", "1.0"))
    assert '"detail":{"total":12.50,"n":1e400}' in outcome.out


def test_a_time_beside_such_numbers_is_a_number(cli: Cli) -> None:
    text = '{"Source": "s", "DetailType": "d", "Detail": {"n": 1.50}, "Time": 86400.00}'
    outcome = cli("run", config(), stdin=text)
    assert outcome.status == 0, outcome.err
    assert '"1970-01-02T00:00:00Z"' in got()[0]


def test_files_and_documents_are_read(cli: Cli) -> None:
    lines, document = file("a.ndjson", ndjson(ENTRY, ENTRY)), file("b.json", [ENTRY, WHOLE])
    outcome = cli("run", config(), lines, document, "--format", "json")
    assert outcome.json["events"] == len(got()) == 4


def test_refused_events_are_told_with_their_line_and_the_others_go_on(cli: Cli) -> None:
    events = file(
        "events.ndjson",
        ndjson(ENTRY, {**ENTRY, "Detail": "{"}, {**ENTRY, "Source": "aws.ec2"})
        + '{"Source": "shop"\n[1]\n'
        + ndjson({**ENTRY, "Source": None}, ENTRY),
    )
    outcome = cli("run", config(), events, "--format", "json")
    assert outcome.status == 1
    assert outcome.err.splitlines() == [
        "events.ndjson:2: error[MalformedDetail]: Detail is malformed.",
        "events.ndjson:3: error[NotAuthorizedForSourceException]: Not authorized for the source.",
        "events.ndjson:4:18: error[syntax]: the text ends before the object is closed",
        "events.ndjson:5:1: error[not-an-object]: an event must be a JSON object",
        "events.ndjson:6: error[InvalidArgument]: Parameter Source is not valid. "
        "Reason: Source is a required argument.",
    ]
    assert (outcome.json["accepted"], outcome.json["refused"]) == (2, 5)
    assert len(got()) == 2


def test_what_is_not_utf8_is_refused(cli: Cli) -> None:
    outcome = cli("run", config(), stdin=b'{"Source": "\xff"}\n')
    assert outcome.status == 1
    assert outcome.err.startswith("<stdin>:1:13: error[encoding]")


def test_a_detail_of_two_megabytes_is_refused_and_not_shown(cli: Cli) -> None:
    outcome = cli("run", config(), stdin=ndjson({**ENTRY, "Detail": {"x": "y" * 2_000_000}}, ENTRY))
    assert outcome.status == 1
    assert outcome.err.startswith("<stdin>:1: error[ValidationException]: ")
    assert len(outcome.err) < 500
    assert len(got()) == 1


def test_many_events_go_in_batches(cli: Cli) -> None:
    target = {"Id": "queue", "Queue": "kept"}
    events = file("events.ndjson", ndjson(ENTRY) * 3000)
    outcome = cli("run", config(target, queues={"kept": {}}), events, events, "--format", "json")
    assert outcome.json["delivered"] == 6000


def test_a_bus_for_events_that_name_none(cli: Cli) -> None:
    path = config(buses={"other": {}})
    assert "2 matched" in cli("run", path, stdin=ndjson(ENTRY, WHOLE)).out
    assert "0 matched" in cli("run", path, "--bus", "other", stdin=ndjson(ENTRY, WHOLE)).out
    outcome = cli("run", path, "--bus", "none", stdin=ndjson(ENTRY))
    assert (outcome.status, outcome.err) == (2, "eventmatch: Event bus none does not exist.\n")


# What becomes of them


def test_dead_letters_are_a_finding(cli: Cli) -> None:
    outcome = cli("run", config(failing()), "--format", "json", stdin=ndjson(ENTRY))
    assert outcome.status == 1
    summary = outcome.json
    assert (summary["dead_letters"], summary["dropped"], summary["waiting"]) == (1, 0, 0)
    assert summary["targets"] == [
        {"bus": "default", "rule": "all", "target": "fail", "delivered": 0, "dead": 1, "waiting": 0}
    ]
    assert outcome.err == ""


def test_dropped_events_are_told(cli: Cli) -> None:
    outcome = cli("run", config(failing(), dead_letters=None), stdin=ndjson(ENTRY))
    assert outcome.status == 1
    assert "0 dead letters, 1 dropped, 0 left waiting" in outcome.out


def test_a_target_of_unknown_kind_makes_dead_letters(cli: Cli) -> None:
    target = {"Id": "what", "Arn": "arn:aws:nonsense:us-east-1:123456789012:thing"}
    outcome = cli("run", config(target), "--format", "json", stdin=ndjson(ENTRY))
    assert (outcome.status, outcome.json["dead_letters"]) == (1, 1)


def test_what_waits_goes_on_with_the_next_run(cli: Cli) -> None:
    retried = {"Id": "fail", "Function": "fail"}
    first = cli("run", config(retried, store="router.db"), "--format", "json", stdin=ndjson(ENTRY))
    assert (first.status, first.json["waiting"]) == (0, 1)
    mended = KEEPING.replace('raise ConnectionError("down")', "keep(event)")
    path = config(retried, store="router.db", functions=mended)
    second = cli("run", path, "--drain", "--format", "json")
    assert (second.status, second.json["delivered"], second.json["waiting"]) == (0, 1, 0)
    assert len(got()) == 1


def test_without_a_store_what_waits_is_lost_and_told(cli: Cli) -> None:
    outcome = cli("run", config({"Id": "fail", "Function": "fail"}), stdin=ndjson(ENTRY))
    assert outcome.err == 'eventmatch: what waits is lost: router.json names no "store"\n'


def test_failures_are_logged_if_asked_for(cli: Cli) -> None:
    outcome = cli("run", config(failing()), "--verbose", stdin=ndjson(ENTRY))
    assert "ConnectionError: down" in outcome.err


def test_a_narrow_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    outcome = cli("run", config({"Id": "k" * 60, "Function": "keep"}), stdin=ndjson(ENTRY))
    assert all(len(line) <= 40 for line in outcome.out.splitlines())


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_far_it_is(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    outcome = cli("run", config(), stdin=ndjson(ENTRY) + "{\n")
    assert outcome.status == 1
    assert "routing" in screen.getvalue()
    assert "2 events, 1 delivered, 0 failed, 0 retried, 0 dead, 0 waiting" in screen.getvalue()
    assert "<stdin>:2:2: error[syntax]" in screen.getvalue()
    assert "routing" not in outcome.out


# When it ends

STOPPING: Final = """
import os, signal
def stop(event):
    os.kill(os.getpid(), signal.{})
"""


def test_a_run_that_keeps_running_ends_with_a_signal(cli: Cli) -> None:
    target = {"Id": "stop", "Function": "stop"}
    path = config(target, functions=STOPPING.format("SIGTERM"))
    outcome = cli("run", path, "--keep-running", "--format", "json", stdin=ndjson(ENTRY))
    assert (outcome.status, outcome.json["delivered"], outcome.err) == (0, 1, "")


def test_an_interrupt_ends_a_run_that_still_reads(cli: Cli) -> None:
    target = {"Id": "stop", "Function": "stop"}
    path = config(target, functions=STOPPING.format("SIGINT"))
    end, begin = os.pipe()
    with open(begin, "wb", buffering=0) as writer, open(end, "rb") as reader:
        writer.write(ndjson(ENTRY).encode())
        outcome = cli("run", path, "--format", "json", stdin=reader)
    assert (outcome.status, outcome.json["delivered"]) == (130, 1)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def running(ending: Ending, seconds: float) -> tuple[Running, Tally]:
    """Run an event through a target that fails twice, for so long at most."""

    async def fail_twice(_: object) -> None:
        calls.append(1)
        if len(calls) < 3:
            raise ConnectionError

    async def whole() -> tuple[Running, Tally]:
        clock, tally = VirtualClock(), Tally()
        async with Router(clock=clock, random=Random(1), observer=tally) as router:
            await router.put_rule("all", event_pattern={"source": ["shop"]})
            await router.put_targets("all", {"twice": fail_twice})
            run, feed = Running(router, tally, clock, "default"), Feed(["events.ndjson"])
            all_ = asyncio.create_task(run.all(feed, lambda _: None, ending, by_bytes=False))
            until = clock.now() + seconds
            while not all_.done():
                # What comes from the thread that reads takes real time, and no virtual one.
                await clock.advance(0.05 if run.seconds else 0.0)
                assert clock.now() < until
            await all_
        return run, tally

    calls: list[int] = []
    return asyncio.run(whole())


@pytest.mark.usefixtures("cli")
@pytest.mark.parametrize(
    ("ending", "waiting"),
    [(Ending(), 1), (Ending(wait=0.2), 1), (Ending(wait=60.0), 0), (Ending(wait=None), 0)],
)
def test_how_long_a_run_waits_for_further_attempts(ending: Ending, waiting: int) -> None:
    file("events.ndjson", ndjson(ENTRY))
    run, _ = running(ending, 30.0)
    assert (run.events, run.waiting) == (1, waiting)


# What is of no use


def refused(outcome: Outcome) -> str:
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    return outcome.err.removeprefix("eventmatch: ").rstrip("\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "router.json: line 1, column 2: the text ends before the object is closed"),
        ('{"what": 1}', "router.json: Additional properties are not allowed"),
        ('{"store": ""}', "router.json: store: "),
        ('{"quotas": {"what": 1}}', "router.json: quotas.what: there is no such quota"),
        (
            '{"rules": [{"Name": "a", "EventPattern": {"a": [1]}, "Targets": [{"Id": "x"}]}]}',
            "router.json: rules[0].Targets[0]: exactly one of Arn, Function, Queue, Topic, Stream, "
            "Bus, Log is needed",
        ),
        (
            '{"rules": [{"Name": "a", "EventPattern": {"a": 1}}]}',
            "router.json: rules[0]: Event pattern is not valid. Reason: ",
        ),
        (
            '{"functions": {"f": "nowhere_at_all:f"}}',
            "router.json: functions.f: No module named 'nowhere_at_all'",
        ),
        ('{"functions": {"f": "json:nothing"}}', "router.json: functions.f: module 'json' has"),
        ('{"functions": {"f": "json:__name__"}}', "router.json: functions.f: json:__name__ is no"),
    ],
)
def test_a_configuration_of_no_use(cli: Cli, text: str, complaint: str) -> None:
    file("router.json", text)
    assert refused(cli("run", "router.json")).startswith(complaint)


def test_a_module_that_fails_is_a_mistake_of_the_configuration(cli: Cli) -> None:
    path = config(functions="def keep(event): pass\nprint(1 / 0)\n")
    assert "cannot be imported: ZeroDivisionError: division by zero" in refused(cli("run", path))


def test_an_absent_configuration(cli: Cli) -> None:
    assert refused(cli("run", "absent.json")) == "absent.json: no such file or directory"


def test_an_absent_file_of_events_ends_badly_but_the_others_are_read(cli: Cli) -> None:
    events = file("events.ndjson", ndjson(ENTRY))
    outcome = cli("run", config(), "absent.ndjson", events)
    assert (outcome.status, len(got())) == (2, 1)
    assert outcome.err == "eventmatch: absent.ndjson: no such file or directory\n"


@pytest.mark.parametrize("argv", [("-",), ("-", "-"), ("router.json", "-", "-")])
def test_stdin_is_read_once(cli: Cli, argv: tuple[str, ...]) -> None:
    config()
    assert "stdin (-) can be read only once" in refused(cli("run", *argv))


def test_a_configuration_from_stdin(cli: Cli) -> None:
    text = Path(config()).read_text()
    assert cli("run", "-", file("events.ndjson", ndjson(ENTRY)), stdin=text).status == 0
    assert len(got()) == 1


def test_a_store_in_use(cli: Cli, tmp_path: Path) -> None:
    path = config(store="router.db")
    lock = FileLock((tmp_path / "router.db").resolve())
    lock.acquire()
    try:
        assert "router.db is in use by another store" in refused(cli("run", path))
    finally:
        lock.release()


def test_a_store_that_is_no_database(cli: Cli) -> None:
    file("router.db", "this is no database\n" * 100)
    assert "router.db: file is not a database" in refused(cli("run", config(store="router.db")))


def test_a_store_that_is_full_ends_the_run_and_says_where(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_router: Router, entries: Sequence[Entry], _bus: str) -> Mapping[int, str]:
        if entries[0].text.line > 1:
            raise StoreError(StoreCode.FULL, "the disk is full")
        return {}

    monkeypatch.setattr(feeding, "_BATCH", 1)
    monkeypatch.setattr(running_, "put", fail)
    complaint = refused(cli("run", config(), file("events.ndjson", ndjson(ENTRY, ENTRY))))
    assert complaint == "events.ndjson:2: the disk is full; all before it was accepted"


@pytest.mark.parametrize("seconds", ["-1", "x", "nan", "inf"])
def test_seconds_to_wait(cli: Cli, seconds: str) -> None:
    assert "--wait: must be a number of seconds" in refused(cli("run", "a", f"--wait={seconds}"))


def test_options_may_stand_between_names(cli: Cli) -> None:
    events = file("events.ndjson", ndjson(ENTRY))
    assert cli("run", config(), "--format", "json", events).json["events"] == 1


def test_a_module_that_ends_the_process_is_told(cli: Cli) -> None:
    name = module("raise SystemExit(3)")
    path = file("router.json", {"functions": {"keep": f"{name}:keep"}})
    assert f"functions.keep: {name} cannot be imported: SystemExit: 3" in refused(cli("run", path))
