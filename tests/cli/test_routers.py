"""The other commands that need a router: rules, events and demo; and the example of docs/."""

import asyncio
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from eventmatch.cli import demonstration, function_story
from eventmatch.router.arrangement import arrange, router_of
from eventmatch.router.configuration import Configuration
from eventmatch.router.router import Router
from tests.cli.command import Cli, file, ndjson

EXAMPLES: Final = Path(__file__).parents[2] / "docs" / "examples"
DURATION: Final = re.compile(r" *[\d.]+ ms")
ENTRY: Final = {"Source": "shop", "DetailType": "order", "Detail": {"total": 12}}


def rule(name: str, **members: Any) -> dict[str, Any]:
    targets = [{"Id": "kept", "Queue": "kept"}]
    return {"Name": name, "EventPattern": {"source": ["shop"]}, "Targets": targets, **members}


def config(*rules: dict[str, Any], **members: Any) -> str:
    whole = {"store": "router.db", "queues": {"kept": {}}, "rules": list(rules), **members}
    return file("router.json", whole)


# rules


def test_rules_are_listed(cli: Cli) -> None:
    schedule = {"Name": "nightly", "ScheduleExpression": "rate(1 day)", "State": "DISABLED"}
    path = config(rule("all"), rule("more", EventBusName="other"), schedule, buses={"other": {}})
    assert cli("rules", "list", path).out.splitlines() == [
        'all         on   1 target    {"source":["shop"]}',
        "nightly     off  0 targets   rate(1 day)",
        'other/more  on   1 target    {"source":["shop"]}',
        "3 rules",
    ]
    (only,) = cli("rules", "list", path, "--bus", "other", "--format", "json").json
    assert only == {
        "name": "more",
        "bus": "other",
        "arn": "arn:aws:events:us-east-1:123456789012:rule/other/more",
        "state": "ENABLED",
        "pattern": {"source": ["shop"]},
        "schedule": None,
        "targets": 1,
    }


def test_more_rules_than_a_page_are_listed(cli: Cli) -> None:
    path = config(*(rule(f"r{number:03}") for number in range(205)), store="a.db")
    assert cli("rules", "list", path).out.endswith("205 rules\n")


def test_rules_are_listed_without_a_store_and_on_a_narrow_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    path = file("router.json", {"queues": {"kept": {}}, "rules": [rule("n" * 60)]})
    first, last = cli("rules", "list", path).out.splitlines()
    assert len(first) == 40
    assert last == "1 rule"


def test_rules_of_a_bus_that_is_not_there(cli: Cli) -> None:
    outcome = cli("rules", "list", config(), "--bus", "none")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == "eventmatch: Event bus none does not exist.\n"


# events


def archive() -> None:
    async def create() -> None:
        async with Router("router.db") as router:
            await router.archives.create_archive("orders")

    asyncio.run(create())


def kept() -> list[str]:
    async def peek() -> list[str]:
        async with Router("router.db") as router:
            messages = await router.queues.peek("kept", limit=100)
            return [each.stored.message.body for each in messages]

    return asyncio.run(peek())


@pytest.fixture
def archived(cli: Cli) -> str:
    """A router with two rules, an archive, and an event in it."""
    path = config(rule("all"), rule("other"))
    cli("rules", "list", path)
    archive()
    assert cli("run", path, stdin=ndjson(ENTRY)).status == 0
    return path


def test_an_archive_is_replayed(cli: Cli, archived: str) -> None:
    outcome = cli("events", "replay", archived, "orders", "--name", "again")
    assert outcome.status == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0].startswith("again: completed, events of 1970-01-01T00:00:00Z to ")
    assert "1 event matched" in lines
    bodies = [json.loads(body) for body in kept()]
    assert [body.get("replay-name") for body in bodies] == [None, None, "again", "again"]


def test_an_archive_is_replayed_to_one_rule(cli: Cli, archived: str) -> None:
    outcome = cli("events", "replay", archived, "orders", "--rule", "other", "--format", "json")
    assert (outcome.status, outcome.json["state"]) == (0, "COMPLETED")
    assert [each["rule"] for each in outcome.json["targets"]] == ["other"]
    assert len(kept()) == 3


