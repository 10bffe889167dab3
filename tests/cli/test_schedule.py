"""`eventmatch schedule` as a user meets it."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eventmatch.cli import schedule_actions
from eventmatch.testing.clock import VirtualClock
from tests.cli.command import Cli, file

WORKDAYS = "cron(0 10 ? * MON-FRI *)"
RULES = {
    "Rules": [
        {"Name": "workdays", "ScheduleExpression": WORKDAYS},
        {"Name": "numbers", "ScheduleExpression": "cron(0 10 ? * 2-6 *)"},
        {"Name": "pattern", "EventPattern": '{"source": ["aws.ec2"]}'},
        {"Name": "hourly", "ScheduleExpression": "rate(1 hour)"},
        {"Name": "off", "ScheduleExpression": "cron(0 3 * * ? *)", "State": "DISABLED"},
    ]
}
STANDALONE = {
    "Name": "night",
    "ScheduleExpression": "cron(30 2 * * ? *)",
    "ScheduleExpressionTimezone": "Europe/Berlin",
    "FlexibleTimeWindow": {"Mode": "OFF"},
}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 2026-01-02T03:04:05Z, a Friday."""
    monkeypatch.setattr(schedule_actions, "SystemClock", VirtualClock)


@pytest.fixture(params=[40, 200])
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", str(request.param))
    width: int = request.param
    return width


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


# next


def test_next(cli: Cli) -> None:
    outcome = cli("schedule", "next", WORKDAYS, "--count", "3", "--timezone", "Europe/Berlin")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "at 10:00 Europe/Berlin on Monday to Friday",
        "Fri 2026-01-02 10:00:00 +0100  after 5 hours 55 minutes",
        "Mon 2026-01-05 10:00:00 +0100  after 3 days 5 hours",
        "Tue 2026-01-06 10:00:00 +0100  after 4 days 5 hours",
    ]


def test_next_after_a_time_on_the_clocks_of_the_zone(cli: Cli) -> None:
    after = ["--after", "2027-03-28T01:59", "--timezone", "Europe/Berlin", "--format", "json"]
    outcome = cli("schedule", "next", "cron(30 * * * ?)", "--count", "2", *after)
    assert outcome.json == {
        "expression": "cron(30 * * * ?)",
        "timezone": "Europe/Berlin",
        "explanation": "at minute 30 of every hour in Europe/Berlin",
        "fires": ["2027-03-28T03:30:00+02:00", "2027-03-28T04:30:00+02:00"],
    }


def test_next_of_a_rate_counts_from_then(cli: Cli) -> None:
    outcome = cli("schedule", "next", "rate(90 minutes)", "--count", "1")
    first, second = outcome.out.splitlines()
    assert first == "every 90 minutes, counted from 2026-01-02 03:04:05 +0000"
    assert second == "Fri 2026-01-02 04:34:05 +0000  after 1 hour 30 minutes"


@pytest.mark.parametrize("text", ["at(2027-01-01T00:00:00)", "unix(0 0 1 1 *)"])
def test_next_guesses_the_dialect(cli: Cli, text: str) -> None:
    outcome = cli("schedule", "next", text, "--count", "1")
    assert (outcome.status, "2027-01-01 00:00:00" in outcome.out) == (0, True)


def test_never(cli: Cli) -> None:
    outcome = cli("schedule", "next", "cron(0 0 31 2 ? *)")
    assert outcome.status == 1
    assert outcome.out.splitlines()[-1] == "never after 2026-01-02 03:04:05 +0000"


def test_a_bad_expression_has_a_caret(cli: Cli) -> None:
    outcome = cli("schedule", "next", "cron(0 25 * * ? *)")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.splitlines() == [
        "<argument>:1:8: error[schedule-value-range]: "
        'hours: expected a number from 0 to 23, got "25"',
        "  1 | cron(0 25 * * ? *)",
        "    |        ^^",
        "  aws: Parameter ScheduleExpression is not valid.",
    ]


