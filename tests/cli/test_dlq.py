"""`eventmatch dlq`: letters are listed, shown, explained and sent again."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from eventmatch.cli.redrive import redrive
from eventmatch.queues.model import Message
from eventmatch.router.router import Router
from eventmatch.store.sqlite.lock import FileLock
from eventmatch.testing.clock import VirtualClock
from tests.cli.command import Cli, file, module, ndjson

ENTRY: Final = {"Source": "shop", "DetailType": "order", "Detail": {"total": 12}}
CHARGE: Final = """
import json, pathlib
def charge(event):
    if not pathlib.Path("mended").exists():
        raise ConnectionError("the bank is closed")
    with open("got.ndjson", "a") as got:
        got.write(json.dumps(event) + "\\n")
"""
TARGET: Final = {
    "Id": "charge",
    "Function": "charge",
    "RetryPolicy": {"MaximumRetryAttempts": 0},
}


def config(*targets: dict[str, Any], pattern: Any = None, **members: Any) -> str:
    rule = {"Name": "orders", "EventPattern": pattern or {"source": ["shop"]}, "Targets": targets}
    functions = {"charge": f"{module(CHARGE)}:charge"}
    whole = {"store": "router.db", "functions": functions, "rules": [rule], **members}
    return file("router.json", whole)


def dead(cli: Cli, *entries: dict[str, Any], **members: Any) -> list[dict[str, Any]]:
    """Let entries die on their way to a target, and return the letters."""
    path = config({**TARGET, **members})
    assert cli("run", path, stdin=ndjson(*(entries or (ENTRY,)))).status == 1
    letters: list[dict[str, Any]] = cli("dlq", "list", path, "--format", "json").json
    return letters


def got() -> list[Any]:
    path = Path("got.ndjson")
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def bodies() -> list[str]:
    """Return the bodies of all letters."""

    async def peek() -> list[str]:
        async with Router("router.db") as router:
            return [letter.body async for letter in router.letters.letters("dead-letters")]

    return asyncio.run(peek())


# List


def test_letters_are_listed_for_programs(cli: Cli) -> None:
    (letter,) = dead(cli)
    assert 0 <= letter.pop("age") < 60
    assert len(letter.pop("id")) == 36
    assert letter == {
        "queue": "dead-letters",
        "rule": "arn:aws:events:us-east-1:123456789012:rule/orders",
        "target": "arn:eventmatch:callable:::charge",
        "error": "ERROR_FROM_TARGET",
        "message": "ConnectionError: the bank is closed",
        "attempts": 1,
    }


def test_letters_are_listed_for_people(cli: Cli) -> None:
    (letter,) = dead(cli)
    head, row, total = cli("dlq", "list", "router.json").out.splitlines()
    assert head.split() == ["id", "age", "attempts", "error", "rule", "->", "target"]
    assert row.startswith(letter["id"][:8])
    assert row.split()[2:] == ["1", "ERROR_FROM_TARGET", "orders", "->", "charge"]
    assert total == "1 dead letter in dead-letters"


def test_letters_are_listed_on_a_narrow_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    dead(cli)
    monkeypatch.setenv("COLUMNS", "40")
    for action in (["list"], ["why", "router.json"], ["redrive", "--dry-run"]):
        if action[0] == "why":
            identity = cli("dlq", "list", "router.json", "--format", "json").json[0]["id"]
            lines = cli("dlq", *action, identity).out.splitlines()
        else:
            lines = cli("dlq", *action, "router.json").out.splitlines()
        assert len(lines) > 1
        assert all(len(line) <= 40 for line in lines), lines


def test_letters_of_all_queues_that_targets_name_are_listed(cli: Cli) -> None:
    named = {**TARGET, "DeadLetterConfig": {"Queue": "charges"}}
    path = config(named, {**TARGET, "Id": "other"}, queues={"charges": {}, "plain": {}})
    cli("run", path, stdin=ndjson(ENTRY))
    letters = cli("dlq", "list", path, "--format", "json").json
    assert sorted(letter["queue"] for letter in letters) == ["charges", "dead-letters"]
    (letter,) = cli("dlq", "list", path, "--queue", "charges", "--format", "json").json
    assert letter["queue"] == "charges"


def test_there_may_be_none(cli: Cli) -> None:
    assert cli("dlq", "list", config(TARGET)).out == "0 dead letters in dead-letters\n"


# Show and why


def test_a_letter_is_shown_whole(cli: Cli) -> None:
    (letter,) = dead(cli)
    facts, body = cli("dlq", "show", "router.json", letter["id"][:6]).out.split("\n\n")
    assert facts.startswith(f"id: {letter['id']}\nqueue: dead-letters\n")
    assert "ERROR_MESSAGE: ConnectionError: the bank is closed\n" in facts
    assert json.loads(body)["detail"] == {"total": 12}
    assert body.startswith("{\n  ")
    whole = cli("dlq", "show", "router.json", letter["id"], "--format", "json").json
    assert whole["attributes"]["RETRY_ATTEMPTS"] == "0"
    assert whole["body"]["detail"] == {"total": 12}


def test_why_says_what_todays_rule_says(cli: Cli) -> None:
    (letter,) = dead(cli)
    outcome = cli("dlq", "why", "router.json", letter["id"])
    assert outcome.status == 0
    assert "ERROR_FROM_TARGET: ConnectionError: the bank is closed\n" in outcome.out
    assert "1 attempt; MaximumRetryAttempts ran out\n" in outcome.out
    assert "today's rule:\nmatched\n" in outcome.out
    assert outcome.out.endswith("redriven, it would go to default/orders/charge\n")
    config(TARGET, pattern={"detail": {"total": [{"numeric": [">", 20]}]}})
    outcome = cli("dlq", "why", "router.json", letter["id"])
    assert "found 12 (out of range)" in outcome.out
    today = cli("dlq", "why", "router.json", letter["id"], "--format", "json").json["today"]
    assert today["matched"] is False


def test_why_says_that_the_body_is_no_event(cli: Cli) -> None:
    (letter,) = dead(cli, InputPath="$.detail.total")
    out = cli("dlq", "why", "router.json", letter["id"]).out
    assert "today's rule:\nthe body is no whole event" in out
    assert cli("dlq", "show", "router.json", letter["id"]).out.endswith("\n\n12\n")


def test_why_says_that_the_rule_or_target_is_gone(cli: Cli) -> None:
    (letter,) = dead(cli)
    config({**TARGET, "Function": "other"}, functions={"other": f"{module(CHARGE)}:charge"})
    out = cli("dlq", "why", "router.json", letter["id"]).out
    assert "redriven, it would stay: the rule orders has no target\n" in out
    drop_rule()
    file("router.json", {"store": "router.db"})
    out = " ".join(cli("dlq", "why", "router.json", letter["id"]).out.split())
    assert "today's rule: the rule arn:aws:events:us-east-1:123456789012:rule/orders is gone" in out


def drop_rule() -> None:
    async def drop() -> None:
        async with Router("router.db") as router:
            rule = await router.plane.describe_rule("orders")
            await router.plane.remove_targets("orders", [each.id for each in rule.targets])
            await router.plane.delete_rule("orders")

    asyncio.run(drop())


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["list", "absent.json"], "absent.json: no such file or directory"),
        (["list", "router.json", "--queue", "none"], 'no queue is named "none"'),
        (["show", "router.json", "none"], 'there is no dead letter "none"'),
        (["why", "router.json", ""], '"" may be any of 2 dead letters: give more of the id'),
        (["redrive", "router.json", "none"], 'there is no dead letter "none"'),
        (
            ["redrive", "router.json", "--rate", "0"],
            'argument --rate: must be a number above 0 (see "eventmatch dlq redrive --help")',
        ),
        (["list", "memory.json"], 'memory.json: it names no "store", so that no run leaves'),
    ],
)
def test_usage_errors_are_one_line(cli: Cli, argv: list[str], complaint: str) -> None:
    dead(cli, ENTRY, ENTRY)
    file("memory.json", {})
    outcome = cli("dlq", *argv)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(f"eventmatch: {complaint}")
    assert outcome.err.count("\n") == 1


def test_a_store_in_use(cli: Cli, tmp_path: Path) -> None:
    dead(cli)
    lock = FileLock((tmp_path / "router.db").resolve())
    lock.acquire()
    try:
        outcome = cli("dlq", "list", "router.json")
    finally:
        lock.release()
    assert (outcome.status, outcome.out) == (2, "")
    assert "router.db is in use by another store" in outcome.err


@pytest.mark.parametrize("action", ["list", "show", "why", "redrive"])
def test_help_fits_on_a_screen(cli: Cli, action: str) -> None:
    outcome = cli("dlq", action, "--help")
    assert outcome.status == 0
    assert all(len(line) <= 80 for line in outcome.out.splitlines())


# Redrive


def test_letters_go_to_the_mended_target(cli: Cli) -> None:
    dead(cli, ENTRY, ENTRY)
    file("mended", "")
    outcome = cli("dlq", "redrive", "router.json")
    assert outcome.status == 0
    assert outcome.out.splitlines() == [
        "2 letters put back, 0 stay",
        "2 delivered, 0 failed, 0 left waiting",
    ]
    assert [event["detail"] for event in got()] == [{"total": 12}] * 2
    assert cli("dlq", "list", "router.json", "--format", "json").json == []


def test_the_payload_is_not_transformed_again(cli: Cli) -> None:
    dead(cli, InputPath="$.detail")
    file("mended", "")
    cli("dlq", "redrive", "router.json")
    assert got() == [{"total": 12}]


def test_letters_that_fail_again_become_letters_again_and_are_not_tried_for_ever(cli: Cli) -> None:
    before = dead(cli, ENTRY, ENTRY)
    outcome = cli("dlq", "redrive", "router.json")
    assert outcome.status == 1
    assert "0 delivered, 2 failed, 0 left waiting" in outcome.out
    after = cli("dlq", "list", "router.json", "--format", "json").json
    assert len(after) == 2
    assert {letter["id"] for letter in before}.isdisjoint(letter["id"] for letter in after)


def test_no_letter_is_lost_when_the_process_ends_suddenly(cli: Cli) -> None:
    numbers = list(range(250))
    dead(cli, *({**ENTRY, "Detail": {"number": number}} for number in numbers))
    ending = module("import os\ndef charge(event): os._exit(9)\n")
    config(TARGET, functions={"charge": f"{ending}:charge"})
    command = [sys.executable, "-m", "eventmatch", "dlq", "redrive", "router.json"]
    path = os.pathsep.join(filter(None, sys.path))
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False)
    assert ended.returncode == 9
    file("mended", "")
    config(TARGET)
    cli("dlq", "redrive", "router.json")
    # Letters that were on their way to their deliveries are out of reach for a minute.
    left = [json.loads(body)["detail"]["number"] for body in bodies()]
    delivered = [event["detail"]["number"] for event in got()]
    assert sorted({*delivered, *left}) == numbers
    assert len(left) <= 100


def test_only_the_named_letter_goes(cli: Cli) -> None:
    first, second = dead(cli, ENTRY, ENTRY)
    file("mended", "")
    assert cli("dlq", "redrive", "router.json", second["id"]).status == 0
    (left,) = cli("dlq", "list", "router.json", "--format", "json").json
    assert (left["id"], len(got())) == (first["id"], 1)


def test_a_dry_run_changes_nothing(cli: Cli) -> None:
    (letter,) = dead(cli)
    file("mended", "")
    outcome = cli("dlq", "redrive", "router.json", "--dry-run")
    assert outcome.status == 0
    assert outcome.out.splitlines() == [
        f"{letter['id'][:8]} -> default/orders/charge",
        "1 letter would go, 0 would stay",
    ]
    assert got() == []
    assert len(cli("dlq", "list", "router.json", "--format", "json").json) == 1


def test_a_letter_whose_target_is_gone_stays_and_is_told(cli: Cli) -> None:
    (letter,) = dead(cli)
    config()
    for options in (["--dry-run"], []):
        outcome = cli("dlq", "redrive", "router.json", *options)
        assert outcome.status == 1
        assert outcome.err == (
            f"{letter['id'][:8]} stays: the rule orders has no target "
            "arn:eventmatch:callable:::charge any more\n"
        )
    assert len(cli("dlq", "list", "router.json", "--format", "json").json) == 1


def test_a_letter_of_no_rule_stays(cli: Cli) -> None:
    path = config(TARGET)

    async def send() -> None:
        async with Router("router.db") as router:
            await router.queues.send("dead-letters", Message("a text"))

    cli("dlq", "list", path)
    asyncio.run(send())
    outcome = cli("dlq", "redrive", path)
    assert outcome.status == 1
    assert "stays: it has no RULE_ARN, so that no rule sent it" in outcome.err
    (letter,) = cli("dlq", "list", path, "--format", "json").json
    assert (letter["rule"], letter["error"], letter["attempts"]) == (None, None, 1)
    assert cli("dlq", "show", path, letter["id"]).out.endswith("\n\na text\n")


def test_a_rate_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail(_: object) -> None:
        if not mended:
            raise ConnectionError
        moments.append(clock.now())

    async def whole() -> int:
        async with Router(clock=clock) as router:
            policy = {"Arn": fail, "RetryPolicy": {"MaximumRetryAttempts": 0}}
            await router.put_rule("orders", event_pattern={"source": ["shop"]})
            await router.put_targets("orders", {"charge": policy})
            await router.put_events([ENTRY] * 8)
            await router.idle()
            mended.append(1)
            args = argparse.Namespace(queue=None, ids=[], dry_run=False, rate=4.0)
            redriving = asyncio.create_task(redrive(router, args, clock))
            await clock.advance(10.0)
            return await redriving

    clock, moments, mended = VirtualClock(), list[float](), list[int]()
    began = clock.now()
    assert asyncio.run(whole()) == 0
    assert [moment - began for moment in moments] == [number / 4 for number in range(8)]
    assert capsys.readouterr().out.startswith("8 letters put back, 0 stay\n")