def test_a_window_without_events_replays_none(cli: Cli, archived: str) -> None:
    window = ("--from", "2020-01-01", "--to", "2020-01-02T00:00:00Z")
    outcome = cli("events", "replay", archived, "orders", *window)
    assert outcome.status == 0
    told = " ".join(outcome.out.split())
    assert "events of 2020-01-01T00:00:00Z to 2020-01-02T00:00:00Z 0 events matched" in told
    assert len(kept()) == 2


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["none"], "Archive none does not exist."),
        (["orders", "--rule", "none"], "Rule none does not exist on EventBus default."),
        (["orders", "--from", "x"], 'argument --from: "x" is no time like 2026-01-31T12:00:00Z'),
        (["orders", "--to", "1960-01-01"], "Parameter EventEndTime is not valid."),
        (["orders", "--name", "a b"], "1 validation error detected: Value 'a b'"),
    ],
)
def test_a_replay_that_cannot_be(cli: Cli, archived: str, argv: list[str], complaint: str) -> None:
    outcome = cli("events", "replay", archived, *argv)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(f"eventmatch: {complaint}")
    assert outcome.err.count("\n") == 1


# demo


@pytest.mark.parametrize("columns", [80, 40])
def test_the_demonstration_is_a_short_story(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    outcome = cli("demo")
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert len(lines) <= 60
    assert all(len(line) <= columns for line in lines)
    assert any(line.startswith("  0 dead letters, 0 waiting, 6 deliver") for line in lines)


def test_the_demonstration_tells_the_same_every_time_but_for_durations(cli: Cli) -> None:
    first, second = (DURATION.sub("", cli("demo").out) for _ in range(2))
    assert first == second


def test_the_demonstration_shows_the_library_first(cli: Cli) -> None:
    out = cli("demo", "--library").out
    assert out.index("A near miss, and why") < out.index("where their events go")


def test_a_demonstration_that_goes_wrong_says_so(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstration, "_RETRIES", 1)
    outcome = cli("demo")
    assert outcome.status == 1
    assert "wrong: page-on-call works at the third attempt\n" in outcome.out


def test_the_demonstration_shows_a_cold_start_and_a_warm_one(cli: Cli) -> None:
    pytest.importorskip("awslambdaric")
    out = cli("demo").out
    cold, warm = re.findall(r"^  (?:cold|warm) .*", out, re.MULTILINE)
    assert len(DURATION.findall(cold)) == 2
    assert len(DURATION.findall(warm)) == 1
    assert "its log has: order 1, order 2" in out


def test_the_demonstration_shows_retries_and_the_record_of_their_end(cli: Cli) -> None:
    pytest.importorskip("awslambdaric")
    out = cli("demo").out
    attempts = re.findall(r"^ +([\d.]+) s  \[ERROR\] KeyError: 'XX'$", out, re.MULTILINE)
    assert attempts == ["0.0", "60.0", "180.0"]
    assert "condition: RetriesExhausted" in out


@pytest.mark.parametrize("missing", ["awslambdaric", "httptools"])
def test_the_demonstration_tells_what_functions_lack(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    outcome = cli("demo")
    assert (outcome.status, outcome.err) == (0, "")
    told = " ".join(outcome.out.split())
    assert f"for lack of {missing}: pip install 'eventmatch[lambda]'" in told


def test_the_demonstration_checks_what_functions_do(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("awslambdaric")
    monkeypatch.setattr(function_story, "HANDLER", "def handler(event, context):\n    return 1\n")
    outcome = cli("demo")
    assert outcome.status == 1
    assert "wrong: the function gets both events\n" in outcome.out
    assert "wrong: the destination gets one record\n" in outcome.out


# The example


def test_the_example_configuration_is_valid(cli: Cli) -> None:
    for name in ("router.json", "shop.py"):
        shutil.copy(EXAMPLES / name, name)

    async def arranged() -> None:
        configuration = Configuration.read(Path("router.json"))
        router = router_of(configuration)
        try:
            await router.open()
            await arrange(router, configuration)
            assert len((await router.plane.list_rules()).items) == 3
        finally:
            await router.stop()

    asyncio.run(arranged())
    order = {"Source": "shop", "DetailType": "order placed"}
    orders = ndjson(
        {**order, "Detail": {"id": 1, "total": 2000, "card": "a"}},
        {**order, "Detail": {"id": 2, "total": 3}},
        {"Source": "shop", "DetailType": "return asked", "Detail": {}},
    )
    outcome = cli("run", "router.json", "--format", "json", stdin=orders)
    assert outcome.status == 0, outcome.err
    assert '"detail-type":"return asked"' in outcome.err
    *printed, summary = outcome.out.splitlines()
    assert sorted(printed) == ["charging 2000 to a", "shipping order 1", "shipping order 2"]
    assert json.loads(summary)["waiting"] == 1


@pytest.mark.parametrize("argv", [("rules", "list"), ("events", "replay"), ("demo",), ("run",)])
def test_help_fits_on_a_screen(cli: Cli, argv: tuple[str, ...]) -> None:
    outcome = cli(*argv, "--help")
    assert outcome.status == 0
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