def test_the_dialect_counts(cli: Cli) -> None:
    five = "cron(0 10 ? * MON)"
    assert cli("schedule", "next", five).status == 1
    assert cli("schedule", "next", five, "--dialect", "scheduler").status == 0
    assert cli("schedule", "explain", "rate(1 day)", "--dialect", "unix").status == 1


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["next"], "EXPR"),
        ([], "ACTION"),
        (["next", WORKDAYS, "--count", "0"], "from 1 to"),
        (["next", WORKDAYS, "--count", "many"], "from 1 to"),
        (["next", WORKDAYS, "--after", "tomorrow"], "--after: expected a time such as"),
        (["next", WORKDAYS, "--after", "9999-12-31T23:00-05:00"], "--after: expected a time"),
        (["next", WORKDAYS, "--timezone", "Mars/Base"], 'no time zone "Mars/Base"'),
        (["check", "absent.json"], "absent.json: no such file"),
        (["calendar", "absent.json", "--year", "2027"], "absent.json: no such file"),
        (["calendar", WORKDAYS, "--year", "1"], "from 1970 to 9998"),
        (["calendar", WORKDAYS, "--timezone", "Mars/Base"], "no time zone"),
        (["check", "-", "-"], "read only once"),
    ],
)
def test_usage_errors_are_one_line(cli: Cli, argv: list[str], words: str) -> None:
    outcome = cli("schedule", *argv)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("eventmatch: ")
    assert words in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("action", ["next", "explain", "check", "calendar"])
def test_each_action_has_help(cli: Cli, action: str) -> None:
    outcome = cli("schedule", action, "--help")
    assert outcome.status == 0
    assert "--timezone" in outcome.out


# explain


def test_explain(cli: Cli) -> None:
    outcome = cli("schedule", "explain", "cron(0 0 LW * ? *)")
    assert outcome.out == "at 00:00 UTC on the last weekday of the month\n"
    outcome = cli("schedule", "explain", "cron(0 0 LW * ? *)", "--format", "json")
    assert outcome.json["explanation"] == "at 00:00 UTC on the last weekday of the month"


def test_an_explanation_fits_the_terminal(cli: Cli, columns: int) -> None:
    text = "cron(1,3,7,11,22,44 1,5,7,19 ? JAN,MAR,JUN TUE,THU,SAT 2027,2029,2031)"
    outcome = cli("schedule", "explain", text)
    assert outcome.status == 0
    assert widest(outcome.out) <= columns


# check


def test_check_a_folder(cli: Cli) -> None:
    file("rules/a.json", RULES)
    file("rules/b.json", STANDALONE)
    file("rules/c.json", {"source": ["aws.ec2"]})
    outcome = cli("schedule", "check", "rules")
    assert outcome.status == 0
    assert "rules/a.json" in outcome.out
    assert "2 is Monday here, and Tuesday in ordinary cron" in outcome.out
    assert "does not fire at 02:30 on 2026-03-29" in outcome.out
    assert outcome.out.splitlines()[-1] == "5 schedules in 2 files: 3 warnings"
    assert cli("schedule", "check", "rules", "--strict").status == 1


def test_check_shows_the_place_in_the_file(cli: Cli) -> None:
    file(
        "a.json",
        '{"Rules": [\n  {"Name": "bad", "ScheduleExpression": "cron(0 \\u0032\\u0035 * * ? *)"}]}',
    )
    outcome = cli("schedule", "check", "a.json", "--format", "json")
    [finding] = outcome.json["findings"]
    assert outcome.status == 1
    assert (finding["line"], finding["rule"], finding["path"]) == (2, "bad", "hours")
    text = Path("a.json").read_text("utf-8")
    assert text[slice(*finding["span"])] == "\\u0032\\u0035"
    assert finding["aws_message"] == "Parameter ScheduleExpression is not valid."
    assert outcome.json["summary"] == {"files": 1, "schedules": 1, "errors": 1, "warnings": 0}


def test_check_expressions(cli: Cli) -> None:
    outcome = cli("schedule", "check", WORKDAYS, "cron(* * * * ? *)", "rate(1 minutes)")
    assert outcome.status == 1
    assert "warning[every-minute]: fires every minute" in outcome.out
    assert 'unit: expected "minute" with 1, got "minutes"' in outcome.out


def test_check_in_other_formats(cli: Cli) -> None:
    bad = "cron(* * ? * 8 *)"
    assert "title=schedule expression%3A schedule-value-range" in (
        cli("schedule", "check", bad, "--format", "github").out
    )
    assert [each["code"] for each in cli("schedule", "check", bad, "--format", "jsonl").lines] == [
        "schedule-value-range"
    ]
    suite = ElementTree.fromstring(cli("schedule", "check", bad, "--format", "junit").out)[0]
    assert (suite.get("name"), suite.get("failures")) == ("eventmatch schedule check", "1")


def test_check_reads_stdin_by_default(cli: Cli) -> None:
    outcome = cli("schedule", "check", stdin=json.dumps(RULES))
    assert outcome.out.splitlines()[-1] == "4 schedules in 1 file: 1 warning"


def test_files_that_are_no_json(cli: Cli) -> None:
    file("a.json", '{"Rules": [')
    Path("b.json").write_bytes(b"\xff\xfe")
    outcome = cli("schedule", "check", "a.json", "b.json")
    assert outcome.status == 1
    assert "a.json:1:" in outcome.out
    assert "not UTF-8" in outcome.out


def test_a_zone_that_is_not_there_is_a_finding_in_a_file(cli: Cli) -> None:
    file("a.json", STANDALONE | {"ScheduleExpressionTimezone": "Mars/Base"})
    outcome = cli("schedule", "check", "a.json")
    assert outcome.status == 1
    assert 'there is no time zone "Mars/Base"' in outcome.out


def test_nothing_to_check(cli: Cli) -> None:
    file("a.json", {"source": ["aws.ec2"]})
    outcome = cli("schedule", "check", "a.json")
    assert (outcome.status, outcome.err) == (2, "eventmatch: no schedules in a.json\n")


# calendar


def test_calendar(cli: Cli) -> None:
    outcome = cli("schedule", "calendar", "cron(0 0 LW * ? *)", "--year", "2027")
    lines = outcome.out.splitlines()
    assert (outcome.status, lines[0]) == (0, "2027 UTC: 1 schedule, 12 fires on 12 days")
    assert lines[3] == "Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su   Mo Tu We Th Fr Sa Su"
    assert lines[8] == " .  .  .  . 29  .  .                           .  . 31"
    assert "busiest" not in outcome.out


def test_a_calendar_of_a_folder_has_the_busiest_minutes(cli: Cli) -> None:
    file("rules/a.json", RULES)
    file("rules/b.json", STANDALONE)
    outcome = cli("schedule", "calendar", "rules")
    lines = outcome.out.splitlines()
    assert outcome.err == "eventmatch: skipped 1 disabled schedule\n"
    assert lines[0].startswith("2026 UTC: 3 schedules, ")
    assert lines[0].endswith("; not shown: 1 rate")
    assert lines[-2:] == [
        "busiest minutes:",
        "  10:00  2 schedules on 261 days, first on 2026-01-01",
    ]


def test_a_calendar_as_json(cli: Cli) -> None:
    outcome = cli(
        "schedule", "calendar", "cron(0 9 1 1 ? *)", "cron(0 9 1 * ? *)", "--format", "json"
    )
    assert outcome.json["fires"]["2026-01-01"] == 2
    assert outcome.json["busiest_minutes"] == [
        {"time": "09:00", "schedules": 2, "days": 1, "first": "2026-01-01"}
    ]


def test_a_calendar_fits_the_terminal(cli: Cli, columns: int) -> None:
    outcome = cli("schedule", "calendar", WORKDAYS, "cron(1 0 * * ? *)", "--year", "2027")
    assert widest(outcome.out) <= columns
    assert "no two fire in the same minute" in outcome.out


def test_an_empty_calendar_is_a_finding(cli: Cli) -> None:
    outcome = cli("schedule", "calendar", "cron(0 0 1 1 ? 2020)", "--year", "2027")
    assert outcome.status == 1
    assert "0 fires on 0 days" in outcome.out


def test_a_calendar_of_a_bad_schedule(cli: Cli) -> None:
    file("a.json", {"rules": [{"name": "a", "ScheduleExpression": "cron(0 0 * * * *)"}]})
    outcome = cli("schedule", "calendar", "a.json", "rate(1 days)")
    assert (outcome.status, outcome.out) == (1, "")
    assert "a.json:1:" in outcome.err
    assert "<argument>:1:8" in outcome.err
